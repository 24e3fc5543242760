"""How often do predictions stay the same under shifts? A map over shifts, and its middle row."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from statistics import fmean
from typing import Any

import numpy as np
import plotly.graph_objects as go

from core.analyses.shift_map import ShiftMap
from core.catalog import HEADS, Head
from core.comparison import Arm
from core.comparison.ledger import architecture_of
from core.figures.base import (
    LABEL_GAP,
    LETTER_WIDTH,
    Look,
    Shades,
    Traces,
    at_the_end,
    axis,
    layout,
    marked,
    name_width,
    narrow,
    on_cells,
    plot,
    spread,
    without_axes,
)
from core.figures.chart import Chart
from core.figures.palette import style
from core.network.invariance import invariance
from core.words import percent, points

CELL_SIDE, SMALL_CELL_SIDE, AROUND_MAP = 27, 12, 24
"""px: a cell with a number, a cell without, and the margins around the map"""
MOST_NUMBERED = 9
"""maps with more cells per row have small cells without numbers"""
PROFILE_HEIGHT = 300
TOP = 102.0
"""the upper end of the profile's axis, percent"""
VERY_FEW_PIXELS, FEW_PIXELS = 2, 4
"""up to which a tick at every pixel, or at every second, has room on a telephone too"""
LINE_NAME_AWAY = 6
"""px from the plot to the names of lines"""
KEY_HEIGHT = 19
"""px of a name below the lines"""


@dataclass(frozen=True, slots=True)
class ShiftRow:
    """One shift of one network, as table and CSV; shares in percent."""

    pooling: str
    head: str
    down: int
    right: int
    same_percent: float
    same_and_right_percent: float


def shift_map(arm: Arm, steadiness: ShiftMap, low: float) -> Chart:
    """The share of unchanged predictions for each shift; the unshifted image is left blank.

    Args:
        arm: the network.
        steadiness: its map.
        low: share at the light end of the scale, the same for all maps of a page.
    """
    caption = (
        f"Unchanged: **{percent(steadiness.mean_same())} %**; unchanged and correct: "
        f"{percent(steadiness.mean_right())} %. {shift_promise(arm, steadiness)}"
    )
    return Chart(
        rows=_rows(arm, steadiness),
        alt=_alt(arm, steadiness),
        caption=caption.strip(),
        draw=partial(_draw_map, steadiness, low),
    )


def shift_profile(maps: Sequence[tuple[Arm, ShiftMap]]) -> Chart:
    """The share of unchanged predictions under shifts to the right, one line per network."""
    return Chart(
        rows=[row for arm, one in maps for row in _rows(arm, one) if row.down == 0],
        alt=" ".join(_alt(arm, one) for arm, one in maps),
        caption="",
        draw=partial(_draw_profile, maps),
    )


def _rows(arm: Arm, steadiness: ShiftMap) -> list[ShiftRow]:
    reach = steadiness.settings.reach
    return [
        ShiftRow(
            str(arm.pooling),
            str(arm.head),
            down,
            right,
            round(100 * steadiness.same[down + reach][right + reach], 3),
            round(100 * steadiness.right[down + reach][right + reach], 3),
        )
        for down in steadiness.shifts
        for right in steadiness.shifts
    ]


def two_shift_rows(
    arm: Arm, reference: Arm, own: Mapping[int, ShiftMap], other: Mapping[int, ShiftMap]
) -> list[dict[str, object]]:
    """What two networks keep, in percent: means over the seeds of which both have a map.

    Args:
        arm: the network.
        reference: what it is compared with.
        own: seed -> map of the network.
        other: seed -> map of the reference.

    Returns:
        Rows with "predictions", one entry per network, and the difference in points.
    """
    seeds = sorted(own.keys() & other.keys())
    kept: dict[str, Callable[[ShiftMap], float]] = {
        "unchanged by one pixel": ShiftMap.one_pixel,
        "unchanged, mean over all shifts": ShiftMap.mean_same,
        "unchanged and correct, mean over all shifts": ShiftMap.mean_right,
    }
    rows: list[dict[str, object]] = []
    for what, share in kept.items():
        one, another = (fmean(share(maps[seed]) for seed in seeds) for maps in (own, other))
        rows.append(
            {
                "predictions": what,
                f"{reference.label}, %": percent(another),
                f"{arm.label}, %": percent(one),
                "difference, points": points(one - another),
            }
        )
    return rows


def _alt(arm: Arm, steadiness: ShiftMap) -> str:
    return (
        f"Share of predictions that stay the same under shifts of up to "
        f"{steadiness.settings.reach} pixels for "
        f"{arm.pooling} with {arm.head}: {percent(steadiness.mean_same())} % on average, "
        f"{percent(steadiness.one_pixel())} % for one pixel."
    )


def shift_promise(arm: Arm, steadiness: ShiftMap) -> str:
    """What theory guarantees about a map, and why it may fail; empty without a guarantee.

    The guarantee holds for circular shifts (`core.network.invariance`) in exact arithmetic. The
    sentence counts predictions that changed nevertheless.
    """
    promise = invariance(architecture_of(arm), arm.experiment.model)
    if promise is None or not steadiness.settings.circular:
        return ""
    height, width = steadiness.size
    shares = [
        steadiness.at(down, right)
        for down in steadiness.shifts
        for right in steadiness.shifts
        if promise.covers(down, right) and (down % height or right % width)
    ]
    if not shares:
        return ""
    where = "" if promise.step == 1 else f" at shifts by multiples of {promise.step} px"
    changed = round((1 - min(shares)) * steadiness.images)
    if not changed:
        return f"Exact by theory: 100 %{where}."
    ties = "rounding and grids of equal norm" if promise.but_for_ties else "rounding"
    return (
        f"Exact by theory: 100 %{where}, except for {ties}: at most {changed} of "
        f"{steadiness.images:,} predictions changed at one shift."
    )


