"""Names and numbers in figures, and labels kept apart."""

from collections.abc import Iterable, Sequence
from html import escape

from core.catalog import POOLINGS, Pooling
from core.figures.base.look import Look
from core.figures.palette import (
    style,
)

GLYPH_WIDTH, LETTER_WIDTH = 18, 6.8
"""px on average: a glyph with its space, and a letter of a bold name"""

LABEL_GAP = 19
"""smallest distance between two labels at the ends of lines, px"""

LABEL_AWAY = 10
"""distance from the end of a line to its label, px"""


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
