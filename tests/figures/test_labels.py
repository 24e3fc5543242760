"""Does every label of a figure stand nearest to the mark that it names, at every width?"""

import math
import random
from dataclasses import dataclass, replace
from functools import cache
from itertools import combinations

import pytest

from core import figures
from core.catalog import HEADS, POOLINGS
from core.comparison import Arm, Comparison, Results
from core.config import Experiment
from core.figures import Look, Measure
from tests.store.store_samples import a_run

WIDTHS = (320, 358, 430, 517, 640, 803, 1000, 1333, 1900)
"""of the figure, px: a telephone, half a page, a report, a projector"""
LETTER, HALF_HIGH = 6.8, 8
"""of text of 13 px"""
SIZES = (2, 3, 4, 5, 6, 8, 10, 14, 16, 22, 30, 44)
"""networks"""


@cache
def results(count, seed, seeds=5):
    """So many networks of one or two heads, with accuracies as they may come out."""
    dice = random.Random(f"{count} {seed}")  # noqa: S311
    heads = (
        ["gap", "flatten"] if count > len(POOLINGS) or (count % 2 == 0 and seed % 2) else ["gap"]
    )
    poolings = dice.sample([str(name) for name in POOLINGS], math.ceil(count / len(heads)))
    comparison = Comparison.of(
        [
            Experiment.from_flat({"pooling": pooling, "head": head})
            for head in heads
            for pooling in poolings
        ],
        range(seeds),
    )
    runs = {}
    for arm in comparison.arms:
        level, pace = dice.choice([dice.uniform(0.85, 0.99), 0.97]), dice.uniform(1, 6)
        for number in range(seeds):
            run = replace(
                a_run(),
                experiment=arm.seeded(number),
                test_accuracy=min(round(300 * (level + dice.gauss(0, 0.006))), 300) / 300,
                seconds=pace,
            )
            runs[run.key] = run
    return Results(comparison, runs)


@cache
def tradeoff(count, seed, measure):
    return charted(results(count, seed), measure).draw(Look())


def charted(found, measure):
    """The chart, with a latency for every network."""
    latencies = tuple(
        (arm, 100 * next(iter(found.of(arm).values())).seconds) for arm in found.comparison.arms
    )
    return figures.tradeoff(found, measure, latencies)


@dataclass(frozen=True)
class Box:
    left: float
    right: float
    top: float
    bottom: float

    def distance(self, other):
        across = max(self.left - other.right, other.left - self.right, 0)
        down = max(self.top - other.bottom, other.top - self.bottom, 0)
        return math.hypot(across, down)


def point(x, y):
    return Box(x, x, y, y)


def touching(figure):
    """Whether two marks stand on each other, so that no label is nearer to one than the other."""
    places = list(drawn(figure, 640)[0].values())
    return any(one.distance(other) < 12 for one, other in combinations(places, 2))


def drawn(figure, width):
    """Marks and labels in px of a figure so many px wide: name -> point, name -> box."""
    # read once: each attribute of a figure's is looked up anew by its path
    layout = figure.to_plotly_json()["layout"]
    margin, height = layout["margin"], layout["height"]
    (leftmost, rightmost), (lowest, highest) = layout["xaxis"]["range"], layout["yaxis"]["range"]
    inner = width - margin["l"] - margin["r"], height - margin["t"] - margin["b"]

    def across(logarithm):
        return margin["l"] + inner[0] * (logarithm - leftmost) / (rightmost - leftmost)

    def down(value):
        return margin["t"] + inner[1] * (highest - value) / (highest - lowest)

    marks = {
        says.split(":")[0]: point(across(math.log10(x)), down(y))
        for trace in figure.data
        if trace.mode == "markers" and trace.error_y.array is not None
        for x, y, says in zip(trace.x, trace.y, trace.hovertemplate, strict=True)
    }
    several = len({name.split(" + ")[1] for name in marks}) > 1
    labels = {}
    for note in layout["annotations"]:
        text = note["text"]
        name = text if several else f"{text} + {next(iter(marks)).split(' + ')[1]}"
        x, y = across(note["x"]), down(note["y"])
        x += note.get("ax") or 0 if note["showarrow"] else note.get("xshift") or 0
        y += note.get("ay") or 0 if note["showarrow"] else -(note.get("yshift") or 0)
        length = LETTER * len(text)
        left = x - {"left": 0, "center": length / 2, "right": length}[note["xanchor"]]
        labels[name] = Box(left, left + length, y - HALF_HIGH, y + HALF_HIGH)
    return marks, labels


CASES = [(count, seed) for count in SIZES for seed in range(6)]


