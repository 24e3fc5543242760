"""Who is established above whom? Every pair of strategies, and the ranks that this allows."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from math import nan

import plotly.graph_objects as go

from core.comparison import Arm, Facet, Results
from core.comparison.families import Pair
from core.comparison.ranking import Rank, Ranking, ranking
from core.figures.base import (
    ROW_HEIGHT,
    SMALL,
    Look,
    Shades,
    Traces,
    at_the_end,
    axis,
    in_percent,
    layout,
    marked,
    name,
    name_width,
    on_cells,
    plot,
    row_axis,
    whiskers,
)
from core.figures.chart import Chart
from core.figures.pairs import NAME_GAP, PairRow, pair_row
from core.figures.palette import style
from core.sentences.headlines import plain
from core.sentences.intervals import difference as in_words
from core.sentences.ranking import explained, ordering
from core.sentences.uncertainty import covered, fallback
from core.words import inside, number_word, percent, plural, points

AROUND_MATRIX, CELL_HEIGHT = 110, 34
"""height of everything but the cells, and of a row of cells, px"""
MOST_WITH_NUMBERS = 9
"""with more strategies, cells hold a sign instead of a number"""
AROUND_RANKS = 90
"""height of everything but the rows, px"""
OPEN = 0.0, False
"""a cell that is not decided"""
TOO_FEW = "Ranks need two strategies with two seeds each."


@dataclass(frozen=True, slots=True)
class RankRow:
    """One strategy's rank, as table and CSV; the accuracy is in percent."""

    pooling: str
    head: str
    dropout: str
    test_accuracy_percent: float
    rank_by_mean: int
    best_rank: int
    worst_rank: int


def every_pair(results: Results, facet: Facet) -> Chart:
    """Every strategy of a facet against every other, best mean first."""
    order = ranking(results, facet)
    pairs = list(order.pairs)
    rows: Sequence[PairRow] = [pair_row(pair, facet) for pair in pairs]
    if not pairs:
        return Chart(rows=rows, alt=TOO_FEW, caption=TOO_FEW, draw=partial(_draw, order))
    count = pairs[0].difference.comparisons
    many = f"{number_word(count)} {plural('pair', count)}"
    said = (
        "Row minus column, in points. Coloured with ▲ or ▼: established; ≈: undecided.",
        f"95 % intervals {covered(pairs, results)}, corrected for {many} (Holm).",
        fallback(pairs, results),
    )
    each = (f"{_against(pair)}: {in_words(pair.difference).removesuffix('.')}." for pair in pairs)
    return Chart(
        rows=rows,
        alt=" ".join((plain(ordering(order)), *each)),
        caption=" ".join(filter(None, said)),
        draw=partial(_draw, order),
    )


def _against(pair: Pair) -> str:
    return f"{name(pair.arm.pooling)} minus {inside(name(pair.reference.pooling))}"


def _draw(order: Ranking, look: Look) -> go.Figure:
    arms = [rank.arm for rank in order.ranks]
    size = len(arms)
    names = [marked(arm.pooling, look) for arm in arms]
    glyphs = [marked(arm.pooling, look, "").strip() for arm in arms]
    return plot(
        _shaded(order, arms, look),
        **layout(
            look,
            height=AROUND_MATRIX + CELL_HEIGHT * max(size, 1),
            left=name_width(arm.pooling for arm in arms) + NAME_GAP,
        ),
        xaxis=axis(
            look,
            side="top",
            tickvals=list(range(size)),
            ticktext=glyphs,
            tickangle=0,
            range=[-0.5, size - 0.5],
        ),
        yaxis=row_axis(look, names, (size - 0.5, -0.5)),
    )


def _shaded(order: Ranking, arms: Sequence[Arm], look: Look) -> Traces:
    """The cells, coloured where they are decided, and what is written on them."""
    cells, hovers = _cells(order.pairs), _hovers(order.pairs)
    values = [
        [
            100 * cells[row, column][0] if cells.get((row, column), OPEN)[1] else nan
            for column in arms
        ]
        for row in arms
    ]
    shades = Shades.signed(max((abs(100 * mean) for mean, _ in cells.values()), default=1.0), look)
    heat = go.Heatmap(
        z=values,
        **shades.scale,
        xgap=2,
        ygap=2,
        hoverongaps=True,
        customdata=[[hovers.get((row, column), "") for column in arms] for row in arms],
        hovertemplate="%{customdata}<extra></extra>",
    )
    numbered = len(arms) <= MOST_WITH_NUMBERS
    texts = [
        (
            float(x),
            float(y),
            _text(mean, decided=decided, numbered=numbered),
            shades.text(values[y][x], look) if decided else look.quiet,
        )
        for y, row in enumerate(arms)
        for x, column in enumerate(arms)
        if (row, column) in cells
        for mean, decided in [cells[row, column]]
    ]
    return [heat, on_cells(texts, look.px(SMALL))]


