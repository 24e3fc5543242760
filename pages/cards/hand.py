"""The cards of By hand: output size, temperature, additivity, and contrast of a thin line."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import streamlit as st

from core.analyses.hand import Numbers, Worked, between, outputs_of, titled, untrained_sentence
from core.analyses.reading import Windows, unread_by_operator
from core.catalog import POOLINGS, Padding, Pooling
from core.config import ModelConfig
from core.words import apart, inside, join, plain, rough
from pages.shared import frame

WITH_RELU = (Pooling.CONV, Pooling.CONV_MAX)
NO_CONTRAST = 0.005
"""a smaller share is written as 0 %"""
SAME_NUMBERS = 1e-9
"""relative difference that rounding errors may cause"""


@dataclass(frozen=True, slots=True, eq=False)
class Pool:
    """A grid of numbers, and the windows over it.

    Attributes:
        grid: (H, W).
        size: side of the window.
        stride: between windows.
        padding: rows and columns added on each side.
        mode: what the padding holds, also where an operator itself reads beyond the border.
    """

    grid: Numbers
    size: int
    stride: int
    padding: int
    mode: Padding

    @classmethod
    def of(cls, grid: Numbers, model: ModelConfig, padding: int) -> "Pool":
        """A grid with the windows of a network's pools."""
        # padding "none" concerns the convolutions only
        mode = Padding.CIRCULAR if model.padding is Padding.CIRCULAR else Padding.ZEROS
        return cls(grid, model.pool_size, model.pool_stride, padding, mode)

    @property
    def padded(self) -> Numbers:
        """The grid including its padding."""
        if self.mode is Padding.CIRCULAR:
            return np.pad(self.grid, self.padding, mode="wrap")
        return np.pad(self.grid, self.padding)


def worked(poolings: Sequence[Pooling], pool: Pool, *, single: bool) -> list[Worked]:
    """Apply every operator to the grid; gradients come from all outputs or the middle one."""
    from core.analyses import operate

    settings = (pool.size, pool.stride, pool.padding)
    results = []
    for pooling in poolings:
        cell = None
        if single:
            cell = operate.middle(operate.windows(pooling, pool.grid, *settings, pool.mode))
        results.append(operate.work(pooling, pool.grid, *settings, cell, mode=pool.mode))
    return results


def plain_windows(pool: Pool) -> Windows:
    """The windows of a plain pool."""
    from core.analyses import operate

    return operate.windows(
        Pooling.AVERAGE, pool.grid, pool.size, pool.stride, pool.padding, pool.mode
    )


def sizes(many: Sequence[Worked], pool: Pool) -> None:
    """Draw how many outputs there are, and which rows no window reads."""
    with frame.card("How many outputs", "sizes"):
        n, side, stride, padding = pool.grid.shape[0], pool.size, pool.stride, pool.padding
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


def temperature(windows: Windows, pool: Pool) -> None:
    """Draw the softmax-weighted mean of the first window, between average and max."""
    with frame.card("From average to max", "temperature"):
        t = st.slider("Temperature t", 0.0, 3.0, 0.5, 0.05, key="temperature", bind="query-params")
        values = windows.values(pool.grid, (0, 0))
        mean, soft = plain(sum(values) / len(values)), plain(between(values, t))
        st.markdown(
            f"First window {', '.join(map(plain, values))}: mean **{mean}**, at t = {plain(t)} "
            f"**{soft}**, largest **{plain(max(values))}**."
        )
        st.latex(r"y = \sum_i \frac{e^{t x_i}}{\sum_j e^{t x_j}}\, x_i")
        st.caption("t = 0 is average pooling, t = 1 SoftPool, t → ∞ max pooling.")


def additive(poolings: Sequence[Pooling], pool: Pool) -> None:
    """Draw whether each operator is additive: f(x + y) = f(x) + f(y)."""
    from core.analyses.operate import as_convolution, work

    grid, side, stride = pool.padded, pool.size, pool.stride
    with frame.card("Which of them is a convolution?", "additive"):
        table = [_sums(pooling, pool) for pooling in poolings]
        st.dataframe(table, hide_index=True, key="additive")
        average = work(Pooling.AVERAGE, grid, side, stride).outputs
        gap = float(np.abs(average - as_convolution(grid, side, stride)).max())
        alike = gap < SAME_NUMBERS * max(1.0, float(np.abs(grid).max()))
        same = "the same numbers" if alike else f"different by {rough(gap)}"
        relu = [inside(POOLINGS[pooling].label) for pooling in poolings if pooling in WITH_RELU]
        followed = f" The convolution in {join(relu)} is followed by ReLU, which is not."
        st.caption(
            "y is x rotated by 90°, and the output shown is the one where the two differ most. A "
            f"convolution must be additive, so a “no” rules it out.{followed if relu else ''} "
            f"Average against a convolution with weights 1/{side * side}: {same}. "
            f"{untrained_sentence(poolings)}"
        )


def _sums(pooling: Pooling, pool: Pool) -> dict[str, str]:
    """One row: the output of the sum, and the sum of the outputs."""
    from core.analyses.operate import additivity

    result = additivity(pooling, pool.padded, pool.size, pool.stride, mode=pool.mode)
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


def contrast(poolings: Sequence[Pooling], pool: Pool) -> None:
    """Draw how much contrast of a line one pixel wide each operator keeps."""
    from core.analyses.operate import contrast_kept

    with frame.card("What is left of a thin line", "contrast"):
        kept = {
            pooling: [
                contrast_kept(pooling, pool.size, pool.stride, light=light)
                for light in (True, False)
            ]
            for pooling in poolings
        }
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
            + f" {untrained_sentence(poolings)}"
        )