def _draw_map(steadiness: ShiftMap, low: float, look: Look) -> go.Figure:
    values = 100 * np.array(steadiness.same)
    reach = steadiness.settings.reach
    values[reach, reach] = np.nan
    places = list(steadiness.shifts)
    shades = Shades.amounts(100 * low, 100, look)
    traces: Traces = [
        go.Heatmap(
            x=places,
            y=places,
            z=values,
            **shades.scale,
            xgap=1,
            ygap=1,
            hovertemplate="%{y} down, %{x} right: %{z:.1f} % unchanged<extra></extra>",
        )
    ]
    numbered = len(places) <= MOST_NUMBERED
    if numbered:
        numbers = [
            (places[column], places[row], f"{value:.0f}", shades.text(value, look))
            for (row, column), value in np.ndenumerate(values)
            if np.isfinite(value)
        ]
        traces.append(on_cells(numbers, look.px(11)))
    side = CELL_SIDE if numbered else SMALL_CELL_SIDE
    height = AROUND_MAP + side * len(places)
    # in a narrow card the cells are smaller than there is height for, and the map stays on top
    upright = {"yaxis_autorange": "reversed", "yaxis_constraintoward": "top"}
    return plot(traces, **without_axes(look, height, margin=4), **upright)


def _draw_profile(maps: Sequence[tuple[Arm, ShiftMap]], look: Look) -> go.Figure:
    lines = [
        (arm, [round(100 * steadiness.at(0, right), 2) for right in steadiness.shifts])
        for arm, steadiness in maps
    ]
    heads = list(dict.fromkeys(arm.head for arm, _ in maps))
    low = max(0.0, min(min(values) for _, values in lines) - 5)
    reach = max(steadiness.settings.reach for _, steadiness in maps)
    return plot(
        [
            _line(arm, list(steadiness.shifts), values, heads[0], look)
            for (arm, values), (_, steadiness) in zip(lines, maps, strict=True)
        ],
        **layout(look, height=PROFILE_HEIGHT, right=_right([arm for arm, _ in maps], heads)),
        **_below(len(lines), look),
        hovermode="x unified",
        xaxis=axis(
            look,
            title="shift to the right, px",
            range=[-reach - 0.2, reach + 0.2],
            dtick=1 if reach <= VERY_FEW_PIXELS else 2 if reach <= FEW_PIXELS else 4,
            unifiedhovertitle={"text": "%{x} px"},
        ),
        yaxis=axis(look, title="unchanged predictions, %", grid=True, range=[low, TOP]),
        annotations=_names(lines, low, look, several=len(heads) > 1),
    )


def _below(lines: int, look: Look) -> dict[str, Any]:
    """On a telephone, the names stand below the lines, for which there would be no room beside."""
    room = KEY_HEIGHT * lines
    around = layout(look, height=PROFILE_HEIGHT + room + 8)
    plane = PROFILE_HEIGHT - 56
    margin = {**around["margin"], "b": around["margin"]["b"] + look.px(room + 8)}
    key = {"orientation": "h", "x": 0, "xanchor": "left", "y": -52 / plane, "yanchor": "top"}
    return narrow(
        height=around["height"],
        margin=margin,
        annotations=[],
        showlegend=True,
        legend={**key, "itemclick": False, "itemdoubleclick": False},
    )


def _line(arm: Arm, x: list[int], y: list[float], first: Head, look: Look) -> go.Scatter:
    form = style(arm.pooling)
    return go.Scatter(
        x=x,
        y=y,
        name=arm.label_without_dropout,
        mode="lines+markers",
        line={
            "color": look.colour(arm.pooling),
            "dash": form.dash if arm.head == first else "dot",
            "width": look.px(form.width),
        },
        marker={"symbol": form.marker, "size": look.px(7)},
        hovertemplate="%{y:.1f}",
    )


def _right(arms: Sequence[Arm], heads: Sequence[Head]) -> float:
    """Room for the names and values at the ends of the lines."""
    longest = max(len(f" + {HEADS[head].label}") for head in heads) if len(heads) > 1 else 0
    return max(118, name_width(arm.pooling for arm in arms) + 50 + LETTER_WIDTH * longest)


def _names(
    lines: Sequence[tuple[Arm, list[float]]], low: float, look: Look, *, several: bool
) -> list[dict[str, Any]]:
    """The label at the end of each line: strategy, head if there are several, and last value."""
    gap = LABEL_GAP * (TOP - low) / (PROFILE_HEIGHT - 64)
    places = spread([values[-1] for _, values in lines], low + gap / 2, TOP - gap / 4, gap)
    notes = []
    for (arm, values), place in zip(lines, places, strict=True):
        text = arm.label_without_dropout if several else None
        label = f"{marked(arm.pooling, look, text)} {values[-1]:.1f}"
        notes.append(at_the_end(place, label, look, LINE_NAME_AWAY))
    return notes
