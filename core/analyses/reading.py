"""Which cells of a grid does each output of an operator read? Figures draw boxes and shading by it.

Windows come from the operator itself (`core.analyses.operate.windows`), not from a regular grid:
fractional-max spreads its windows, aps chooses a phase for each image, blur and conv read beyond
a window, and a circular border wraps.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import product

import numpy as np
from numpy.typing import NDArray

from core.catalog import POOLINGS, Pooling
from core.words import capitalised, inside, join, plural

Cell = tuple[int, int]
Places = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle of cells: first and last row, first and last column."""

    rows: tuple[int, int]
    columns: tuple[int, int]


@dataclass(frozen=True, slots=True, eq=False)
class Windows:
    """The cells that each output reads: those where its rows and columns intersect.

    Attributes:
        rows: (h, reach), rows read by each row of outputs; those below 0 or from H upwards are
            zeros around the grid.
        columns: (w, reach), columns read by each column of outputs; zeros as for rows.
        grid: rows H and columns W of the grid.
        padding: rows and columns of zeros added on each side; 0 where windows wrap.
    """

    rows: Places
    columns: Places
    grid: tuple[int, int]
    padding: int = 0

    @property
    def shape(self) -> tuple[int, int]:
        """Number of rows and columns of the output."""
        return len(self.rows), len(self.columns)

    def cells(self, output: Cell) -> list[Cell]:
        """The cells that an output reads, row by row, including those outside the grid."""
        row, column = output
        return list(product(self.rows[row].tolist(), self.columns[column].tolist()))

    def values(self, inputs: NDArray[np.float64], output: Cell) -> list[float]:
        """The values that an output reads; cells outside the grid are zero."""
        return [float(inputs[cell]) if self.holds(cell) else 0.0 for cell in self.cells(output)]

    def holds(self, cell: Cell) -> bool:
        """Whether a cell is inside the grid."""
        return all(0 <= place < side for place, side in zip(cell, self.grid, strict=True))

    def boxes(self, output: Cell) -> list[Box]:
        """The cells that an output reads, as rectangles: several if it wraps around the border."""
        row, column = output
        return [
            Box(rows, columns)
            for rows, columns in product(_runs(self.rows[row]), _runs(self.columns[column]))
        ]

    @property
    def overlap(self) -> bool:
        """Whether any cell is read by two outputs."""
        return any(
            len({place for line in lines.tolist() for place in set(line)})
            < sum(len(set(line)) for line in lines.tolist())
            for lines in (self.rows, self.columns)
        )

    @property
    def unread(self) -> tuple[list[int], list[int]]:
        """Rows and columns of the grid that no output reads."""
        return _left_out(self.rows, self.grid[0]), _left_out(self.columns, self.grid[1])

    @property
    def margins(self) -> tuple[range, range]:
        """Rows and columns to draw: the grid, its padding, and cells read beyond them."""
        ends = []
        for lines, side in ((self.rows, self.grid[0]), (self.columns, self.grid[1])):
            first = min(-self.padding, int(lines.min()))
            last = max(side - 1 + self.padding, int(lines.max()))
            ends.append(range(first, last + 1))
        return ends[0], ends[1]

    @property
    def within(self) -> NDArray[np.bool_]:
        """Whether each output reads nothing outside the grid, and does not wrap: (h, w)."""
        rows, columns = (
            (np.diff(lines) == 1).all(axis=1) & (lines[:, 0] >= 0) & (lines[:, -1] < side)
            for lines, side in ((self.rows, self.grid[0]), (self.columns, self.grid[1]))
        )
        inside: NDArray[np.bool_] = np.outer(rows, columns)
        return inside


def unread_sentence(windows: Windows) -> str:
    """A sentence on what is not read: "Row 5 and column 5 are not read (shaded)."."""
    rows, columns = windows.unread
    if not rows and not columns:
        return "Every row and column is read."
    parts = [
        f"{plural(what, len(places))} {join([str(place + 1) for place in places])}"
        for what, places in (("row", rows), ("column", columns))
        if places
    ]
    verb = "is" if len(rows) + len(columns) == 1 else "are"
    text = f"{join(parts)} {verb} not read (shaded)."
    return capitalised(text)


def unread_by_operator(operators: Iterable[tuple[Pooling, Windows]]) -> str:
    """`unread_sentence` for several operators, naming the operators where sentences differ."""
    groups: dict[str, list[str]] = {}
    for pooling, windows in operators:
        groups.setdefault(unread_sentence(windows), []).append(inside(POOLINGS[pooling].label))
    if len(groups) == 1:
        return next(iter(groups))
    named = [f"{join(names)}: {text[0].lower()}{text[1:]}" for text, names in groups.items()]
    return " ".join(map(capitalised, named))


def _runs(line: Places) -> list[tuple[int, int]]:
    """First and last place of every run of consecutive places in a line."""
    places = sorted(set(line.tolist()))
    runs: list[tuple[int, int]] = []
    for place in places:
        if runs and place == runs[-1][1] + 1:
            runs[-1] = (runs[-1][0], place)
        else:
            runs.append((place, place))
    return runs


def _left_out(lines: Places, side: int) -> list[int]:
    read = set(lines.ravel().tolist())
    return [place for place in range(side) if place not in read]
