"""Where a form lies in a photo, as JSON and back: pictures can be drawn again without reading."""

from typing import Any

import numpy as np

from ocr.arrays import Floats
from pipeline.forms.load import Catalogue
from pipeline.reading.model import Located, Mesh

#: Decimals kept: a thousandth of a mm or of a box is far below what can be seen.
_MM_DECIMALS = 3


def placed_to_json(located: Located) -> dict[str, Any]:
    """A ``Located`` as JSON; the form by its key."""
    mesh = located.mesh
    return {
        "form": located.form.key,
        "mm_to_px": located.mm_to_px.tolist(),
        "mesh": None
        if mesh is None
        else {
            "x_mm": mesh.x_mm.tolist(),
            "y_mm": mesh.y_mm.tolist(),
            "offset_mm": np.round(mesh.offset_mm, _MM_DECIMALS).tolist(),
        },
        "agreement": float(located.agreement),
        "residual_mm": [
            None if np.isnan(value) else round(float(value), _MM_DECIMALS)
            for value in located.residual_mm
        ],
    }


def placed_from_json(placed: dict[str, Any], catalogue: Catalogue) -> Located:
    """A ``Located`` from its JSON.

    Raises:
        UnknownFormError: when the catalogue no longer has the form.
    """
    mesh = placed["mesh"]
    return Located(
        form=catalogue.page(placed["form"]),
        mm_to_px=_floats(placed["mm_to_px"]),
        mesh=None
        if mesh is None
        else Mesh(_floats(mesh["x_mm"]), _floats(mesh["y_mm"]), _floats(mesh["offset_mm"])),
        agreement=placed["agreement"],
        residual_mm=_floats([np.nan if r is None else r for r in placed["residual_mm"]]),
    )


def _floats(values: Any) -> Floats:
    return np.asarray(values, dtype=np.float64)
