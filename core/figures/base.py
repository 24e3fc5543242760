"""What all figures share: margins, axes, text, and labels kept apart."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from html import escape
from math import ceil, floor, isnan, log10
from typing import Any

import plotly.graph_objects as go

from core.catalog import POOLINGS, Pooling
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
    style,
    text_on,
)

Traces = list[go.Scatter | go.Bar | go.Heatmap]

TEXT, SMALL = 14, 13
"""sizes of text, px"""

ROW_HEIGHT, TALL_ROW_HEIGHT = 44, 52
"""px: a row with one mark, and a row with several lines of text or marks"""

FULL = 100.0
"""all, in percent"""

TICK_STEPS = (0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 50)
"""distances between ticks, percent or points"""
MOST_TICKS = 4
"""steps on an axis of long numbers: on a phone, five digits fill a fifth of the axis"""
ROUNDING = 1e-9

GLYPH_WIDTH, LETTER_WIDTH = 18, 6.8
"""px on average: a glyph with its space, and a letter of a bold name"""

BEYOND = "beyond the axis"
"""the name of the trace of arrows"""

NARROW = 440
"""width of a figure on a telephone at most, px"""

LABEL_GAP = 19
"""smallest distance between two labels at the ends of lines, px"""
LABEL_AWAY = 10
"""distance from the end of a line to its label, px"""


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


def plot(traces: Traces, frames: Sequence[go.Frame] = (), **layout: Any) -> go.Figure:
    """A figure built in one call, because adding traces one by one takes three times as long."""
    return go.Figure(traces, layout, frames)


def whiskers(
    ends: Sequence[tuple[float, float, float]], colour: str, width: float
) -> dict[str, Any]:
    """The intervals around markers, as error bars; separate traces would be slower.

    Args:
        ends: mean, low and high of each marker.
        colour: of all bars.
        width: of the bars, px.
    """
    return {
        "type": "data",
        "symmetric": False,
        "array": [high - mean for mean, _, high in ends],
        "arrayminus": [mean - low for mean, low, _ in ends],
        "color": colour,
        "thickness": width,
        "width": 0,
    }


@dataclass(frozen=True, slots=True)
class Beyond:
    """An arrow for a mark that lies beyond the end of an axis.

    Attributes:
        x: position of the arrow; either this or `y` is the end of the axis.
        y: see `x`.
        towards: "left", "right", "down" or "up".
        pooling: the strategy whose colour the arrow has.
        says: shown under the pointer.
        opacity: of the arrow.
    """

    x: float
    y: float
    towards: str
    pooling: Pooling
    says: str
    opacity: float = 1.0


def arrows(beyond: Sequence[Beyond], look: Look) -> go.Scatter:
    """Arrows at the ends of an axis, all in one trace."""
    return go.Scatter(
        x=[mark.x for mark in beyond],
        y=[mark.y for mark in beyond],
        mode="markers",
        name=BEYOND,
        cliponaxis=False,
        marker={
            "symbol": [f"triangle-{mark.towards}" for mark in beyond],
            "size": look.px(9),
            "color": [look.colour(mark.pooling, mark.opacity) for mark in beyond],
        },
        hovertemplate=[f"{mark.says}<extra></extra>" for mark in beyond],
    )


def shape(
    kind: str, across: tuple[float, float], down: tuple[float, float], **more: Any
) -> dict[str, Any]:
    """A "line" or "rect" between two positions on each axis, as a Plotly shape."""
    return {
        "type": kind,
        "x0": across[0],
        "x1": across[1],
        "y0": down[0],
        "y1": down[1],
        **more,
    }


def zone(across: tuple[float, float], row: float, look: Look) -> dict[str, Any]:
    """A grey zone in a row, below its marks."""
    fill = {"fillcolor": look.quiet, "opacity": 0.14, "line": {"width": 0}}
    return shape("rect", across, (row - 0.5, row + 0.5), layer="below", **fill)


def note(text: str, look: Look, colour: str | None = None, **place: Any) -> dict[str, Any]:
    """Small text without an arrow.

    Args:
        text: what it says.
        look: of the page.
        colour: of the text; None for ink.
        place: its position, as properties of a Plotly annotation.
    """
    font = {"size": look.px(SMALL), "color": colour or look.ink}
    return {"text": text, "showarrow": False, "font": font, **place}


def at_the_end(place: float, text: str, look: Look, away: float = LABEL_AWAY) -> dict[str, Any]:
    """A label to the right of the plot, at the height of its row or line."""
    return note(text, look, x=1, xref="paper", xanchor="left", xshift=look.px(away), y=place)


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


def literal(text: str) -> str:
    """Text from outside, escaped so that Plotly finds no tags, entities or formulas in it."""
    return escape(text, quote=False).replace("$", "&#36;")


def in_percent(share: float) -> float:
    """A share in percent, or a difference in points, rounded for tables and CSV files."""
    return round(100 * share, 3)


def end_in_percent(share: float | None) -> float | None:
    """The end of an interval in percent; None for the missing interval of a single run."""
    return None if share is None else in_percent(share)


def name(pooling: Pooling) -> str:
    """The label of a strategy."""
    return POOLINGS[pooling].label


def marked(pooling: Pooling, look: Look, text: str | None = None) -> str:
    """The coloured glyph and the name (or `text`) of a strategy, in Plotly's markup."""
    glyph = f"<span style='color:{look.colour(pooling)}'>{style(pooling).glyph}</span>"
    return f"{glyph} {name(pooling) if text is None else text}"


def name_width(poolings: Iterable[Pooling]) -> float:
    """Estimated width of the widest glyph and name, px before scaling."""
    return GLYPH_WIDTH + LETTER_WIDTH * max((len(name(pooling)) for pooling in poolings), default=0)


def spread(ideal: Sequence[float], low: float, high: float, gap: float) -> list[float]:
    """Move positions at least `gap` apart, within low..high and no further than necessary.

    Args:
        ideal: positions, in any order.
        low: lower end.
        high: upper end.
        gap: smallest distance; reduced if the positions do not fit.
    """
    if not ideal:
        return []
    if len(ideal) > 1:
        gap = min(gap, (high - low) / (len(ideal) - 1))
    order = sorted(range(len(ideal)), key=ideal.__getitem__)
    placed: list[float] = []
    for index in order:
        floor = placed[-1] + gap if placed else low
        placed.append(max(ideal[index], floor))
    ceiling = high
    for rank in reversed(range(len(placed))):
        placed[rank] = min(placed[rank], ceiling)
        ceiling = placed[rank] - gap
    result = [0.0] * len(ideal)
    for rank, index in enumerate(order):
        result[index] = placed[rank]
    return result


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
