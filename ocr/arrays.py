"""Names for the arrays that travel between stages."""

import numpy as np
from numpy.typing import NDArray

#: An image of one channel, (H, W), 0 black to 255 white.
Gray = NDArray[np.uint8]
#: Any array of floats; shapes are given where it is used.
Floats = NDArray[np.float64]
#: Scores and inputs of the networks, which compute in single precision.
Floats32 = NDArray[np.float32]
#: Indices and counts.
Ints = NDArray[np.intp]
#: Which of many hold.
Mask = NDArray[np.bool_]
