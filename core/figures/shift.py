"""How often do answers stay when the image moves? A map over shifts, and a cut through it."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import plotly.graph_objects as go

from core.analyses.shift_map import ShiftMap
from core.catalog import HEADS
from core.comparison import Arm
from core.comparison.ledger import architecture_of
from core.figures.base import (
    LABEL_GAP,
    LETTER_WIDTH,
    SMALL,
    Look,
    Shades,
    Traces,
    axis,
    layout,
    marked,
    name_width,
    on_cells,
    plot,
    spread,
)
from core.figures.palette import style
from core.network.invariance import invariance
from core.words import percent

SIDE, FRAME = 27, 24
"""px of a cell with its number, and around the map"""
LARGE = 9
"""from so many cells in a row on, they are smaller and carry no numbers"""
HEIGHT = 300


def shift_map(found: ShiftMap, low: float, *, dark: bool = False, scale: float = 1.0) -> go.Figure:
    """Draw the share of answers that stay, for each shift; the unmoved image is left blank.

    Args:
        found: the map.
        low: share at the light end of the scale, the same for all maps of a page.
        dark: for the dark theme.
        scale: of sizes and text.
    """
    look = Look(dark, scale)
    values = 100 * np.array(found.same)
    reach = found.settings.reach
    values[reach, reach] = np.nan
    places = list(found.shifts)
    small = len(places) > LARGE
    shades = Shades.amounts(100 * low, 100, look)
    heat = go.Heatmap(
        x=places,
        y=places,
        z=values,
        **shades.scale,
        xgap=1,
        ygap=1,
        hovertemplate="%{y} down, %{x} right: %{z:.1f} % stay<extra></extra>",
    )
    numbers = [
        (places[column], places[row], f"{value:.0f}", shades.text(value, look))
        for (row, column), value in np.ndenumerate(values)
        if np.isfinite(value)
    ]
    hidden = {"visible": False, "fixedrange": True, "constrain": "domain"}
    return plot(
        [heat] if small else [heat, on_cells(numbers, look.px(11))],
        **{
            **layout(look, height=FRAME + (14 if small else SIDE) * len(places)),
            "margin": dict.fromkeys("lrtb", look.px(4)),
        },
        xaxis=hidden,
        yaxis={**hidden, "autorange": "reversed", "scaleanchor": "x"},
    )


def shift_profile(
    maps: Mapping[Arm, ShiftMap], *, dark: bool = False, scale: float = 1.0
) -> go.Figure:
    """Draw the share of answers that stay against shifts to the right alone, a line per network."""
    look = Look(dark, scale)
    traces: Traces = []
    ends = []
    least = 100.0
    heads = list(dict.fromkeys(arm.head for arm in maps))
    for arm, found in maps.items():
        x = list(found.shifts)
        y = [round(100 * found.at(0, right), 2) for right in x]
        least = min(least, *y)
        ends.append((arm, y[-1]))
        form = style(arm.pooling)
        traces.append(
            go.Scatter(
                x=x,
                y=y,
                name=f"{arm.pooling} + {arm.head}",
                mode="lines+markers",
                line={
                    "color": look.colour(arm.pooling),
                    "dash": form.dash if arm.head == heads[0] else "dot",
                    "width": look.px(form.width),
                },
                marker={"symbol": form.marker, "size": look.px(7)},
                hovertemplate="%{y:.1f}",
            )
        )
    low = max(0.0, least - 5)
    reach = max((found.settings.reach for found in maps.values()), default=1)
    return plot(
        traces,
        **layout(look, height=HEIGHT, right=_right(maps, several=len(heads) > 1)),
        hovermode="x unified",
        xaxis=axis(
            look,
            title="shift to the right, px",
            range=[-reach - 0.2, reach + 0.2],
            dtick=2,
            unifiedhovertitle={"text": "%{x} px"},
        ),
        yaxis=axis(look, title="answers that stay, %", grid=True, range=[low, 102]),
        annotations=_ends(ends, low, look, several=len(heads) > 1),
    )


def _right(maps: Mapping[Arm, ShiftMap], *, several: bool) -> float:
    """Room for the names and values at the ends of the lines."""
    heads = max((len(HEADS[arm.head].label) for arm in maps), default=0) + 3 if several else 0
    return max(118, name_width(arm.pooling for arm in maps) + 50 + LETTER_WIDTH * heads)


def _ends(
    ends: list[tuple[Arm, float]], low: float, look: Look, *, several: bool
) -> list[dict[str, object]]:
    gap = LABEL_GAP * (102 - low) / (HEIGHT - 64)
    places = spread([value for _, value in ends], low + gap / 2, 102 - gap / 4, gap)
    labels = {arm: arm.label_without_dropout if several else None for arm, _ in ends}
    return [
        {
            "x": 1,
            "xref": "paper",
            "xanchor": "left",
            "xshift": look.px(6),
            "y": place,
            "showarrow": False,
            "text": f"{marked(arm.pooling, look, labels[arm])} {value:.1f}",
            "font": {"size": look.px(SMALL), "color": look.ink},
        }
        for (arm, value), place in zip(ends, places, strict=True)
    ]


@dataclass(frozen=True, slots=True)
class ShiftRow:
    """One shift of one network, as table and CSV; shares in percent."""

    pooling: str
    head: str
    down: int
    right: int
    same_percent: float
    same_and_right_percent: float


def shift_table(arm: Arm, found: ShiftMap) -> list[ShiftRow]:
    """List every shift."""
    reach = found.settings.reach
    return [
        ShiftRow(
            str(arm.pooling),
            str(arm.head),
            down,
            right,
            round(100 * found.same[down + reach][right + reach], 3),
            round(100 * found.right[down + reach][right + reach], 3),
        )
        for down in found.shifts
        for right in found.shifts
    ]


def shift_alt(arm: Arm, found: ShiftMap) -> str:
    """Say in words what a map shows."""
    return (
        f"Share of answers that stay under shifts of up to {found.settings.reach} pixels for "
        f"{arm.pooling} with {arm.head}: {percent(found.mean_same())} % on average, "
        f"{percent(found.one_pixel())} % for one pixel."
    )


def shift_promise(arm: Arm, found: ShiftMap) -> str:
    """Say what theory promises about a map, and what came in between; nothing without a promise.

    Theory speaks of circular shifts (`core.network.invariance`), and of numbers without
    rounding. Answers that changed all the same are counted.
    """
    promise = invariance(architecture_of(arm), arm.experiment.model)
    if promise is None or not found.settings.circular:
        return ""
    shares = [
        found.at(down, right)
        for down in found.shifts
        for right in found.shifts
        if promise.covers(down, right) and (down % found.size[0] or right % found.size[1])
    ]
    if not shares:
        return ""
    where = "" if promise.step == 1 else f" at shifts by multiples of {promise.step} px"
    changed = round((1 - min(shares)) * found.images)
    if not changed:
        return f"Exact by theory: 100 %{where}."
    ties = "rounding and grids of equal norm" if promise.but_for_ties else "rounding"
    return (
        f"Exact by theory: 100 %{where}, but for {ties}: at most {changed} of {found.images:,} "
        f"answers changed at one shift."
    )
