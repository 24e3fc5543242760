"""Where does a figure stand, and what are its axes?"""

from collections.abc import Sequence
from math import ceil, floor, log10
from typing import Any

from core.figures.base.look import SMALL, TEXT, Look

ROW_HEIGHT, TALL_ROW_HEIGHT = 44, 52
"""px: a row with one mark, and a row with several lines of text or marks"""

FULL = 100.0
"""all, in percent"""

TICK_STEPS = (0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 50)
"""distances between ticks, percent or points"""

MOST_TICKS = 4
"""steps on an axis of long numbers: on a phone, five digits fill a fifth of the axis"""

ROUNDING = 1e-9

NARROW = 440
"""width of a figure on a telephone at most, px"""


def layout(look: Look, *, height: float, left: float = 56, right: float = 16) -> dict[str, Any]:
    """The layout that all figures share: size, margins and text."""
    return {
        "height": look.px(height),
        "margin": {
            "l": look.px(left),
            "r": look.px(right),
            "t": look.px(12),
            "b": look.px(44),
            "pad": 0,
        },
        "showlegend": False,
        "font": {"size": look.px(TEXT), "color": look.text},
        "hoverlabel": {"font": {"size": look.px(SMALL)}},
        "dragmode": False,
    }


def narrow(**changes: Any) -> dict[str, Any]:
    """What changes in the layout of a figure on a telephone; pages/shared/plot.js reads it.

    Args:
        changes: properties of the layout that take the place of those on a wide page.
    """
    return {"meta": {"narrow": {"below": NARROW, "changes": changes}}}


def without_axes(look: Look, height: float, *, margin: float) -> dict[str, Any]:
    """The layout of a picture: square cells without axes around them."""
    hidden = {"visible": False, "fixedrange": True, "constrain": "domain"}
    return {
        **layout(look, height=height),
        "margin": dict.fromkeys("lrtb", look.px(margin)),
        "xaxis": hidden,
        "yaxis": {**hidden, "scaleanchor": "x"},
    }


def axis(
    look: Look, *, title: str | None = None, grid: bool = False, **more: Any
) -> dict[str, Any]:
    """An axis without zero line, frame or zoom; `grid` is for the axis of values."""
    text = {"size": look.px(SMALL), "color": look.text}
    return {
        "title": {"text": title, "font": text, "standoff": look.px(12)},
        "tickfont": text,
        "showgrid": grid,
        "gridcolor": look.grid,
        "zeroline": False,
        "showline": False,
        "ticks": "",
        "fixedrange": True,
        "automargin": False,
        **more,
    }


def row_axis(
    look: Look, labels: Sequence[str], ends: tuple[float, float], **more: Any
) -> dict[str, Any]:
    """A vertical axis with a label for each row, from the top down.

    Args:
        look: of the page.
        labels: of the rows.
        ends: the bottom and the top of the axis, in rows.
        more: further properties of the axis.
    """
    return axis(
        look,
        range=list(ends),
        tickvals=list(range(len(labels))),
        ticktext=list(labels),
        tickfont={"size": look.px(SMALL), "color": look.ink},
        **more,
    )


def ticks_within(low: float, high: float, most: float) -> list[float]:
    """Round values between low and high, with at most `most` steps between these two.

    Always at least two values, if necessary with more steps: a single tick shows no scale.
    """
    step = _step(low, high, most)
    for finer in (step, *(smaller for smaller in reversed(TICK_STEPS) if smaller < step)):
        ticks = _multiples(finer, ceil(low / finer - ROUNDING), floor(high / finer + ROUNDING))
        if len(ticks) > 1:
            return ticks
    return ticks


def ticks_around(low: float, high: float, most: float) -> list[float]:
    """Round values that enclose low and high, with at most `most` steps between these two."""
    step = _step(low, high, most)
    return _multiples(step, floor(low / step + ROUNDING), ceil(high / step - ROUNDING))


def round_ticks(high: float, most: int = 6) -> list[float]:
    """0 and the multiples of 1, 2 or 5 times a power of ten up to high, at most `most` steps."""
    power = 10.0 ** floor(log10(high / most))
    step = next(m * power for m in (1, 2, 5, 10) if high / (m * power) <= most)
    return [step * i for i in range(int(high / step) + 1)]


def _step(low: float, high: float, most: float) -> float:
    return next((step for step in TICK_STEPS if (high - low) / step <= most), TICK_STEPS[-1])


def _multiples(step: float, first: int, last: int) -> list[float]:
    return [round(float(step * i), 6) for i in range(first, last + 1)]
