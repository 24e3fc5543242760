"""What does pooling leave of a line one pixel wide? A light and a dark one, before and after."""

from functools import partial

import numpy as np
import plotly.graph_objects as go

from core.analyses.hand import Numbers
from core.analyses.operate import work
from core.catalog import Pooling
from core.figures.base import Look, colour_scale, note, plot, shape, without_axes
from core.figures.chart import Chart
from core.figures.palette import INK, PAGE

SIDE, WINDOW, LINE_COLUMN = 8, 2, 3
"""px of the picture and of a window, and where the line stands"""
BETWEEN_PICTURES = 1.5
"""cells between two pictures"""
LINES_HEIGHT = 250
POOLED = (Pooling.MAX, Pooling.AVERAGE, Pooling.MIN)


def thin_lines() -> Chart:
    """A light line on dark and a dark line on light, as they are and after three pools."""
    tiles = {
        "light line": _pooled(_line(0.0, 1.0)),
        "dark line": _pooled(_line(1.0, 0.0)),
    }
    return Chart(
        rows=[
            {"line": line, "pool": pool, "contrast_percent": 100 * _contrast(picture)}
            for line, pictures in tiles.items()
            for pool, picture in pictures.items()
        ],
        alt="A line one pixel wide before and after pools with windows of 2 × 2. "
        + " ".join(
            f"Of the {line}, {pool} leaves {100 * _contrast(picture):.0f} % of the contrast."
            for line, pictures in tiles.items()
            for pool, picture in pictures.items()
            if pool in POOLED
        ),
        caption="Each pooled map has half the side and is drawn as large as the image.",
        draw=partial(_draw, tiles),
    )


def _line(ground: float, ink: float) -> Numbers:
    picture = np.full((SIDE, SIDE), ground)
    picture[:, LINE_COLUMN] = ink
    return picture


def _pooled(picture: Numbers) -> dict[str, Numbers]:
    """A picture, and what each pool makes of it."""
    pooled = {str(pool): work(pool, picture, WINDOW, WINDOW).outputs for pool in POOLED}
    return {"before": picture, **pooled}


def _contrast(picture: Numbers) -> float:
    """Between the line and the ground; 1 before any pool."""
    return float(picture.max() - picture.min())


def _draw(tiles: dict[str, dict[str, Numbers]], look: Look) -> go.Figure:
    step = SIDE + BETWEEN_PICTURES
    traces, frames, notes = [], [], []
    for row, (line, pictures) in enumerate(tiles.items()):
        notes.append(note(line, look, x=-0.5, y=-(row * step + SIDE / 2), xanchor="right"))
        for column, (name, picture) in enumerate(pictures.items()):
            cell = SIDE / len(picture)
            left, top = column * step, -row * step
            traces.append(
                go.Heatmap(
                    x0=left + cell / 2,
                    dx=cell,
                    y0=top - cell / 2,
                    dy=-cell,
                    z=picture,
                    zmin=0,
                    zmax=1,
                    colorscale=colour_scale((INK[0], PAGE[0])),
                    showscale=False,
                    hovertemplate=f"{name}: %{{z:.0%}} light<extra></extra>",
                )
            )
            edge = {"color": look.quiet, "width": look.px(1)}
            frames.append(shape("rect", (left, left + SIDE), (top, top - SIDE), line=edge))
            if row == 0:
                notes.append(note(name, look, x=left + SIDE / 2, y=0, yanchor="bottom"))
    return plot(
        traces,
        **without_axes(look, LINES_HEIGHT, margin=4),
        xaxis_range=[-SIDE, len(POOLED) * step + SIDE + 0.3],
        yaxis_range=[-(step + SIDE) - 0.5, 2],
        shapes=frames,
        annotations=notes,
    )
