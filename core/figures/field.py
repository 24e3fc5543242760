"""How much of the image does one cell see? Nested squares on a real image, layer by layer.

A field that wraps around the border is drawn where its pixels are: in parts, on both sides. One
that reaches into the padding is drawn in full, with the padding shaded.
"""

from collections.abc import Iterator, Sequence
from functools import partial
from itertools import product
from typing import Any

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray

from core.figures.base import Look, colour_scale, note, plot, shape, without_axes
from core.figures.chart import Chart
from core.figures.palette import ACCENT, GREYS, SEQUENTIAL, faded
from core.network.receptive_field import Field

FIELD_HEIGHT = 340
FIELD_ROOM = 0.02
"""margin around the image, as a share of its sides"""
MOST_WITH_GAPS = 32
"""images with more pixels on a side are drawn without gaps between pixels"""
MOST_OF_GRADIENT = 0.9
"""share of the gradient for which the caption counts pixels"""

BORDER = -0.5
"""where the first row and the first column of pixels begin"""

Part = tuple[tuple[float, float], tuple[float, float]]
"""top and bottom, left and right, at the edges of pixels"""


def field_squares(
    image: NDArray[np.uint8],
    fields: Sequence[Field],
    chosen: int,
    shares: NDArray[np.float64] | None = None,
) -> Chart:
    """The receptive fields of the middle cell, layer by layer up to the chosen one.

    Args:
        image: (H, W), drawn below the squares.
        fields: of the layers.
        chosen: index of the last layer to draw.
        shares: (H, W), each pixel's share of the gradient of the middle cell, drawn in place of
            the image; None for theory only.
    """
    field = fields[chosen]
    caption = f"{_reach(field)} Shaded: padding." if _rim(field) else _reach(field)
    if shares is not None:
        caption += f" {_used(shares, field)}"
    return Chart(
        rows=[
            {"layer": one.layer, "side": one.side, "jump": one.jump, "pixels": one.pixels}
            for one in fields[: chosen + 1]
        ],
        alt=_alt(field),
        caption=caption,
        draw=partial(_draw, image, shares, fields[: chosen + 1]),
    )


def _alt(field: Field) -> str:
    return (
        f"The part of the image that the middle cell after {field.layer} sees: {field.side} by "
        f"{field.side} pixels{_covered(field, 'by')}; neighbouring cells are {field.jump} pixels "
        f"apart."
    )


def _reach(field: Field) -> str:
    return (
        f"After {field.layer} the receptive field of one cell is {field.side} × {field.side} pixels"
        f"{_covered(field, '×')}; neighbouring cells are {field.jump} px apart (the stride so far)."
    )


def _covered(field: Field, by: str) -> str:
    """How many pixels of the image the field covers, if fewer than the formula says."""
    rows, columns = (len(seen) for seen in field.seen)
    if field.wraps:
        return f", which wrap around the border onto {rows} {by} {columns} pixels of the image"
    if (rows, columns) == (field.side, field.side):
        return ""
    return f", of which {rows} {by} {columns} lie in the image"


def _used(shares: NDArray[np.float64], field: Field) -> str:
    """How concentrated the gradient is, in words."""
    ordered = np.sort(shares, axis=None)[::-1]
    total = ordered.sum()
    if total == 0:
        return "On these images its gradient is zero."
    needed = int((ordered.cumsum() < MOST_OF_GRADIENT * total).sum()) + 1
    return (
        f"Nine tenths of its gradient come from {needed:,} of the {field.pixels:,} pixels of the "
        f"image that it can see."
    )


def _draw(
    image: NDArray[np.uint8],
    shares: NDArray[np.float64] | None,
    fields: Sequence[Field],
    look: Look,
) -> go.Figure:
    height, width = image.shape
    edge = {"color": look.grid, "width": look.px(1)}
    shapes = [shape("rect", (-0.5, width - 0.5), (-0.5, height - 0.5), line=edge)]
    padded = {"fillcolor": look.quiet, "opacity": 0.2, "line": {"width": 0}}
    shapes += [shape("rect", across, down, **padded) for down, across in _rim(fields[-1])]
    for field in fields:
        shapes += [_square(part, look, last=field is fields[-1]) for part in _parts(field)]
    (top, bottom), (left, right) = _around(fields)
    across, down = FIELD_ROOM * (right - left), FIELD_ROOM * (bottom - top)
    return plot(
        [_image(image, look) if shares is None else _gradient(shares, look)],
        **without_axes(look, FIELD_HEIGHT, margin=12),
        xaxis_range=[left - across, right + across],
        yaxis_range=[bottom + down, top - down],
        shapes=shapes,
        annotations=[_tag(fields[-1], look)],
    )


