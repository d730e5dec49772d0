"""Bubble columns: (n, 10, B, B) crops, digit 0 on top -> (n, 11) log-probabilities."""

#: The classes in the order of the scores: the ten digits, nothing filled.
CLASSES = "0123456789_"

#: Side of a bubble crop in px; the bubble's printed ring is RADIUS px in radius, centred.
SIDE = 20
RADIUS = 6.5
