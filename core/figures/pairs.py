"""Is the difference real? Paired differences against a reference, seed by seed."""

from dataclasses import dataclass
from typing import Any

import plotly.graph_objects as go

from core.comparison import Arm, Facet, Results
from core.comparison.chance import unlearned_in
from core.comparison.statistics import Difference, Verdict, compare_facet
from core.figures.base import (
    SMALL,
    Beyond,
    Look,
    Traces,
    arrows,
    at_the_end,
    axis,
    faded,
    layout,
    marked,
    name,
    name_width,
    plot,
    ticks_within,
    whiskers,
)
from core.figures.palette import style
from core.sentences.intervals import difference as in_words
from core.words import inside, plain, points

FRAME, ROW = 90, 44
SIGNS = {
    Verdict.HIGHER: "▲ higher",
    Verdict.LOWER: "▼ lower",
    Verdict.UNDECIDED: "≈ undecided",
}
MOST_STEPS, MOST_LONG_STEPS, SHORT = 5.5, 3.5, 2
"""a narrow card holds fewer numbers if they are longer than two characters"""
ZONE_SHARE = 0.4
"""a wider grey zone, of the range of the data, is cut at the edge of the figure"""
LEAST_LEFT, GAP = 56, 12
"""margin on the left and what separates it from the names, px"""
STRIP = 0.24
"""how far above the interval the single seeds stand, in rows"""
SEED_OPACITY = 0.55


@dataclass(frozen=True, slots=True)
class Pair:
    """One arm's difference from the reference.

    Attributes:
        arm: which.
        difference: to the reference, over the seeds.
        unlearned: seeds with which one of the two has not learned.
    """

    arm: Arm
    difference: Difference
    unlearned: frozenset[int] = frozenset()


def _pairs(results: Results, facet: Facet, reference: Arm) -> list[Pair]:
    found = compare_facet(results, facet, reference)
    failed = {each.arm: each.seeds for each in unlearned_in(results)}
    none: frozenset[int] = frozenset()
    base = failed.get(reference, none)
    pairs = (Pair(arm, d, base | failed.get(arm, none)) for arm, d in found.items())
    return sorted(pairs, key=lambda p: -p.difference.mean)


def paired_differences(
    results: Results, facet: Facet, reference: Arm, *, dark: bool = False, scale: float = 1.0
) -> go.Figure:
    """Draw each strategy's difference from the reference: seeds, interval, mean, verdict."""
    look = Look(dark, scale)
    pairs = _pairs(results, facet, reference)
    traces: Traces = [_seeds(pairs, look)] if pairs else []
    traces += [_mean(pair, place, look) for place, pair in enumerate(pairs)]
    low, high = _range(pairs)
    if beyond := _beyond(pairs, (low, high)):
        traces.append(arrows(beyond, look))
    return plot(
        traces,
        **layout(look, height=FRAME + ROW * max(len(pairs), 1), left=_left(pairs), right=128),
        xaxis=axis(
            look,
            title=f"difference to {inside(name(reference.pooling))}, percentage points",
            grid=True,
            range=[low, high],
            tickvals=(ticks := _ticks(low, high)),
            ticktext=[_tick_text(tick) for tick in ticks],
            tickangle=0,
        ),
        yaxis=axis(
            look,
            # keeps the names off the grey zones
            ticklabelstandoff=round(look.px(5)),
            range=[len(pairs) - 0.5, -0.6],
            tickvals=list(range(len(pairs))),
            ticktext=[marked(pair.arm.pooling, look) for pair in pairs],
            tickfont={"size": look.px(SMALL), "color": look.ink},
        ),
        shapes=_shapes(pairs, look),
        annotations=[_verdict(pair, place, look) for place, pair in enumerate(pairs)],
    )


def _left(pairs: list[Pair]) -> float:
    """Room for the names, and no more: on a telephone the rest is narrow."""
    return max(LEAST_LEFT, name_width(pair.arm.pooling for pair in pairs) + GAP)


def _seeds(pairs: list[Pair], look: Look) -> go.Scatter:
    """The differences of single seeds, of all rows in one trace."""
    dots = [
        (100 * value, place - STRIP, seed, faded(look.colour(pair.arm.pooling), SEED_OPACITY))
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
        # d3 would sign a zero
        text=[points(value / 100) for value in x],
        hovertemplate="seed %{customdata}: %{text} points<extra></extra>",
    )


def _mean(pair: Pair, place: int, look: Look) -> go.Scatter:
    """The mean of a row, filled if it is decided, with its interval."""
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
            # a cross has an outline of its own, which looks like a second one
            "line": {"color": colour, "width": 0 if decided else look.px(2)},
        },
        hovertemplate=f"{name(pair.arm.pooling)}: {in_words(d)}<extra></extra>",
    )


