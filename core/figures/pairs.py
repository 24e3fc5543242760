"""Is the difference real? Paired differences against a reference, seed by seed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import plotly.graph_objects as go

from core.catalog import Pooling
from core.comparison import Arm, Facet, Results
from core.comparison.chance import unlearned_in
from core.comparison.families import Pair, compare_facet
from core.comparison.statistics import Verdict
from core.figures.base import (
    ROW_HEIGHT,
    Beyond,
    Look,
    Traces,
    arrows,
    at_the_end,
    axis,
    in_percent,
    layout,
    marked,
    name,
    name_width,
    plot,
    row_axis,
    shape,
    ticks_within,
    whiskers,
    zone,
)
from core.figures.chart import Chart
from core.figures.palette import style
from core.sentences.intervals import difference as in_words
from core.sentences.uncertainty import covered, fallback, only_alone, source
from core.words import capitalised, inside, plain, points, size_in_points

AROUND_PAIRS = 90
"""height of everything but the rows, px"""
SIGNS = {
    Verdict.HIGHER: "▲ higher",
    Verdict.LOWER: "▼ lower",
    Verdict.UNDECIDED: "≈ undecided",
}
ONLY_ALONE = "≈ only alone"
"""undecided beside the others that are shown, and decided as a single comparison"""
MOST_STEPS, MOST_LONG_STEPS, SHORT_NUMBER = 5.5, 3.5, 2
"""the most steps on an axis of short and of long numbers; short ones have up to two characters"""
ZONE_SHARE = 0.4
"""a grey zone wider than this share of the data's range is cut at the edge of the figure"""
LEAST_NAME_MARGIN, NAME_GAP = 56, 12
"""smallest margin on the left, and the gap between names and plot, px"""
SEEDS_ABOVE = 0.24
"""distance of the single seeds above the interval, in rows"""
SEED_OPACITY = 0.55

Unlearned = Mapping[Arm, frozenset[int]]
"""seeds with which a network or its reference has not learned"""


@dataclass(frozen=True, slots=True)
class PairRow:
    """One difference, as table and CSV; differences in percentage points."""

    pooling: str
    reference: str
    head: str
    dropout: str
    difference_points: float
    low_points: float
    high_points: float
    detectable_points: float
    pairs: int
    comparisons: int
    correlation: float | None
    verdict: str
    alone: str
    covers: str


def paired_differences(results: Results, facet: Facet, preferred: Pooling | None = None) -> Chart:
    """Each strategy's difference from the reference: seeds, interval, mean, verdict.

    Args:
        results: what is compared.
        facet: the arms of the figure.
        preferred: the strategy to compare with, where it has runs.
    """
    reference = results.reference(facet, preferred)
    pairs = sorted(compare_facet(results, facet, preferred), key=lambda pair: -pair.difference.mean)
    if reference is None or not pairs:
        return Chart(
            rows=[],
            alt="No differences yet: a comparison needs two arms with two seeds each.",
            caption="A comparison needs two strategies with two seeds each.",
            draw=partial(_draw, pairs, reference or facet.arms[0], _range([], {}), []),
        )
    unlearned = _unlearned(results, pairs, reference)
    ends = _range(pairs, unlearned)
    beyond = _beyond(pairs, ends)
    return Chart(
        rows=[pair_row(pair, facet) for pair in pairs],
        alt=_alt(pairs, reference),
        caption=_caption(pairs, results, arrow=bool(beyond)),
        draw=partial(_draw, pairs, reference, ends, beyond),
    )


def _unlearned(results: Results, pairs: Sequence[Pair], reference: Arm) -> Unlearned:
    failed = {network.arm: network.seeds for network in unlearned_in(results)}
    nowhere: frozenset[int] = frozenset()
    base = failed.get(reference, nowhere)
    return {pair.arm: base | failed.get(pair.arm, nowhere) for pair in pairs}


