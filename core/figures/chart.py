"""A figure as one object: its numbers, its words and its drawing, all from the same facts."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, TypeAlias

import plotly.graph_objects as go

from core.figures.base import Look

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

    Row: TypeAlias = Mapping[str, Any] | DataclassInstance

NOTHING_TRAINED = "This comparison has not been trained yet."
"""the caption of a chart without runs"""


@dataclass(frozen=True, slots=True, eq=False, weakref_slot=True)
class Chart:
    """One figure: its numbers, its words and its drawing, all from the same facts.

    Attributes:
        rows: its numbers, for a table and CSV; empty if there is nothing to draw.
        alt: what it shows, in words, for screen readers.
        caption: the text below it, as Markdown; without rows, what is missing.
        draw: draws it for a page.
    """

    rows: "Sequence[Row]"
    alt: str
    caption: str
    draw: Callable[[Look], go.Figure]


def as_dicts(rows: "Sequence[Row]") -> list[dict[str, Any]]:
    """The rows of a table as dictionaries."""
    return [dict(row) if isinstance(row, Mapping) else asdict(row) for row in rows]