@pytest.mark.parametrize("measure", Measure)
@pytest.mark.parametrize("width", WIDTHS)
def test_no_label_is_nearer_to_another_mark_than_to_its_own(width, measure):
    wrong = []
    for count, seed in CASES:
        marks, labels = drawn(tradeoff(count, seed, measure), width)
        for name, box in labels.items():
            own = marks[name]
            for other, mark in marks.items():
                # marks that lie on each other are one to the eye
                if own.distance(mark) > 2 and box.distance(mark) < box.distance(own) - 0.01:
                    wrong.append((count, seed, name, other))
    assert [] == wrong


@pytest.mark.parametrize("measure", Measure)
@pytest.mark.parametrize("width", WIDTHS)
def test_no_two_labels_overlap_and_all_are_inside_the_figure(width, measure):
    wrong = []
    for count, seed in CASES:
        _, labels = drawn(tradeoff(count, seed, measure), width)
        wrong += [
            (count, seed, *pair)
            for pair in combinations(labels, 2)
            if labels[pair[0]].distance(labels[pair[1]]) == 0
        ]
        wrong += [
            (count, seed, name)
            for name, box in labels.items()
            # beside the plot stand the numbers of its axis
            if box.left < 64 or box.right > width or box.top < 0
        ]
    assert [] == wrong


def on_the_front(found, measure):
    """Networks that are both cheapest and most accurate up to their cost, from the table."""
    rows = charted(found, measure).rows
    several = len({row.head for row in rows}) > 1
    return [
        POOLINGS[arm.pooling].label + (f" + {HEADS[arm.head].label}" if several else "")
        for arm, row in zip(found.comparison.arms, rows, strict=True)
        if row.on_the_front
    ]


@pytest.mark.parametrize("measure", Measure)
def test_only_the_front_and_the_reference_are_labelled(measure):
    for count, seed in CASES:
        found = results(count, seed)
        first = found.comparison.arms[0]
        several = len({arm.head for arm in found.comparison.arms}) > 1
        reference = POOLINGS[first.pooling].label
        reference += f" + {HEADS[first.head].label}" if several else ""
        figure = tradeoff(count, seed, measure)
        texts = {note.text for note in figure.layout.annotations}
        assert texts <= {reference, *on_the_front(found, measure)}
        # few networks leave room for all of them, unless their marks touch
        assert count > 4 or touching(figure) or texts == {reference, *on_the_front(found, measure)}
        # the caption has all of the front, also those without room
        caption = charted(found, measure).caption.lower()
        assert all(name.lower() in caption for name in on_the_front(found, measure))
        # the pointer gets the others
        marks, _ = drawn(figure, 640)
        assert len(found.comparison.arms) == len(marks)


@pytest.mark.parametrize("measure", Measure)
def test_the_caption_explains_a_dotted_line_if_and_only_if_one_is_drawn(measure):
    seen = set()
    for count, seed in CASES:
        found = results(count, seed)
        figure = tradeoff(count, seed, measure)
        lines = [trace for trace in figure.data if trace.mode == "lines" and len(set(trace.x)) > 1]
        assert bool(lines) is ("Dotted" in charted(found, measure).caption)
        seen.add(bool(lines))
    assert {False, True} == seen


def test_a_label_that_was_moved_has_a_thin_line_to_its_mark():
    moved = 0
    for count, seed in CASES:
        figure = tradeoff(count, seed, Measure.SECONDS)
        marks, labels = drawn(figure, 640)
        several = len({name.split(" + ")[1] for name in marks}) > 1
        for note in figure.layout.annotations:
            name = note.text if several else f"{note.text} + GAP"
            far = labels[name].distance(marks[name]) > 13
            assert far <= note.showarrow
            if note.showarrow:
                moved += 1
                assert (0, 1) == (note.arrowhead, note.arrowwidth)
    assert moved > 0


def test_only_networks_whose_latency_was_measured_stand_against_it():
    found = results(4, 0)
    first, second, *_ = found.comparison.arms
    chart = figures.tradeoff(found, Measure.LATENCY, ((first, 0.25), (second, 0.5)))
    assert [0.25, 0.5] == [row.latency_milliseconds for row in chart.rows]
    assert "0.25 ms" in chart.alt
    assert "Measured on this server" in chart.caption
    assert [] == figures.tradeoff(found, Measure.LATENCY).rows
    assert {None} == {
        row.latency_milliseconds for row in figures.tradeoff(found, Measure.MACS).rows
    }


