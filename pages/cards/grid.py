"""Which numbers go in? The controls of By hand."""

from dataclasses import dataclass

import numpy as np
import streamlit as st
from PIL import Image

from core.catalog import DatasetEntry, Pooling
from core.errors import ConfigError
from core.pictures import UPLOAD_ENDINGS, fitted, inverted, is_negative, uploaded
from core.settings import PROJECT
from core.words import capitalised, literal, number_word
from pages.cards import own_numbers
from pages.shared import frame

PATCH, DIGIT, LINE, EDGE = "patch", "digit", "line", "edge"
OWN, UPLOAD = "own", "upload"
OWN_SIDES = (4, 6, 8)
UPLOAD_SIDE = 12
"""rows and columns of a reduced upload, so that every number stays readable"""
LIGHTEST = 16
"""the number of a white cell"""
OPERATORS_SHOWN = 8
PADDINGS = (0, 1, 2)


@dataclass(frozen=True, slots=True, eq=False)
class Asked:
    """What the visitor wants to see.

    Attributes:
        numbers: the grid, (H, W).
        padding: rows and columns added on each side.
        single: whether to send the gradient from one output only.
        poolings: the operators to show.
    """

    numbers: np.ndarray
    padding: int
    single: bool
    poolings: list[Pooling]


def controls(able: list[Pooling], entry: DatasetEntry) -> Asked:
    """Draw the controls of the page; return what the visitor chose.

    Args:
        able: operators that can be worked by hand.
        entry: the data set, whose polarity an upload is matched to.
    """
    with frame.settings_row():
        kind = frame.one_of(
            "Input",
            [PATCH, DIGIT, LINE, EDGE, OWN, UPLOAD],
            "grid",
            help_="**patch**: 4 × 4 of a digit; **digit**: the whole digit; **line**: one light "
            "column; **edge**: dark to light; **own**: type your own numbers; **upload**: your "
            f"own image, reduced to {UPLOAD_SIDE} × {UPLOAD_SIDE} shades.",
            wraps=True,
        )
        side = frame.one_of("Size", OWN_SIDES, "own_side") if kind == OWN else OWN_SIDES[0]
        padding = frame.one_of("Padding", PADDINGS, "hand_padding")
        poolings = _operators(able)
    with frame.settings_row():
        invert = st.toggle(
            "Swap light and dark",
            key="invert",
            bind="query-params",
            help="Each value x becomes 16 − x.",
        )
        single = st.toggle(
            "Gradient of one output",
            key="one_output",
            bind="query-params",
            help="Send the gradient from the middle output only.",
        )
    numbers = own_numbers.grid(side, _digit()) if kind == OWN else _grid(kind, entry)
    return Asked(
        LIGHTEST - numbers if invert else numbers, padding, single, poolings[:OPERATORS_SHOWN]
    )


def _operators(able: list[Pooling]) -> list[Pooling]:
    most = number_word(OPERATORS_SHOWN)
    chosen = st.multiselect(
        "Operators shown",
        list(map(str, able)),
        key="operators",
        bind="query-params",
        max_selections=OPERATORS_SHOWN,
        placeholder=f"the first {most}",
        width=320,
        help=f"Up to {most} of the strategies chosen in the sidebar.",
    )
    return [pooling for pooling in able if str(pooling) in chosen] or able


def _grid(kind: str, entry: DatasetEntry) -> np.ndarray:
    if kind == UPLOAD:
        return _upload(entry)
    if kind == LINE:
        grid = np.zeros((6, 6))
        grid[:, 2] = LIGHTEST
        return grid
    if kind == EDGE:
        return np.tile(np.array([0.0, 0, 0, *(LIGHTEST,) * 3]), (6, 1))
    return _digit() if kind == DIGIT else _digit()[2:6, 2:6]


def _digit() -> np.ndarray:
    with Image.open(PROJECT / "assets" / "samples" / "digits.png") as image:
        return (np.asarray(image).astype(float) * LIGHTEST / 255).round()


def _upload(entry: DatasetEntry) -> np.ndarray:
    """The visitor's image as shades from 0 to 16; zeros until there is one."""
    with st.container(width=420):
        given = st.file_uploader(
            "An image", list(UPLOAD_ENDINGS), key="hand_upload", max_upload_size=2
        )
    empty = np.zeros((UPLOAD_SIDE, UPLOAD_SIDE))
    if given is None:
        st.caption("Up to 2 MB, kept in memory only. The grid is empty until you choose an image.")
        return empty
    try:
        picture = uploaded(given.getvalue())
    except ConfigError as error:
        st.error(literal(str(error)), icon=":material/error:")
        return empty
    remarks = list(picture.remarks)
    shades = fitted(picture.image, (1, UPLOAD_SIDE, UPLOAD_SIDE), LIGHTEST)
    ground = [level * LIGHTEST / entry.white for level in entry.background]
    if not entry.photographs and is_negative(shades, ground, LIGHTEST):
        remarks.append("inverted to match the training images (Invert turns it back)")
        shades = inverted(shades, LIGHTEST)
    if remarks:
        st.caption(f"{capitalised('; '.join(remarks))}.")
    grid: np.ndarray = shades[0].astype(float)
    return grid
