"""Makes a trained network small and fast: weights and activations in 8 bits."""

import tempfile
from collections.abc import Iterable, Iterator
from pathlib import Path

import numpy as np
from onnxruntime.quantization import (
    CalibrationDataReader,
    QuantFormat,
    QuantType,
    quantize_static,
)
from onnxruntime.quantization.shape_inference import quant_pre_process


class Inputs(CalibrationDataReader):
    """Hands out typical inputs, from which the ranges of the activations are taken."""

    def __init__(self, name: str, inputs: Iterable[np.ndarray]) -> None:
        self.name = name
        self.inputs: Iterator[np.ndarray] = iter(inputs)

    def get_next(self) -> dict[str, np.ndarray] | None:
        """The next input, or None at the end."""
        array = next(self.inputs, None)
        return None if array is None else {self.name: array}


def quantise(path: Path, name: str, inputs: Iterable[np.ndarray]) -> None:
    """Replace an ONNX file by its 8-bit form.

    Args:
        path: the file, replaced in place.
        name: of its input.
        inputs: some dozens of typical ones. Not augmented ones: their extremes widen the ranges,
            and what is left of the eight bits for ordinary pictures is coarse.
    """
    with tempfile.TemporaryDirectory() as folder:
        prepared = Path(folder) / "prepared.onnx"
        quant_pre_process(str(path), str(prepared), skip_symbolic_shape=True)
        quantize_static(
            str(prepared),
            str(path),
            Inputs(name, inputs),
            quant_format=QuantFormat.QDQ,
            per_channel=True,
            # Seven bits for the weights: processors without VNNI add pairs of products in 16 bits.
            reduce_range=True,
            activation_type=QuantType.QUInt8,
            weight_type=QuantType.QInt8,
        )
