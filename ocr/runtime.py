"""ONNX sessions: opened when first needed, kept, one thread each."""

import json
from functools import cache
from pathlib import Path
from typing import Any, cast

from onnxruntime import (  # type: ignore[attr-defined]
    InferenceSession,
    SessionOptions,
)

from ocr.arrays import Floats32, Gray

#: Where the package keeps its weights and their cards.
WEIGHTS = Path(__file__).parent / "weights"


@cache
def session(name: str) -> InferenceSession:
    """The session of ``weights/<name>.onnx``; one thread, so that processes can share a machine.

    Raises:
        FileNotFoundError: when the package was installed without its weights.
    """
    path = WEIGHTS / f"{name}.onnx"
    if not path.is_file():
        raise FileNotFoundError(path)
    options = SessionOptions()
    options.intra_op_num_threads = 1
    options.inter_op_num_threads = 1
    options.log_severity_level = 3  # errors only: warnings about optimisations say nothing to users
    return InferenceSession(path, options, providers=["CPUExecutionProvider"])


@cache
def card(name: str) -> dict[str, Any]:
    """The model card ``weights/<name>.json``: figures, and how the scores are calibrated."""
    return cast(dict[str, Any], json.loads((WEIGHTS / f"{name}.json").read_text(encoding="utf-8")))


def scores(name: str, crops: Gray | Floats32) -> Floats32:
    """Run a network with one input and one output over a batch."""
    net = session(name)
    (result,) = net.run(None, {net.get_inputs()[0].name: crops})
    return cast(Floats32, result)
