"""Digit boxes: (n, S, S) crops -> (n, 13) log-probabilities."""

#: The classes in the order of the scores: ten digits, a cross, a dash, nothing.
CLASSES = "0123456789x-_"

#: Side of a box crop in px. The box's frame lies MARGIN px inside the crop on each side, so the
#: reader sees the frame and what leaves it.
SIDE = 40
MARGIN = 5