def test_dropout_tells_two_networks_apart():
    compared = Comparison.of(
        [Experiment.from_flat({"head": "flatten", "dropout": d}) for d in ("none", "head")], [0, 1]
    )
    runs = [
        replace(a_run(), experiment=arm.seeded(seed), test_accuracy=0.9 + 0.05 * n, seconds=1 + n)
        for n, arm in enumerate(compared.arms)
        for seed in (0, 1)
    ]
    figure = figures.tradeoff(
        Results(compared, {run.key: run for run in runs}), Measure.SECONDS
    ).draw(Look())
    assert ["Max", "Max, dropout in the head"] == sorted(n.text for n in figure.layout.annotations)


# ends of lines


def ends(figure):
    """Where the labels at the right stand that were moved, and where the thin lines lead to."""
    layout = figure.layout
    low, high = layout.yaxis.range
    unit = (high - low) / (layout.height - layout.margin.t - layout.margin.b)
    logarithmic = layout.yaxis.type == "log"

    def place(value):
        return math.log10(value) if logarithmic else value

    lines = [(place(s.y0), place(s.y1)) for s in layout.shapes if s.xsizemode == "pixel"]
    return unit, [note.y for note in layout.annotations], lines


def test_a_thin_line_leads_from_the_end_of_a_curve_to_a_label_that_was_moved():
    found = results(8, 0)
    figure = figures.accuracy_curves(found, found.comparison.facets[0]).draw(Look())
    unit, labels, lines = ends(figure)
    last = [trace.y[-1] for trace in figure.data if trace.mode == "lines+markers"]
    moved = {
        (round(end, 2), round(label, 6))
        for end, label in zip(last, labels, strict=True)
        if abs(end - label) > 4.5 * unit
    }
    assert moved
    assert moved <= {(round(end, 2), round(label, 6)) for end, label in lines}


@pytest.mark.parametrize("widths", ["4", "16,32", "16,32,64", "64,128,256"])
def test_a_thin_line_leads_from_the_end_of_a_head_to_a_label_that_was_moved(widths):
    arm = Arm(Experiment.from_flat({"widths": widths, "dataset": "shapes"}))
    figure = figures.growth(arm).draw(Look())
    unit, labels, lines = ends(figure)
    last = [math.log10(trace.y[-1]) for trace in figure.data]
    for end, label in zip(last, labels, strict=True):
        near = [line for line in lines if line == pytest.approx((end, label))]
        assert (abs(end - label) > 4 * unit) is bool(near)


@pytest.mark.parametrize("scale", [1.0, 1.25])
def test_the_name_of_a_head_is_nearest_to_its_own_dot_whatever_lies_in_the_row_above(scale):
    # the lowest row, and the one above it, as accurate as each other
    compared = Comparison.of(
        [
            Experiment.from_flat({"pooling": pooling, "head": head})
            for pooling in POOLINGS
            for head in ("gap", "flatten")
        ],
        range(2),
    )
    runs = [
        replace(a_run(), experiment=arm.seeded(seed), test_accuracy=0.9)
        for arm in compared.arms
        for seed in (0, 1)
    ]
    found = Results(compared, {run.key: run for run in runs})
    figure = figures.accuracy_by_head(found).draw(Look(scale=scale))
    layout = figure.layout
    high, low = layout.yaxis.range
    unit = (layout.height - layout.margin.t - layout.margin.b) / (high - low)
    dots = [(x, y * unit) for trace in figure.data for x, y in zip(trace.x, trace.y, strict=True)]
    for note in layout.annotations:
        middle = note.y * unit - note.yshift
        box = Box(note.x, note.x, middle - HALF_HIGH * scale, middle + HALF_HIGH * scale)
        away = sorted((box.distance(point(x, y)), y / unit) for x, y in dots)
        assert pytest.approx(note.y) == away[0][1]
        assert away[0][0] < away[1][0]


@pytest.mark.parametrize("pooling", ["conv", "conv-max", "lip", "gated"])
@pytest.mark.parametrize("widths", ["16,32", "16,32,64", "32,32,32", "8,8,8,8"])
@pytest.mark.parametrize("width", WIDTHS)
def test_names_over_the_parts_of_a_bar_do_not_overlap(pooling, widths, width):
    arm = Arm(Experiment.from_flat({"pooling": pooling, "widths": widths, "dataset": "shapes"}))
    figure = figures.parameter_bars([arm]).draw(Look())
    margin, (_, high) = figure.layout.margin, figure.layout.xaxis.range
    unit = (width - margin.l - margin.r) / high
    boxes = [
        Box(note.x * unit - length, note.x * unit + length, 0, 1)
        for note in figure.layout.annotations
        if "pool" in note.text
        for length in [LETTER * len(note.text) / 2]
    ]
    assert all(a.distance(b) > 0 for a, b in combinations(boxes, 2))
    assert all(-margin.l < box.left and box.right * 1 < width - margin.l for box in boxes)
