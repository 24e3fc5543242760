"""The cards of By hand: output size, temperature, additivity, and contrast of a thin line."""

from collections.abc import Mapping, Sequence
from functools import lru_cache

import numpy as np
import streamlit as st

from core.analyses import operate
from core.analyses.hand import (
    Additivity,
    ByHand,
    Grid,
    Worked,
    between,
    outputs_of,
    titled,
    untrained_sentence,
)
from core.analyses.reading import Windows, unread_by_operator
from core.catalog import POOLINGS, Padding, Pooling
from core.words import apart, inside, join, plain, rough
from pages.shared import frame

WITH_RELU = (Pooling.CONV, Pooling.CONV_MAX)
NO_CONTRAST = 0.005
"""a smaller share is written as 0 %"""
SAME_NUMBERS = 1e-9
"""relative difference that rounding errors may cause"""


def by_hand(poolings: Sequence[Pooling], grid: Grid, *, single: bool) -> ByHand:
    """Apply every operator to the grid; gradients come from all outputs or the middle one."""
    numbers = tuple(map(tuple, grid.numbers.tolist()))
    windows = grid.size, grid.stride, grid.padding, grid.mode
    return _by_hand(tuple(poolings), numbers, windows, single=single)


# The same object for the same numbers, so that its drawings are kept too; what Streamlit's cache
# gives is read anew each time.
@lru_cache(maxsize=64)
def _by_hand(
    poolings: tuple[Pooling, ...],
    numbers: tuple[tuple[float, ...], ...],
    windows: tuple[int, int, int, Padding],
    *,
    single: bool,
) -> ByHand:
    return operate.by_hand(poolings, Grid(np.array(numbers), *windows), single=single)


def sizes(many: Sequence[Worked], grid: Grid) -> None:
    """Draw how many outputs there are, and which rows no window reads."""
    with frame.card("How many outputs", "sizes"):
        n, side, stride, padding = grid.numbers.shape[0], grid.size, grid.stride, grid.padding
        count = outputs_of(n, side, stride, padding)
        # two lines, to fit a phone
        st.latex(r"\left\lfloor \frac{n + 2p - f}{s} \right\rfloor + 1")
        st.latex(
            rf"= \left\lfloor \frac{{{n} + 2\cdot{padding} - {side}}}{{{stride}}} "
            rf"\right\rfloor + 1 = {count}"
        )
        keeps = " None keeps all n." if any(len(one.outputs) != count for one in many) else ""
        st.caption(
            f"n = {n} rows, window f = {side}, stride s = {stride}, padding p = {padding}.{keeps} "
            f"{unread_by_operator((one.pooling, one.windows) for one in many)} "
            f"A convolution without padding and with stride 1 gives n − f + 1 = {n - side + 1}."
        )


def temperature(windows: Windows, grid: Grid) -> None:
    """Draw the softmax-weighted mean of the first window, between average and max."""
    with frame.card("From average to max", "temperature"):
        t = st.slider("Temperature t", 0.0, 3.0, 0.5, 0.05, key="temperature", bind="query-params")
        values = windows.values(grid.numbers, (0, 0))
        mean, soft = plain(sum(values) / len(values)), plain(between(values, t))
        st.markdown(
            f"First window {', '.join(map(plain, values))}: mean **{mean}**, at t = {plain(t)} "
            f"**{soft}**, largest **{plain(max(values))}**."
        )
        st.latex(r"y = \sum_i \frac{e^{t x_i}}{\sum_j e^{t x_j}}\, x_i")
        st.caption("t = 0 is average pooling, t = 1 SoftPool, t → ∞ max pooling.")


def additive(results: ByHand, grid: Grid) -> None:
    """Draw whether each operator is additive: f(x + y) = f(x) + f(y)."""
    poolings = list(results.additivity)
    with frame.card("Which of them is a convolution?", "additive"):
        table = [_sums(pooling, result) for pooling, result in results.additivity.items()]
        st.dataframe(table, hide_index=True, key="additive")
        gap = results.convolution_gap
        alike = gap < SAME_NUMBERS * max(1.0, float(np.abs(grid.padded).max()))
        same = "the same numbers" if alike else f"different by {rough(gap)}"
        relu = [inside(POOLINGS[pooling].label) for pooling in poolings if pooling in WITH_RELU]
        followed = f" The convolution in {join(relu)} is followed by ReLU, which is not."
        st.caption(
            "y is x rotated by 90°, and the output shown is the one where the two differ most. A "
            f"convolution must be additive, so a “no” rules it out.{followed if relu else ''} "
            f"Average against a convolution with weights 1/{grid.size * grid.size}: {same}. "
            f"{untrained_sentence(poolings)}"
        )


def _sums(pooling: Pooling, result: Additivity) -> dict[str, str]:
    """One row: the output of the sum, and the sum of the outputs."""
    together, separate = plain(result.together), plain(result.apart)
    if not result.holds:
        together, separate = apart(result.together, result.apart)
    row, column = result.cell
    return {
        "operator": _short(pooling),
        "output": f"row {row + 1}, column {column + 1}",
        "f(x + y)": together,
        "f(x) + f(y)": separate,
        "additive here": "yes" if result.holds else "no",
    }


def _short(pooling: Pooling) -> str:
    """A name short enough for a table; the caption says what untrained means."""
    entry = POOLINGS[pooling]
    return f"{entry.label} (untrained)" if entry.learned else entry.label


def contrast(kept: Mapping[Pooling, tuple[float, float]]) -> None:
    """Draw how much contrast of a line one pixel wide each operator keeps."""
    with frame.card("What is left of a thin line", "contrast"):
        table = [
            {
                "operator": _short(pooling),
                "light on dark": f"{100 * light:.0f} %",
                "dark on light": f"{100 * dark:.0f} %",
            }
            for pooling, (light, dark) in kept.items()
        ]
        st.dataframe(table, hide_index=True, key="contrast")
        lost = [
            titled(pooling) if POOLINGS[pooling].learned else inside(POOLINGS[pooling].label)
            for pooling, (_, dark) in kept.items()
            if dark < NO_CONTRAST
        ]
        st.caption(
            "Contrast of a line one pixel wide after pooling, as a share of its contrast before. "
            "Outputs that read beyond the border are left out."
            + (f" A dark line vanishes with {join(lost)}." if lost else "")
            + f" {untrained_sentence(list(kept))}"
        )