def _ticks(low: float, high: float) -> list[float]:
    ticks = ticks_within(low, high, MOST_STEPS)
    if all(len(_tick_text(tick)) <= SHORT for tick in ticks):
        return ticks
    return ticks_within(low, high, MOST_LONG_STEPS)


def _tick_text(tick: float) -> str:
    return plain(tick)


def _range(pairs: list[Pair]) -> tuple[float, float]:
    """An axis in points that holds zero, every seed and, if small, the intervals and zones.

    A few seeds and many comparisons make intervals of hundreds of points, beside which nothing
    else would be seen: they run off the axis. So do the seeds of a row of which some have not
    learned, and its interval; its mean stays. Where no row is whole, all learned seeds do.
    """
    whole = [pair for pair in pairs if not pair.unlearned]
    seeds = [100 * value for pair in whole or pairs for value in _learned(pair)]
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


def _learned(pair: Pair) -> list[float]:
    """The differences of the seeds with which both networks have learned."""
    each = zip(pair.difference.seeds, pair.difference.differences, strict=True)
    return [value for seed, value in each if seed not in pair.unlearned]


def _beyond(pairs: list[Pair], ends: tuple[float, float]) -> list[Beyond]:
    """What lies beyond the axis: ends of intervals, and single seeds above them."""
    low, high = ends
    found = []
    for place, pair in enumerate(pairs):
        d, pooling = pair.difference, pair.arm.pooling
        seeds = zip(d.seeds, d.differences, strict=True)
        interval = f"{name(pooling)}: interval to"
        marks = [(end, float(place), interval, 1.0) for end in (d.low, d.high)]
        marks += [(value, place - STRIP, f"seed {n}:", SEED_OPACITY) for n, value in seeds]
        for value, y, what, opacity in marks:
            if not low <= 100 * value <= high:
                x, towards = (low, "left") if 100 * value < low else (high, "right")
                says = f"{what} {points(value)} points"
                found.append(Beyond(x, y, towards, pooling, says, opacity))
    return found


def _shapes(pairs: list[Pair], look: Look) -> list[dict[str, object]]:
    """The zero line, and in each row the zone that this number of seeds would usually miss."""
    zones: list[dict[str, object]] = [
        {
            "type": "rect",
            "layer": "below",
            "x0": -100 * pair.difference.detectable,
            "x1": 100 * pair.difference.detectable,
            "y0": place - 0.5,
            "y1": place + 0.5,
            "fillcolor": look.quiet,
            "opacity": 0.14,
            "line": {"width": 0},
        }
        for place, pair in enumerate(pairs)
    ]
    zero: dict[str, object] = {
        "type": "line",
        "layer": "below",
        "x0": 0,
        "x1": 0,
        "yref": "paper",
        "y0": 0,
        "y1": 1,
        "line": {"color": look.quiet, "width": look.px(1.5)},
    }
    return [*zones, zero]


def _verdict(pair: Pair, place: int, look: Look) -> dict[str, Any]:
    text = f"<b>{points(pair.difference.mean)}</b> {SIGNS[pair.difference.verdict]}"
    return at_the_end(place, text, look)


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


def paired_differences_table(results: Results, facet: Facet, reference: Arm) -> list[PairRow]:
    """List the differences with their intervals."""
    return [
        PairRow(
            pooling=str(pair.arm.pooling),
            reference=str(reference.pooling),
            head=str(facet.head),
            dropout=str(facet.dropout),
            difference_points=round(100 * pair.difference.mean, 3),
            low_points=round(100 * pair.difference.low, 3),
            high_points=round(100 * pair.difference.high, 3),
            detectable_points=round(100 * pair.difference.detectable, 3),
            pairs=pair.difference.n,
            comparisons=pair.difference.comparisons,
            correlation=None
            if pair.difference.correlation is None
            else round(pair.difference.correlation, 3),
            verdict=str(pair.difference.verdict),
        )
        for pair in _pairs(results, facet, reference)
    ]


def paired_differences_alt(results: Results, facet: Facet, reference: Arm) -> str:
    """Say in words what the differences are."""
    pairs = _pairs(results, facet, reference)
    if not pairs:
        return "No differences yet: two arms with two seeds each are needed."
    parts = (
        f"{name(pair.arm.pooling)}: {in_words(pair.difference).removesuffix('.')}" for pair in pairs
    )
    return f"Paired differences to {inside(name(reference.pooling))}. {'. '.join(parts)}."
