"""Which classes are mistaken for which? Confusion on the test images, from stored predictions."""

from collections.abc import Sequence
from functools import partial
from typing import Any

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray

from core import words
from core.figures.base import Look, Shades, axis, layout, literal, note, plot
from core.figures.chart import Chart
from core.words import plain

MATRIX_HEIGHT, NAMED_HEIGHT = 380, 446
"""px, with numbers and with names below it"""
MOST_CLASSES = 40
"""with more classes, the cells have no numbers"""
SHORT_NAME, NAMES_MARGIN = 2, 110
"""letters of the longest name that fits the usual margins; the margins for longer names, px"""
LONG_NUMBER, SMALLER = 3, 11
"""digits of a count that is printed smaller, and its size, px: a cell has 19 px on a telephone"""

OFTEN = {1: "once", 2: "twice"}

Counts = NDArray[np.int64]


def confusion_counts(labels: bytes, predictions: bytes, classes: int) -> Counts:
    """How often each class (row) was predicted as each class (column).

    Args:
        labels: the class of each test image, one byte each.
        predictions: the predicted class of each, one byte each.
        classes: the number of classes.
    """
    true, predicted = (
        np.frombuffer(content, dtype=np.uint8).astype(np.int64) for content in (labels, predictions)
    )
    return np.bincount(true * classes + predicted, minlength=classes**2).reshape(classes, classes)


def confusion(
    labels: bytes, predictions: bytes, names: Sequence[str], minus: bytes | None = None
) -> Chart:
    """The confusion matrix of one run, or the difference between two.

    Args:
        labels: the class of each test image, one byte each.
        predictions: the predicted class of each, one byte each.
        names: of the classes.
        minus: the predictions of another run, whose counts are subtracted.
    """
    counts = confusion_counts(labels, predictions, len(names))
    mistakes = _mistakes(counts, names)
    caption = _mistakes(counts, list(map(words.literal, names)))
    if minus is not None:
        counts = counts - confusion_counts(labels, minus, len(names))
        caption = f"First minus second, on {len(labels):,} test images: blue more, red fewer."
    columns = ["class", *(f"predicted {name}" for name in names)]
    return Chart(
        rows=[
            dict(zip(columns, (name, *row), strict=True))
            for name, row in zip(names, counts.tolist(), strict=True)
        ],
        alt=mistakes,
        caption=caption,
        draw=partial(_draw, counts, names, difference=minus is not None),
    )


def _mistakes(counts: Counts, names: Sequence[str]) -> str:
    wrong = counts - np.diag(np.diag(counts))
    total = int(counts.sum())
    if not wrong.any():
        return f"All of {total:,} test images are classified correctly."
    row, column = divmod(int(wrong.argmax()), len(names))
    most = int(wrong.max())
    often = OFTEN.get(most, f"{most:,} times")
    return (
        f"{int(wrong.sum()):,} of {total:,} test images are misclassified; most often {names[row]} "
        f"is mistaken for {names[column]} ({often})."
    )


def _draw(counts: Counts, names: Sequence[str], look: Look, *, difference: bool) -> go.Figure:
    """Draw mistakes on the sequential scale, or a difference on the diverging scale.

    Only a difference colours the diagonal.
    """
    written = list(map(literal, names))
    coloured = counts.astype(float)
    if not difference:
        np.fill_diagonal(coloured, np.nan)
    largest = float(np.nanmax(np.abs(coloured))) if np.isfinite(coloured).any() else 1.0
    shades = Shades.signed(largest, look) if difference else Shades.amounts(0, largest, look)
    heat = go.Heatmap(
        z=coloured,
        **shades.scale,
        xgap=2,
        ygap=2,
        customdata=[[f"{a} predicted as {b}" for b in written] for a in written],
        hovertemplate="%{customdata}: %{z}<extra></extra>",
    )
    short = max(map(len, names)) <= SHORT_NAME
    frame = layout(look, height=MATRIX_HEIGHT if short else NAMED_HEIGHT)
    if not short:
        frame["margin"] |= dict.fromkeys("lb", look.px(NAMES_MARGIN))
    classes: dict[str, Any] = {
        "tickvals": list(range(len(names))),
        "ticktext": written,
        "constrain": "domain",
    }
    return plot(
        [heat],
        **frame,
        # upright: names at an angle run into the title
        xaxis=axis(look, title="predicted class", tickangle=0 if short else -90, **classes),
        yaxis=axis(look, title="true class", autorange="reversed", scaleanchor="x", **classes),
        annotations=_numbers(counts, coloured, shades, look, difference=difference),
    )


def _numbers(
    counts: Counts, coloured: NDArray[np.float64], shades: Shades, look: Look, *, difference: bool
) -> list[dict[str, Any]]:
    """The counts as text on their cells; zeros only on the diagonal, none with many classes."""
    if len(counts) > MOST_CLASSES:
        return []
    notes = []
    for (row, column), value in np.ndenumerate(counts):
        if value or (row == column and not difference):
            sign = "+" if difference and value > 0 else ""
            bare = np.isnan(coloured[row, column])
            colour = look.quiet if bare else shades.text(float(coloured[row, column]), look)
            written = sign + plain(int(value))
            notes.append(note(written, look, colour, x=column, y=row))
            if len(written) >= LONG_NUMBER:
                notes[-1]["font"]["size"] = look.px(SMALLER)
    return notes