def _cells(pairs: Sequence[Pair]) -> dict[tuple[Arm, Arm], tuple[float, bool]]:
    """(row, column) -> row minus column, and whether that is decided."""
    cells: dict[tuple[Arm, Arm], tuple[float, bool]] = {}
    for pair in pairs:
        cells[pair.arm, pair.reference] = pair.difference.mean, pair.decided
        cells[pair.reference, pair.arm] = -pair.difference.mean, pair.decided
    return cells


def _text(mean: float, *, decided: bool, numbered: bool) -> str:
    sign = ("▲" if mean > 0 else "▼") if decided else "≈"
    return f"{sign} {points(mean)}" if numbered else sign


def _hovers(pairs: Sequence[Pair]) -> dict[tuple[Arm, Arm], str]:
    """(row, column) -> the difference of the pair in words, whichever of them comes first."""
    words = {
        (pair.arm, pair.reference): f"{_against(pair)}: {in_words(pair.difference)}"
        for pair in pairs
    }
    return words | {(column, row): text for (row, column), text in words.items()}


def ranks(results: Results, facet: Facet) -> Chart:
    """The rank of every strategy of a facet, with the ranks that it can have."""
    order = ranking(results, facet)
    rows = [
        RankRow(
            pooling=str(rank.arm.pooling),
            head=str(facet.head),
            dropout=str(facet.dropout),
            test_accuracy_percent=in_percent(rank.accuracy),
            rank_by_mean=rank.observed,
            best_rank=rank.best,
            worst_rank=rank.worst,
        )
        for rank in order.ranks
    ]
    if not order.pairs:
        return Chart(rows=[], alt=TOO_FEW, caption=TOO_FEW, draw=partial(_draw_ranks, order))
    return Chart(
        rows=rows,
        alt=" ".join(f"{name(rank.arm.pooling)}: {_places(rank)}." for rank in order.ranks),
        caption=f"Dot: rank by mean test accuracy. Bar: the ranks that its decided pairs leave it; "
        f"all bars hold together with 95 % confidence. {explained(order)}",
        draw=partial(_draw_ranks, order),
    )


def _places(rank: Rank) -> str:
    if rank.best == rank.worst:
        return f"rank {rank.best}"
    return f"rank {rank.best} to {rank.worst}, {rank.observed} by mean"


def _draw_ranks(order: Ranking, look: Look) -> go.Figure:
    shown = order.ranks
    return plot(
        [_rank(rank, place, look) for place, rank in enumerate(shown)],
        **layout(
            look,
            height=AROUND_RANKS + ROW_HEIGHT * max(len(shown), 1),
            left=name_width(rank.arm.pooling for rank in shown) + NAME_GAP,
            right=64,
        ),
        xaxis=axis(
            look,
            title="rank by test accuracy, best first",
            grid=True,
            range=[0.5, len(shown) + 0.5],
            dtick=1 if len(shown) <= MOST_WITH_NUMBERS + 1 else 5,
        ),
        yaxis=row_axis(
            look, [marked(rank.arm.pooling, look) for rank in shown], (len(shown) - 0.5, -0.5)
        ),
        annotations=[
            at_the_end(place, f"<b>{percent(rank.accuracy)}</b> %", look)
            for place, rank in enumerate(shown)
        ],
    )


def _rank(rank: Rank, place: int, look: Look) -> go.Scatter:
    colour, form = look.colour(rank.arm.pooling), style(rank.arm.pooling)
    return go.Scatter(
        x=[rank.observed],
        y=[place],
        mode="markers",
        error_x=whiskers([(rank.observed, rank.best, rank.worst)], colour, look.px(3)),
        marker={"symbol": form.solid_marker, "size": look.px(12), "color": colour},
        hovertemplate=f"{name(rank.arm.pooling)}: {_places(rank)}, {percent(rank.accuracy)} %"
        f"<extra></extra>",
    )
