"""How do a few single runs learn? One line per run, side by side."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import plotly.graph_objects as go

from core.comparison import Arm
from core.figures.base import (
    FULL,
    LABEL_AWAY,
    LABEL_GAP,
    Look,
    at_the_end,
    axis,
    in_percent,
    layout,
    marked,
    plot,
    spread,
)
from core.figures.chart import Chart
from core.figures.curves.lines import AXIS_END, HIGHEST_START
from core.figures.labels import leaders
from core.run import Run
from core.words import percent, plain

FEW_HEIGHT = 260
DASHES = ("solid", "dash", "dot", "dashdot")
"""of the runs in their order, because several may be of one strategy"""


@dataclass(frozen=True, slots=True)
class RunRow:
    """One epoch of one run, as table and CSV; accuracies in percent, losses in nats."""

    run: str
    epoch: int
    train_percent: float
    validation_percent: float
    train_loss: float
    validation_loss: float


def run_curves(runs: Sequence[tuple[str, Run]]) -> Chart:
    """Validation accuracy after each epoch of a few runs.

    Args:
        runs: short name and run; at most four, each with at least one epoch.
    """
    return Chart(
        rows=[
            RunRow(
                name,
                epoch.number,
                in_percent(epoch.train_accuracy),
                in_percent(epoch.validation_accuracy),
                round(epoch.train_loss, 4),
                round(epoch.validation_loss, 4),
            )
            for name, run in runs
            for epoch in run.epochs
        ],
        alt="Validation accuracy by epoch. After the last one: "
        + ", ".join(f"{name} {percent(_last(run))} %" for name, run in runs)
        + ".",
        caption="Validation accuracy by epoch, in percent.",
        draw=partial(_draw, runs),
    )


def _last(run: Run) -> float:
    return run.epochs[-1].validation_accuracy


def _draw(runs: Sequence[tuple[str, Run]], look: Look) -> go.Figure:
    least = min(epoch.validation_accuracy for _, run in runs for epoch in run.epochs)
    low = min(HIGHEST_START, 10 * (100 * least // 10))
    longest = max(len(run.epochs) for _, run in runs)
    ticks = [float(tick) for tick in range(round(low), round(FULL) + 1, 20)]
    return plot(
        [
            go.Scatter(
                x=[epoch.number for epoch in run.epochs],
                y=[round(100 * epoch.validation_accuracy, 2) for epoch in run.epochs],
                name=name,
                mode="lines+markers",
                line={
                    "color": look.colour(Arm(run.experiment).pooling),
                    "width": look.px(2),
                    "dash": dash,
                },
                marker={"size": look.px(5 if len(run.epochs) > 1 else 9)},
                hovertemplate="%{y:.1f}",
            )
            for (name, run), dash in zip(runs, DASHES, strict=False)
        ],
        **layout(look, height=FEW_HEIGHT, right=90),
        hovermode="x unified",
        xaxis=axis(look, title="epoch", range=[0.99, 1.025 * longest], nticks=6),
        yaxis=axis(
            look,
            grid=True,
            # keeps its lowest label off the first epoch's
            ticklabelstandoff=round(look.px(5)),
            range=[low, AXIS_END],
            tickvals=ticks,
            ticktext=[f"{plain(tick)} %" if tick == ticks[0] else plain(tick) for tick in ticks],
        ),
        **_labels(runs, low, look),
    )


def _labels(runs: Sequence[tuple[str, Run]], low: float, look: Look) -> dict[str, Any]:
    """The short name and last value at the end of each line, kept apart."""
    unit = (AXIS_END - low) / (FEW_HEIGHT - 12 - 44 - 8)
    ends = [max(100 * _last(run), low) for _, run in runs]
    places = spread(ends, low + LABEL_GAP * unit / 2, AXIS_END, LABEL_GAP * unit)
    labels = [
        {
            **at_the_end(
                place,
                marked(Arm(run.experiment).pooling, look, f"<b>{name}</b> {percent(_last(run))}"),
                look,
            ),
            "yanchor": "middle",
        }
        for (name, run), place in zip(runs, places, strict=True)
    ]
    moved = zip(ends, places, strict=True)
    return {"annotations": labels, "shapes": leaders(moved, look, LABEL_AWAY, unit)}
