"""How much of the image does one cell see? Nested squares on a real image, layer by layer.

A field that reads round the border is drawn where its pixels are: in parts, on both sides.
"""

from collections.abc import Iterator, Sequence
from itertools import product

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray

from core.figures.base import SMALL, Look, colour_scale, layout, plot
from core.figures.palette import SEQUENTIAL
from core.network.receptive_field import Field

HEIGHT = 340
ACCENT = ("#17607A", "#5BB0C8")
GREYS = (("#FFFFFF", "#12191C"), ("#14191C", "#E6EBED"))
ROOM = 0.02


def field_squares(  # noqa: PLR0913 (a picture, what is on it, and how it is drawn)
    image: NDArray[np.uint8] | NDArray[np.float64],
    found: Sequence[Field],
    chosen: int,
    *,
    amounts: bool = False,
    dark: bool = False,
    scale: float = 1.0,
) -> go.Figure:
    """Draw the fields of the middle cell up to a layer.

    Args:
        image: (H, W), drawn below.
        found: the fields, layer by layer.
        chosen: the layer up to which they are drawn.
        amounts: whether the image holds shares of the gradient instead of grey values.
        dark: for the dark theme.
        scale: of sizes and text.
    """
    look = Look(dark, scale)
    height, width = image.shape
    heat = go.Heatmap(
        z=image,
        zmin=0,
        zmax=(float(image.max()) or 1.0) if amounts else 255,
        colorscale=colour_scale(SEQUENTIAL[look.dark]) if amounts else _greys(look),
        showscale=False,
        xgap=1 if width <= 32 else 0,  # noqa: PLR2004
        ygap=1 if height <= 32 else 0,  # noqa: PLR2004
        hovertemplate="row %{y}, column %{x}: "
        + ("%{z:.2%} of the gradient" if amounts else "%{z}")
        + "<extra></extra>",
    )
    shapes = [_frame(height, width, look)]
    for number, each in enumerate(found[: chosen + 1]):
        shapes += [_square(part, look, last=number == chosen) for part in _parts(each)]
    hidden = {"visible": False, "fixedrange": True}
    return plot(
        [heat],
        **{**layout(look, height=HEIGHT), "margin": dict.fromkeys("lrtb", look.px(12))},
        xaxis={
            **hidden,
            "range": [-0.5 - ROOM * width, width - 0.5 + ROOM * width],
            "constrain": "domain",
        },
        yaxis={
            **hidden,
            "range": [height - 0.5 + ROOM * height, -0.5 - ROOM * height],
            "scaleanchor": "x",
            "constrain": "domain",
        },
        shapes=shapes,
        annotations=[_tag(found[chosen], look)],
    )


def _greys(look: Look) -> list[list[object]]:
    low, high = GREYS[look.dark]
    return [[0, low], [1, high]]


def _frame(height: int, width: int, look: Look) -> dict[str, object]:
    return {
        "type": "rect",
        "x0": -0.5,
        "x1": width - 0.5,
        "y0": -0.5,
        "y1": height - 0.5,
        "line": {"color": look.grid, "width": look.px(1)},
    }


Part = tuple[tuple[float, float], tuple[float, float]]
"""top and bottom, left and right, as edges of pixels"""


def _parts(each: Field) -> list[Part]:
    """The rectangles of the image that a field covers; several where it wraps or leaves gaps."""
    rows, columns = (list(_runs(seen)) for seen in each.seen)
    return list(product(rows, columns))


def _runs(seen: Sequence[int]) -> Iterator[tuple[float, float]]:
    """Neighbouring rows as one interval, by the edges of the pixels."""
    first = seen[0]
    for here, following in zip(seen, (*seen[1:], None), strict=True):
        if following != here + 1:
            yield first - 0.5, here + 0.5
            first = following if following is not None else first


def _square(part: Part, look: Look, *, last: bool) -> dict[str, object]:
    (top, bottom), (left, right) = part
    accent = ACCENT[look.dark]
    square: dict[str, object] = {
        "type": "rect",
        "x0": left,
        "x1": right,
        "y0": top,
        "y1": bottom,
        "line": {
            "color": accent,
            "width": look.px(3.5 if last else 1.5),
            "dash": "solid" if last else "dot",
        },
    }
    if last:
        red, green, blue = (int(accent[i : i + 2], 16) for i in (1, 3, 5))
        square["fillcolor"] = f"rgba({red},{green},{blue},0.1)"
    return square


def _tag(each: Field, look: Look) -> dict[str, object]:
    """The size, at the corner of the largest part."""
    (top, _), (left, _) = max(_parts(each), key=_area)
    return {
        "x": left,
        "y": top,
        "xanchor": "left",
        "yanchor": "bottom" if top > 1 else "top",
        "showarrow": False,
        "text": f" {each.side} × {each.side} px{' wrapped' if each.wraps else ''} ",
        "font": {"size": look.px(SMALL), "color": look.page},
        "bgcolor": ACCENT[look.dark],
    }


def _area(part: Part) -> float:
    (top, bottom), (left, right) = part
    return (bottom - top) * (right - left)


def field_alt(found: Sequence[Field], chosen: int) -> str:
    """Say in words what the squares show."""
    each = found[chosen]
    return (
        f"The part of the image that the middle cell after {each.layer} sees: {each.side} by "
        f"{each.side} pixels{_covered(each, 'by')}; neighbouring cells are {each.jump} pixels "
        f"apart."
    )


def field_reach(each: Field) -> str:
    """Say how far a cell sees, for a caption."""
    return (
        f"After {each.layer} the field of one cell is {each.side} × {each.side} pixels"
        f"{_covered(each, '×')}; neighbours are {each.jump} px apart (the jump)."
    )


def _covered(each: Field, by: str) -> str:
    """Which pixels of the image these are, where they are fewer than the formula counts."""
    rows, columns = (len(seen) for seen in each.seen)
    if each.wraps:
        return f", which wrap round the border onto {rows} {by} {columns} pixels of the image"
    if (rows, columns) == (each.side, each.side):
        return ""
    return f", of which it reads {rows} {by} {columns} in the image"
