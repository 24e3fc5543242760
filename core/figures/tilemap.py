"""A map of outcomes: coloured tiles with a word and a number, in rows and columns with names."""

from collections.abc import Sequence
from dataclasses import dataclass
from textwrap import wrap
from typing import Any

import plotly.graph_objects as go

from core.figures.base import LETTER_WIDTH, SMALL, Look, layout, note, plot, shape
from core.words import capitalised

TILE_HEIGHT, LOW_TILE_HEIGHT, HEAD_LINE, GAP = 46, 30, 18, 3
"""px: a tile of two lines, one of one, a line above the columns, and what is between tiles"""
HEAD_LETTERS = 14
"""of one line at the head of a column, on a phone"""
FEW_COLUMNS = 2
"""of more of them, each has less room for its head"""
LABEL_LIMITS = (64, 190)
"""smallest and largest width of the labels of rows, px"""


@dataclass(frozen=True, slots=True)
class Tile:
    """One outcome at its place in the map.

    Attributes:
        row: the values that stand before its row.
        column: the values that stand above its column.
        words: a word, and a number below it, in Plotly's markup.
        hover: what a pointer is told, in Plotly's markup.
        colours: fill and text, for the light and the dark theme.
    """

    row: tuple[str, ...]
    column: tuple[str, ...]
    words: str
    hover: str
    colours: tuple[tuple[str, str], tuple[str, str]]


def draw_tiles(tiles: Sequence[Tile], look: Look) -> go.Figure:
    """The map of some outcomes; rows and columns stand in the order in which they first occur."""
    tall = any("<br>" in tile.words for tile in tiles)
    height = TILE_HEIGHT if tall else LOW_TILE_HEIGHT
    rows = list(dict.fromkeys(tile.row for tile in tiles))
    columns = list(dict.fromkeys(tile.column for tile in tiles))
    texts = [", ".join(row) for row in rows]
    shortest, longest = LABEL_LIMITS
    left = min(max(shortest, LETTER_WIDTH * max(map(len, texts), default=0) + 12), longest)
    labels = [_lines(text, round((left - 12) / LETTER_WIDTH)) for text in texts]
    letters = HEAD_LETTERS * FEW_COLUMNS // max(len(columns), FEW_COLUMNS)
    heads = [
        capitalised("<br>".join(_lines(value, letters) for value in column)) for column in columns
    ]
    top = 12 + HEAD_LINE * max((head.count("<br>") + 1 for head in heads), default=0)
    places = [(columns.index(tile.column), rows.index(tile.row)) for tile in tiles]
    hidden = {"visible": False, "fixedrange": True}
    return plot(
        [_text(tiles, places, look)],
        **{
            **layout(look, height=top + height * max(len(rows), 1)),
            "margin": {"l": look.px(left), "r": 0, "t": look.px(top), "b": 0, "pad": 0},
        },
        xaxis={**hidden, "range": [-0.5, len(columns) - 0.5]},
        yaxis={**hidden, "range": [len(rows) - 0.5, -0.5]},
        shapes=[_ground(tile, place, look) for tile, place in zip(tiles, places, strict=True)],
        annotations=[
            *(note(text, look, x=x, y=1, **_HEAD) for x, text in enumerate(heads)),
            *(
                note(text, look, y=y, **_LABEL, xshift=-look.px(left - 2))
                for y, text in enumerate(labels)
            ),
        ],
    )


def _lines(text: str, letters: int) -> str:
    """Text in lines of at most so many letters, in Plotly's markup."""
    return "<br>".join(wrap(text, letters, break_long_words=False))


_HEAD: dict[str, Any] = {"yref": "paper", "yanchor": "bottom", "yshift": 4}
_LABEL: dict[str, Any] = {"x": 0, "xref": "paper", "xanchor": "left", "align": "left"}


def _text(tiles: Sequence[Tile], places: Sequence[tuple[int, int]], look: Look) -> go.Scatter:
    return go.Scatter(
        x=[x for x, _ in places],
        y=[y for _, y in places],
        text=[tile.words for tile in tiles],
        mode="text",
        textfont={"size": look.px(SMALL), "color": [tile.colours[look.dark][1] for tile in tiles]},
        hovertemplate=[f"{tile.hover}<extra></extra>" for tile in tiles],
        cliponaxis=False,
    )


def _ground(tile: Tile, place: tuple[int, int], look: Look) -> dict[str, Any]:
    """The coloured ground of a tile, with a gap around it."""
    x, y = place
    line = {"color": look.page, "width": look.px(GAP)}
    fill = {"fillcolor": tile.colours[look.dark][0], "layer": "below", "line": line}
    return shape("rect", (x - 0.5, x + 0.5), (y - 0.5, y + 0.5), **fill)