def pair_row(pair: Pair, facet: Facet) -> PairRow:
    """A difference as plain numbers."""
    d = pair.difference
    return PairRow(
        pooling=str(pair.arm.pooling),
        reference=str(pair.reference.pooling),
        head=str(facet.head),
        dropout=str(facet.dropout),
        difference_points=in_percent(d.mean),
        low_points=in_percent(d.low),
        high_points=in_percent(d.high),
        detectable_points=in_percent(d.detectable),
        pairs=d.n,
        comparisons=d.comparisons,
        correlation=None if d.correlation is None else round(d.correlation, 3),
        verdict=str(d.verdict),
        alone=str(d.alone.verdict),
        covers="seeds" if d.spread is None else "seeds and images",
    )


def _alt(pairs: Sequence[Pair], reference: Arm) -> str:
    parts = (
        f"{name(pair.arm.pooling)}: {in_words(pair.difference).removesuffix('.')}" for pair in pairs
    )
    return f"Paired differences to {inside(name(reference.pooling))}. {'. '.join(parts)}."


def _caption(pairs: Sequence[Pair], results: Results, *, arrow: bool) -> str:
    missed = max(pair.difference.detectable for pair in pairs)
    comparisons = pairs[0].difference.comparisons
    correction = f", corrected for {comparisons} comparisons" if comparisons > 1 else ""
    said = (
        "Small dots: one seed each.",
        f"Bar: 95 % interval {covered(pairs, results)}{correction}.",
        f"Grey: differences usually missed, {_up_to(missed)}.",
        "Arrows: beyond the axis." if arrow else "",
        capitalised(only_alone(pairs)),
        fallback(pairs, results),
        source(pairs),
    )
    return " ".join(filter(None, said))


def _up_to(missed: float) -> str:
    """How large a missed difference may be; those of two shares end at 100 points."""
    return "whatever their size" if missed >= 1 else f"up to {size_in_points(missed)} points"


def _draw(
    pairs: Sequence[Pair],
    reference: Arm,
    ends: tuple[float, float],
    beyond: Sequence[Beyond],
    look: Look,
) -> go.Figure:
    traces: Traces = [_seeds(pairs, look)] if pairs else []
    traces += [_mean(pair, place, look) for place, pair in enumerate(pairs)]
    if beyond:
        traces.append(arrows(beyond, look))
    ticks = _ticks(*ends)
    height = AROUND_PAIRS + ROW_HEIGHT * max(len(pairs), 1)
    return plot(
        traces,
        **layout(look, height=height, left=_left(pairs), right=128),
        xaxis=axis(
            look,
            title=f"difference to {inside(name(reference.pooling))}, percentage points",
            grid=True,
            range=list(ends),
            tickvals=ticks,
            ticktext=[plain(tick) for tick in ticks],
            tickangle=0,
        ),
        yaxis=row_axis(
            look,
            [marked(pair.arm.pooling, look) for pair in pairs],
            (len(pairs) - 0.5, -0.6),
            # keeps the names off the grey zones
            ticklabelstandoff=round(look.px(5)),
        ),
        shapes=_shapes(pairs, look),
        annotations=[_verdict(pair, place, look) for place, pair in enumerate(pairs)],
    )


def _left(pairs: Sequence[Pair]) -> float:
    """The margin that the names need, and no more, because phones are narrow."""
    return max(LEAST_NAME_MARGIN, name_width(pair.arm.pooling for pair in pairs) + NAME_GAP)


def _seeds(pairs: Sequence[Pair], look: Look) -> go.Scatter:
    """The differences of single seeds, in one trace for all rows."""
    dots = [
        (100 * value, place - SEEDS_ABOVE, seed, look.colour(pair.arm.pooling, SEED_OPACITY))
        for place, pair in enumerate(pairs)
        for value, seed in zip(pair.difference.differences, pair.difference.seeds, strict=True)
    ]
    x, y, seeds, colours = zip(*dots, strict=True)
    return go.Scatter(
        x=[round(value, 2) for value in x],
        y=y,
        mode="markers",
        marker={"size": look.px(7), "color": colours},
        customdata=seeds,
        # d3, which formats numbers in the browser, would sign a zero
        text=[points(value / 100) for value in x],
        hovertemplate="seed %{customdata}: %{text} points<extra></extra>",
    )


