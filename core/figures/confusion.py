"""Which classes are taken for which? Mistakes on the test images, from stored predictions."""

from collections.abc import Sequence

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray

from core.figures.base import SMALL, Look, Shades, axis, layout, literal, plot
from core.words import plain

HEIGHT = 380
MOST_CLASSES = 40
"""more classes than this are drawn without numbers"""

Counts = NDArray[np.int64]


def confusion_counts(labels: bytes, predictions: bytes, classes: int) -> Counts:
    """How often each class (row) was taken for each (column).

    Args:
        labels: the class of each test image, one byte each.
        predictions: the class given to it.
        classes: how many there are.
    """
    true, given = (
        np.frombuffer(each, dtype=np.uint8).astype(np.int64) for each in (labels, predictions)
    )
    return np.bincount(true * classes + given, minlength=classes**2).reshape(classes, classes)


def confusion(
    rows: Counts | Sequence[Sequence[int]],
    names: Sequence[str],
    *,
    difference: bool = False,
    dark: bool = False,
    scale: float = 1.0,
) -> go.Figure:
    """Draw mistakes on the sequential scale; what is right stands as grey numbers.

    Args:
        rows: (classes, classes), or the difference of two.
        names: of the classes.
        difference: draw on the diverging scale, the diagonal too.
        dark: for the dark theme.
        scale: of sizes and text.
    """
    look = Look(dark, scale)
    counts = np.asarray(rows)
    shown = counts.astype(float)
    if not difference:
        np.fill_diagonal(shown, np.nan)
    largest = float(np.nanmax(np.abs(shown))) if np.isfinite(shown).any() else 1.0
    ticks, written = list(range(len(names))), list(map(literal, names))
    shades = Shades.signed(largest, look) if difference else Shades.amounts(0, largest, look)
    heat = go.Heatmap(
        z=shown,
        **shades.scale,
        xgap=2,
        ygap=2,
        customdata=[[f"{a} taken for {b}" for b in written] for a in written],
        hovertemplate="%{customdata}: %{z}<extra></extra>",
    )
    long = max(map(len, names)) > 2  # noqa: PLR2004
    return plot(
        [heat],
        **layout(look, height=HEIGHT, left=56 if not long else 110),
        xaxis=axis(look, title="taken for", tickvals=ticks, ticktext=written, constrain="domain"),
        yaxis=axis(
            look,
            title="class",
            tickvals=ticks,
            ticktext=written,
            autorange="reversed",
            scaleanchor="x",
            constrain="domain",
        ),
        annotations=_numbers(counts, shown, shades, look, difference=difference),
    )


def _numbers(
    counts: Counts, shown: NDArray[np.float64], shades: Shades, look: Look, *, difference: bool
) -> list[dict[str, object]]:
    """The counts: what is right in grey where it has no colour, mistakes where there are any."""
    if len(counts) > MOST_CLASSES:
        return []
    found: list[dict[str, object]] = []
    for (row, column), value in np.ndenumerate(counts):
        right = row == column
        if value == 0 and not (right and not difference):
            continue
        sign = "+" if difference and value > 0 else ""
        bare = np.isnan(shown[row, column])
        found.append(
            {
                "x": column,
                "y": row,
                "showarrow": False,
                "text": sign + plain(int(value)),
                "font": {
                    "size": look.px(SMALL),
                    "color": look.quiet if bare else shades.text(float(shown[row, column]), look),
                },
            }
        )
    return found


def confusion_table(counts: Counts, names: Sequence[str]) -> list[dict[str, object]]:
    """A row for each class."""
    return [
        {
            "class": name,
            **{f"taken for {other}": int(value) for other, value in zip(names, row, strict=True)},
        }
        for name, row in zip(names, counts, strict=True)
    ]


def confusion_alt(counts: Counts, names: Sequence[str]) -> str:
    """Say in words what the matrix shows."""
    wrong = counts - np.diag(np.diag(counts))
    total = int(counts.sum())
    if not wrong.any():
        return f"All of {total:,} test images are classified right."
    row, column = divmod(int(wrong.argmax()), len(names))
    most = int(wrong.max())
    often = "once" if most == 1 else f"{most:,} times"
    return (
        f"{int(wrong.sum()):,} of {total:,} test images are misclassified; most often {names[row]} "
        f"is taken for {names[column]} ({often})."
    )
