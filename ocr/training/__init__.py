"""Makes the weights in ocr/weights. Needs the [train] extra; nothing else imports it."""