def _mean(pair: Pair, place: int, look: Look) -> go.Scatter:
    """The mean of a row with its interval; filled if the difference is decided."""
    colour, form, d = look.colour(pair.arm.pooling), style(pair.arm.pooling), pair.difference
    decided = d.verdict is not Verdict.UNDECIDED
    return go.Scatter(
        x=[100 * d.mean],
        y=[place],
        mode="markers",
        error_x=whiskers([(100 * d.mean, 100 * d.low, 100 * d.high)], colour, look.px(3)),
        marker={
            "symbol": form.solid_marker,
            "size": look.px(12),
            "color": colour if decided else look.page,
            # with an outline, a cross would look doubled
            "line": {"color": colour, "width": 0 if decided else look.px(2)},
        },
        hovertemplate=f"{name(pair.arm.pooling)}: {in_words(d)}<extra></extra>",
    )


def _ticks(low: float, high: float) -> list[float]:
    ticks = ticks_within(low, high, MOST_STEPS)
    if all(len(plain(tick)) <= SHORT_NUMBER for tick in ticks):
        return ticks
    return ticks_within(low, high, MOST_LONG_STEPS)


def _range(pairs: Sequence[Pair], unlearned: Unlearned) -> tuple[float, float]:
    """An axis in points that includes zero, every seed and, if small, the intervals and zones.

    With few seeds and many comparisons, intervals span hundreds of points and would leave no room
    for anything else, so they run off the axis. So do the seeds and the interval of a row in which
    some seeds have not learned; its mean stays. If there is no other row, all seeds that have
    learned stay.
    """
    whole = [pair for pair in pairs if not unlearned[pair.arm]]
    seeds = [
        100 * value for pair in whole or pairs for value in _learned(pair, unlearned[pair.arm])
    ]
    means = [100 * pair.difference.mean for pair in pairs]
    low, high = min([*seeds, *means, 0.0]), max([*seeds, *means, 0.0])
    room = max(high - low, 1.0)
    bars = [100 * end for pair in whole for end in (pair.difference.low, pair.difference.high)]
    low = max(min([*bars, low]), low - room)
    high = min(max([*bars, high]), high + room)
    zone = max((100 * pair.difference.detectable for pair in whole), default=0.0)
    if zone < ZONE_SHARE * (high - low):
        low, high = min(low, -zone), max(high, zone)
    pad = 0.06 * (high - low) or 1.0
    return low - pad, high + pad


def _learned(pair: Pair, unlearned: frozenset[int]) -> list[float]:
    """The differences of the seeds for which both networks have learned."""
    by_seed = zip(pair.difference.seeds, pair.difference.differences, strict=True)
    return [value for seed, value in by_seed if seed not in unlearned]


def _beyond(pairs: Sequence[Pair], ends: tuple[float, float]) -> list[Beyond]:
    """Arrows for what lies beyond the axis: ends of intervals, and single seeds."""
    low, high = ends
    arrowheads = []
    for place, pair in enumerate(pairs):
        d, pooling = pair.difference, pair.arm.pooling
        seeds = zip(d.seeds, d.differences, strict=True)
        interval = f"{name(pooling)}: interval to"
        marks = [(end, float(place), interval, 1.0) for end in (d.low, d.high)]
        marks += [(value, place - SEEDS_ABOVE, f"seed {n}:", SEED_OPACITY) for n, value in seeds]
        for value, y, what, opacity in marks:
            if not low <= 100 * value <= high:
                x, towards = (low, "left") if 100 * value < low else (high, "right")
                says = f"{what} {points(value)} points"
                arrowheads.append(Beyond(x, y, towards, pooling, says, opacity))
    return arrowheads


def _shapes(pairs: Sequence[Pair], look: Look) -> list[dict[str, Any]]:
    """The zero line, and for each row the zone that this number of seeds would usually miss."""
    missed = (100 * pair.difference.detectable for pair in pairs)
    line = {"color": look.quiet, "width": look.px(1.5)}
    return [
        *(zone((-size, size), place, look) for place, size in enumerate(missed)),
        shape("line", (0, 0), (0, 1), yref="paper", layer="below", line=line),
    ]


def _verdict(pair: Pair, place: int, look: Look) -> dict[str, Any]:
    sign = ONLY_ALONE if pair.only_alone else SIGNS[pair.difference.verdict]
    text = f"<b>{points(pair.difference.mean)}</b> {sign}"
    return at_the_end(place, text, look)
