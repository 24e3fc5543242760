"""A map of the measured parts of a claim: where it holds, and where it does not."""

from collections.abc import Sequence
from dataclasses import dataclass
from textwrap import wrap
from typing import Any

import plotly.graph_objects as go

from core.claims import ClaimVerdict, ComparedPart
from core.claims.dependence import Attribute, attributes, varying
from core.figures.base import LETTER_WIDTH, SMALL, Look, layout, note, plot, shape
from core.figures.chart import Chart
from core.figures.palette import AGAINST_CELL, HOLDS_CELL, NO_EFFECT_CELL, OPEN_CELL
from core.sentences.claims import verdict_word
from core.sentences.effects import effect, in_unit
from core.words import capitalised, join

LEAST_PARTS = 4
"""fewer are read faster in words"""
MOST_COLUMNS = 4
"""a phone has room for no more"""
TILE_HEIGHT, HEAD_LINE, GAP = 46, 18, 3
HEAD_LETTERS = 14
"""of one line at the head of a column, on a phone"""
LABEL_LIMITS = (64, 190)
"""smallest and largest width of the labels of rows, px"""
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
        draw=lambda look: _draw(cells, look),
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


def _draw(cells: Sequence[_Cell], look: Look) -> go.Figure:
    rows = list(dict.fromkeys(cell.row for cell in cells))
    columns = list(dict.fromkeys(cell.column for cell in cells))
    texts = [", ".join(row) for row in rows]
    shortest, longest = LABEL_LIMITS
    left = min(max(shortest, LETTER_WIDTH * max(map(len, texts), default=0) + 12), longest)
    labels = [_lines(text, int((left - 12) / LETTER_WIDTH)) for text in texts]
    heads = [_lines(capitalised(column), HEAD_LETTERS) for column in columns]
    top = 12 + HEAD_LINE * max((head.count("<br>") + 1 for head in heads), default=0)
    places = [(columns.index(cell.column), rows.index(cell.row)) for cell in cells]
    hidden = {"visible": False, "fixedrange": True}
    return plot(
        [_text(cells, places, look)],
        **{
            **layout(look, height=top + TILE_HEIGHT * max(len(rows), 1)),
            "margin": {"l": look.px(left), "r": 0, "t": look.px(top), "b": 0, "pad": 0},
        },
        xaxis={**hidden, "range": [-0.5, len(columns) - 0.5]},
        yaxis={**hidden, "range": [len(rows) - 0.5, -0.5]},
        shapes=[_tile(cell, place, look) for cell, place in zip(cells, places, strict=True)],
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


def _text(cells: Sequence[_Cell], places: Sequence[tuple[int, int]], look: Look) -> go.Scatter:
    return go.Scatter(
        x=[x for x, _ in places],
        y=[y for _, y in places],
        text=[cell.words for cell in cells],
        mode="text",
        textfont={
            "size": look.px(SMALL),
            "color": [_colours(cell, look)[1] for cell in cells],
        },
        hovertemplate=[
            f"{cell.result.part.says}<br>{_effect(cell.result)}<extra></extra>" for cell in cells
        ],
        cliponaxis=False,
    )


def _tile(cell: _Cell, place: tuple[int, int], look: Look) -> dict[str, Any]:
    """The coloured ground of a cell, with a gap around it."""
    x, y = place
    line = {"color": look.page, "width": look.px(GAP)}
    fill = {"fillcolor": _colours(cell, look)[0], "layer": "below", "line": line}
    return shape("rect", (x - 0.5, x + 0.5), (y - 0.5, y + 0.5), **fill)


def _colours(cell: _Cell, look: Look) -> tuple[str, str]:
    """Fill and text of a cell."""
    return CELLS.get(cell.result.verdict, OPEN_CELL)[look.dark]
