"""How does a command answer? One JSON document or a table on stdout, everything else on stderr."""

import json
import sys
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from rich.console import Console
from rich.table import Table

WIDE = 200
"""columns of a table that goes to a file or another program"""


def messages() -> Console:
    """The terminal's second stream, for progress and messages."""
    return Console(stderr=True, highlight=False, markup=False, emoji=False, soft_wrap=True)


def say(message: str) -> None:
    """Write one line to stderr, whatever the message contains."""
    messages().print(" ".join(message.split()))


def document(content: object) -> None:
    """Write one JSON document to stdout."""
    json.dump(content, sys.stdout, indent=2, ensure_ascii=False, allow_nan=False)
    sys.stdout.write("\n")


def table(
    columns: Sequence[str], rows: Iterable[Sequence[object]], numbers: Iterable[str] = ()
) -> None:
    """Write a table to stdout.

    Args:
        columns: their headings.
        rows: one value per column; None is shown as a dash.
        numbers: the columns to align on the right.
    """
    console = Console(markup=False, emoji=False)
    if not console.is_terminal:
        console = Console(markup=False, emoji=False, width=WIDE)
    grid = Table(box=None, pad_edge=False, header_style="bold")
    right = set(numbers)
    for column in columns:
        grid.add_column(column, justify="right" if column in right else "left", no_wrap=True)
    for row in rows:
        grid.add_row(*map(cell, row))
    console.print(grid)


def facts(content: Mapping[str, Any]) -> None:
    """Write names and values to stdout, one pair a line."""
    width = max(map(len, content), default=0)
    for name, value in content.items():
        sys.stdout.write(f"{name.replace('_', ' '):<{width}}  {cell(value)}\n")


def cell(value: object) -> str:
    """A value as a person reads it: thousands apart, fractions to four places, a dash for None."""
    match value:
        case None:
            return "–"
        case bool():
            return "yes" if value else "no"
        case int():
            return f"{value:,}"
        case float():
            return f"{value:.4g}"
        case tuple() | list():
            return " × ".join(map(str, value))
    return str(value)


def percent(accuracy: float | None) -> str | None:
    """An accuracy (fraction) as a percentage with one decimal."""
    return None if accuracy is None else f"{100 * accuracy:.1f} %"
