"""The outputs of By hand under a finger: drawn over the figures in the browser."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import streamlit as st

from core.analyses.hand import Numbers, Worked, formula
from core.catalog import POOLINGS
from core.words import brief

HAND_FOLDER = Path(__file__).parents[1] / "browser" / "hand"
HAND_STYLES = (HAND_FOLDER / "hand.css").read_text(encoding="utf-8")
HAND_SCRIPT = """
const [root] = document.querySelector('script[src*="static/js/"]').src.split("static/js/");
const main = import(`${root}browser/hand/main.js`);
export default function ({ data, parentElement }) {
  main.then(({ show }) => show(parentElement, data)).catch(console.error);
  return () => main.then(({ forget }) => forget(parentElement)).catch(console.error);
}
"""


def outputs(worked: Worked, shares: Numbers, figures: Mapping[str, str]) -> None:
    """Draw the line of an operator that says where a touched output came from.

    Args:
        worked: the operator on a grid.
        shares: the gradient of every output by itself, (h * w, H * W).
        figures: the names of the figures of "input", "output" and "gradient" on the page.
    """
    draw = st.components.v2.component("hand", js=HAND_SCRIPT, css=HAND_STYLES, isolate_styles=False)
    draw(data=_data(worked, shares, figures), key=f"touched {worked.pooling}")


def _data(worked: Worked, shares: Numbers, figures: Mapping[str, str]) -> dict[str, Any]:
    windows = worked.windows
    return {
        "label": POOLINGS[worked.pooling].label,
        "figures": dict(figures),
        "shape": list(worked.outputs.shape),
        "grid": list(worked.inputs.shape),
        "rows": windows.rows.tolist(),
        "columns": windows.columns.tolist(),
        "formulas": [formula(worked, output) for output in np.ndindex(*windows.shape)],
        "shares": [
            [[int(place), float(line[place]), brief(float(line[place]))] for place in reached]
            for line, reached in zip(shares, map(np.flatnonzero, shares), strict=True)
        ],
    }
