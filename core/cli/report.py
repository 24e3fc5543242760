"""Output of commands: one JSON document or a table on stdout, everything else on stderr."""

import json
import sys
from collections.abc import Iterable, Mapping, Sequence
from textwrap import wrap
from typing import Any

from rich.cells import cell_len
from rich.console import Console
from rich.table import Table

from core.words import percent, significant

PIPED_WIDTH = 200
"""width of a table that goes to a file or another program, in characters"""

LEAST_TEXT = 7
"""letters that remain of a text that is cut for lack of room"""


def messages() -> Console:
    """A console on stderr, for progress and messages."""
    return Console(stderr=True, highlight=False, markup=False, emoji=False, soft_wrap=True)


def say(message: str) -> None:
    """Write one line to stderr, whatever the message contains."""
    messages().print(printable(" ".join(message.split())))


def document(content: object) -> None:
    """Write one JSON document to stdout."""
    json.dump(content, sys.stdout, indent=2, ensure_ascii=False, allow_nan=False)
    sys.stdout.write("\n")


def table(
    columns: Sequence[str], rows: Iterable[Sequence[object]], numbers: Iterable[str] = ()
) -> None:
    """Write a table to stdout.

    Args:
        columns: the headings.
        rows: one value per column; None is shown as a dash.
        numbers: the columns to align on the right.
    """
    console = Console(markup=False, emoji=False)
    written = [[cell(value) for value in row] for row in rows]
    right = set(numbers)
    contents = [max((cell_len(row[n]) for row in written), default=0) for n in range(len(columns))]
    # a row must fit on a terminal, so long headings are wrapped there
    fold = console.is_terminal
    headings = [
        "\n".join(wrap(column, max(width, LEAST_TEXT), break_long_words=False)) if fold else column
        for column, width in zip(columns, contents, strict=True)
    ]
    widths = [
        max(width, *map(cell_len, heading.split("\n")))
        for heading, width in zip(headings, contents, strict=True)
    ]
    room = console.width if fold else PIPED_WIDTH
    cut = [n for n, column in enumerate(columns) if n and column not in right]
    # cut the widest texts; numbers and the first column, which names the row, stay whole
    while sum(widths) + len(widths) - 1 > room and any(widths[n] > LEAST_TEXT for n in cut):
        widths[max(cut, key=widths.__getitem__)] -= 1
    console = Console(markup=False, emoji=False, width=max(room, sum(widths) + len(widths)))
    grid = Table(box=None, pad_edge=False, padding=(0, 1, 0, 0), header_style="bold")
    for column, heading, width in zip(columns, headings, widths, strict=True):
        side: Any = "right" if column in right else "left"
        grid.add_column(heading, justify=side, no_wrap=True, width=width)
    for row in written:
        grid.add_row(*row)
    console.print(grid)


def facts(content: Mapping[str, Any]) -> None:
    """Write names and values to stdout, one pair a line."""
    width = max(map(len, content), default=0)
    for name, value in content.items():
        sys.stdout.write(f"{name.replace('_', ' '):<{width}}  {cell(value)}\n")


def cell(value: object) -> str:
    """A value as text: thousands apart, fractions to four digits, a dash for None."""
    match value:
        case None:
            return "–"
        case bool():
            return "yes" if value else "no"
        case int():
            return f"{value:,}"
        case float():
            return significant(value, 4)
        case tuple() | list():
            return printable(" × ".join(map(str, value)))
    return printable(str(value))


def printable(text: str) -> str:
    """Text from outside, with characters escaped that could control a terminal."""
    return "".join(letter if letter.isprintable() else ascii(letter)[1:-1] for letter in text)


def accuracy(fraction: float | None) -> str | None:
    """An accuracy as text: "97.8 %"; None stays None."""
    return None if fraction is None else f"{percent(fraction)} %"
