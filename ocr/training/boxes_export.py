"""Networks to ONNX files with their cards; used for both readers."""

import datetime
import json
from pathlib import Path
from typing import Any

import onnx
import torch
from torch import Tensor, nn


def export(net: nn.Module, example: Tensor, out: Path) -> int:
    """Write a network with one input and one output, free in the first axis; returns its bytes."""
    batch = torch.export.Dim("n", min=1)
    program = torch.onnx.export(
        net.eval().to(memory_format=torch.contiguous_format),
        (example,),
        input_names=["crops"],
        output_names=["scores"],
        dynamic_shapes=({0: batch},),
        dynamo=True,
        verbose=False,
    )
    if program is None:
        raise RuntimeError("the exporter gave no program")
    model = program.model_proto
    del model.metadata_props[:]
    for node in model.graph.node:  # where each node came from in the trainer's own files
        del node.metadata_props[:]
        node.doc_string = ""
    onnx.checker.check_model(model)
    out.write_bytes(model.SerializeToString())
    return out.stat().st_size


def write_card(out: Path, facts: dict[str, Any]) -> None:
    """Write the card's JSON beside the weights, with the date."""
    card = {"date": datetime.datetime.now(tz=datetime.UTC).date().isoformat(), **facts}
    out.write_text(json.dumps(card, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
