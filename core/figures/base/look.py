"""How are figures drawn? Theme, scale of text, colours of cells."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import isnan
from typing import Any

import plotly.graph_objects as go

from core.catalog import Pooling
from core.figures.palette import (
    CHART_TEXT_LIGHT,
    DIVERGING,
    GRID_LINE,
    INK,
    PAGE,
    REMARK_TEXT,
    SEQUENTIAL,
    colour,
    faded,
    fill,
    text_on,
)

TEXT, SMALL = 14, 13
"""sizes of text, px"""


@dataclass(frozen=True, slots=True)
class Look:
    """The theme and scale of the page that shows a figure.

    Attributes:
        dark: whether the page is dark.
        scale: factor of all sizes and heights; 1, or 1.25 on a projector.
    """

    dark: bool = False
    scale: float = 1.0

    def px(self, size: float) -> float:
        """A size in pixels, scaled."""
        return size * self.scale

    @property
    def ink(self) -> str:
        """Colour of the main text."""
        return INK[self.dark]

    @property
    def text(self) -> str | None:
        """Colour of axis text; None for Streamlit's own, which is too pale on light pages."""
        return None if self.dark else CHART_TEXT_LIGHT

    @property
    def quiet(self) -> str:
        """Colour of zones, zero lines and remarks."""
        return REMARK_TEXT[self.dark]

    @property
    def page(self) -> str:
        """Colour of the page, inside hollow markers."""
        return PAGE[self.dark]

    @property
    def grid(self) -> str:
        """Colour of grid lines."""
        return GRID_LINE[self.dark]

    def colour(self, pooling: Pooling, opacity: float = 1.0) -> str:
        """The colour of a strategy, as Plotly writes it."""
        own = colour(pooling, dark=self.dark)
        return own if opacity == 1 else faded(own, opacity)


def colour_scale(colours: Sequence[str]) -> list[list[object]]:
    """A Plotly colour scale with colours at even distances."""
    return [[place / (len(colours) - 1), colour] for place, colour in enumerate(colours)]


@dataclass(frozen=True, slots=True)
class Shades:
    """The colours of a heat map, and of readable numbers on it.

    Attributes:
        low: the value at the first colour.
        high: the value at the last colour.
        colours: of the scale.
    """

    low: float
    high: float
    colours: Sequence[str]

    @classmethod
    def amounts(cls, low: float, high: float, look: Look) -> "Shades":
        """The sequential scale, from low to high."""
        return cls(low, high if high > low else low + 1, SEQUENTIAL[look.dark])

    @classmethod
    def signed(cls, reach: float, look: Look) -> "Shades":
        """The diverging scale, equally far on both sides of zero."""
        return cls(-(reach or 1), reach or 1, DIVERGING[look.dark])

    @property
    def scale(self) -> dict[str, Any]:
        """The arguments of a Plotly heat map."""
        colours = colour_scale(self.colours)
        return {"zmin": self.low, "zmax": self.high, "colorscale": colours, "showscale": False}

    def fill(self, value: float) -> str:
        """The colour of a cell."""
        return fill(self.colours, (value - self.low) / (self.high - self.low))

    def text(self, value: float, look: Look) -> str:
        """The colour of a number on a cell; ink if the cell has no value and shows the page."""
        return look.ink if isnan(value) else text_on(self.fill(value))


def on_cells(cells: Sequence[tuple[float, float, str, str]], size: float) -> go.Scatter:
    """Numbers on the cells of a heat map, all in one trace.

    Args:
        cells: x, y, text and colour of each.
        size: of the text, px.
    """
    x, y, texts, colours = zip(*cells, strict=True) if cells else ((), (), (), ())
    return go.Scatter(
        x=x,
        y=y,
        text=texts,
        mode="text",
        textfont={"size": size, "color": colours},
        hoverinfo="skip",
        cliponaxis=False,
    )