def _image(image: NDArray[np.uint8], look: Look) -> go.Heatmap:
    return _heat(image, colour_scale(GREYS[look.dark]), 255, "%{z}")


def _gradient(shares: NDArray[np.float64], look: Look) -> go.Heatmap:
    largest = float(shares.max()) or 1.0
    return _heat(shares, colour_scale(SEQUENTIAL[look.dark]), largest, "%{z:.2%} of the gradient")


def _heat(values: NDArray[Any], scale: list[list[object]], high: float, says: str) -> go.Heatmap:
    height, width = values.shape
    return go.Heatmap(
        z=values,
        zmin=0,
        zmax=high,
        colorscale=scale,
        showscale=False,
        xgap=1 if width <= MOST_WITH_GAPS else 0,
        ygap=1 if height <= MOST_WITH_GAPS else 0,
        hovertemplate=f"row %{{y}}, column %{{x}}: {says}<extra></extra>",
    )


def _parts(field: Field) -> list[Part]:
    """The rectangles that a field covers, padding included; several if it wraps or has gaps."""
    ends = zip(field.seen, (field.rows, field.columns), field.image, strict=True)
    rows, columns = (
        list(_runs(seen)) if field.wraps else _into_padding(list(_runs(seen)), reach, size)
        for seen, reach, size in ends
    )
    return list(product(rows, columns))


def _into_padding(
    runs: list[tuple[float, float]], reach: tuple[int, int], size: int
) -> list[tuple[float, float]]:
    """Runs of pixels of which the outermost go on beyond the border, as far as the field does."""
    (first, _), (_, last) = runs[0], runs[-1]
    if first == BORDER:
        runs[0] = (min(first, reach[0] - 0.5), runs[0][1])
    if last == size - 0.5:
        runs[-1] = (runs[-1][0], max(last, reach[1] + 0.5))
    return runs


def _rim(field: Field) -> list[Part]:
    """What of a field lies beyond the image, as rectangles that do not overlap."""
    height, width = field.image
    rims: list[Part] = []
    for (top, bottom), (left, right) in _parts(field):
        rims += [
            ((top, BORDER), (left, right)),
            ((height - 0.5, bottom), (left, right)),
            ((max(top, BORDER), min(bottom, height - 0.5)), (left, BORDER)),
            ((max(top, BORDER), min(bottom, height - 0.5)), (width - 0.5, right)),
        ]
    return [(down, across) for down, across in rims if down[0] < down[1] and across[0] < across[1]]


def _around(fields: Sequence[Field]) -> Part:
    """The rectangle around the image and all that its fields reach."""
    height, width = fields[-1].image
    parts = [part for field in fields for part in _parts(field)]
    downs, acrosses = [down for down, _ in parts], [across for _, across in parts]
    return (
        (min(BORDER, *(top for top, _ in downs)), max(height - 0.5, *(end for _, end in downs))),
        (
            min(BORDER, *(left for left, _ in acrosses)),
            max(width - 0.5, *(end for _, end in acrosses)),
        ),
    )


def _runs(seen: Sequence[int]) -> Iterator[tuple[float, float]]:
    """Each run of neighbouring rows as one interval, between the edges of its pixels."""
    first = seen[0]
    for row, following in zip(seen, (*seen[1:], None), strict=True):
        if following != row + 1:
            yield first - 0.5, row + 0.5
            first = following if following is not None else first


def _square(part: Part, look: Look, *, last: bool) -> dict[str, Any]:
    down, across = part
    accent = ACCENT[look.dark]
    if last:
        edge = {"color": accent, "width": look.px(3.5), "dash": "solid"}
        return shape("rect", across, down, line=edge, fillcolor=faded(accent, 0.1))
    edge = {"color": accent, "width": look.px(1.5), "dash": "dot"}
    return shape("rect", across, down, line=edge)


def _tag(field: Field, look: Look) -> dict[str, Any]:
    """The size of a field, at the corner of its largest part."""
    (top, _), (left, _) = max(_parts(field), key=_area)
    return note(
        f" {field.side} × {field.side} px{' wrapped' if field.wraps else ''} ",
        look,
        look.page,
        x=left,
        y=top,
        xanchor="left",
        yanchor="bottom" if top > 1 else "top",
        bgcolor=ACCENT[look.dark],
    )


def _area(part: Part) -> float:
    (top, bottom), (left, right) = part
    return (bottom - top) * (right - left)
