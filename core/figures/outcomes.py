"""A map of the measured parts of a claim: where it holds, and where it does not."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

from core.claims import ClaimVerdict, ComparedPart
from core.claims.dependence import Attribute, attributes, varying
from core.figures.chart import Chart
from core.figures.palette import AGAINST_CELL, HOLDS_CELL, NO_EFFECT_CELL, OPEN_CELL
from core.figures.tilemap import Tile, draw_tiles
from core.sentences.claims import verdict_word
from core.sentences.effects import effect, in_unit
from core.words import capitalised, join

LEAST_PARTS = 4
"""fewer are read faster in words"""
MOST_COLUMNS = 4
"""a phone has room for no more"""
CELLS = {
    ClaimVerdict.SUPPORTED: HOLDS_CELL,
    ClaimVerdict.REFUTED: AGAINST_CELL,
    ClaimVerdict.ALIKE: NO_EFFECT_CELL,
    ClaimVerdict.TOO_SMALL: NO_EFFECT_CELL,
}


@dataclass(frozen=True, slots=True)
class OutcomeRow:
    """One part, as table and CSV."""

    where: str
    column: str
    verdict: str
    effect: str


@dataclass(frozen=True, slots=True)
class _Cell:
    """One part at its place in the map.

    Attributes:
        row: the values of all attributes but that of the columns.
        column: the value of that attribute.
        result: the part.
    """

    row: tuple[str, ...]
    column: str
    result: ComparedPart

    @property
    def words(self) -> str:
        """The verdict, and the mean effect below it."""
        word = verdict_word(self.result.verdict).removesuffix(" to matter")
        difference = self.result.difference
        return f"{word}<br>{in_unit(self.result.part, difference.mean)}" if difference else word

    @property
    def tile(self) -> Tile:
        """The cell as it is drawn."""
        says = f"{self.result.part.says}<br>{_effect(self.result)}"
        colours = CELLS.get(self.result.verdict, OPEN_CELL)
        return Tile(self.row, (self.column,), self.words, says, colours)


def outcomes(results: Sequence[ComparedPart]) -> Chart:
    """The verdicts on measured parts, by the attributes in which these differ.

    Args:
        results: measured parts of a claim. The chart is empty with fewer than `LEAST_PARTS`, or if
            they differ in one attribute only: then a list says as much.
    """
    every = varying(result.part for result in results)
    differing = _axes(every, results)
    across = _across(differing, results)
    cells = _cells(results, differing, across) if across else []
    places = [f"{', '.join((*cell.row, cell.column))}: {_said(cell.result)}" for cell in cells]
    return Chart(
        rows=[
            OutcomeRow(", ".join(cell.row), cell.column, cell.result.verdict, _effect(cell.result))
            for cell in cells
        ],
        alt=f"{'. '.join(map(capitalised, places))}." if cells else "There is no map.",
        caption=_caption(every, differing, across) if across else "",
        draw=partial(draw_tiles, [cell.tile for cell in cells]),
    )


def _axes(differing: Sequence[Attribute], results: Sequence[ComparedPart]) -> tuple[Attribute, ...]:
    """The attributes without those whose value the value of another one tells.

    Where each data set has a norm of its own, an axis for the norm would leave half of the map
    empty.
    """
    every = [attributes(result.part) for result in results]

    def tells(one: Attribute, other: Attribute) -> bool:
        return len({known[one] for known in every}) == len(
            {(known[one], known[other]) for known in every}
        )

    return tuple(
        each for each in differing if not any(tells(o, each) for o in differing if o is not each)
    )


def _caption(every: Sequence[Attribute], differing: Sequence[Attribute], across: Attribute) -> str:
    said = f"Columns: {across}. Rows: {join([e for e in differing if e is not across])}."
    told = [f"the {each}" for each in every if each not in differing]
    if not told:
        return said
    return (
        f"{said} {capitalised(join(told))} {'follows' if len(told) == 1 else 'follow'} from these."
    )


def _across(differing: Sequence[Attribute], results: Sequence[ComparedPart]) -> Attribute | None:
    """The attribute of the columns: the last that has few values."""
    if len(results) < LEAST_PARTS or len(differing) < 2:  # noqa: PLR2004 (rows and columns)
        return None
    every = [attributes(result.part) for result in results]
    few = [each for each in differing if len({known[each] for known in every}) <= MOST_COLUMNS]
    return few[-1] if few else None


def _cells(
    results: Sequence[ComparedPart], differing: Sequence[Attribute], across: Attribute
) -> list[_Cell]:
    cells = []
    for result in results:
        known = attributes(result.part)
        row = tuple(known[each] for each in differing if each is not across)
        cells.append(_Cell(row, known[across], result))
    return cells


def _said(result: ComparedPart) -> str:
    word = verdict_word(result.verdict).lower()
    return f"{word}, {said}" if (said := effect(result)) else word


def _effect(result: ComparedPart) -> str:
    return effect(result) or ""
