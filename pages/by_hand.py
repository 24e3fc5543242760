"""By hand: what does each operator do to a few numbers, and which cells get the gradient?"""

import streamlit as st

from core import figures
from core.analyses.hand import (
    UNTRAINED,
    ByHand,
    Grid,
    Numbers,
    Worked,
    first_window,
    is_worked,
    shown_remarks,
)
from core.analyses.reading import unread_sentence
from core.catalog import POOLINGS, Padding
from core.sentences.headlines import routing_headline
from core.words import capitalised, size
from pages.cards import grid, hand, touched
from pages.shared import cached, controls, exports, frame

BY_HAND_QUESTION = "By hand: what does the operator do to a few numbers?"
CARD_WIDTH, LEAST_GRID_WIDTH = 460, 125
"""px: a card with three grids, and one grid in it; a phone shows the grids in two rows"""
GRIDS = {
    "Input": figures.hand_input,
    "Output": figures.hand_output,
    "Gradient": figures.hand_gradient,
}
ROUTING_HELP = """
**Input**: the numbers. Boxes mark the windows that this operator reads, unless they overlap; zeros
around the grid are padding, and cells that no window reads are shaded. **Output**: one number for
each window, on the same colour scale. **Gradient**: how much each cell receives when every output
receives 1; if any share is negative, blue is positive and red negative.

Touch an output, or a number that it reads: the cells that it was computed from are framed in every
card, the formula stands below with their numbers, and the gradient shows what this output alone
sends back. Press to hold it, Escape to let go; the arrow keys do the same on the line below.
"""
STEPS_HELP = """
Press Play or move the slider: the boxes show what the operators read, and each line puts these
numbers into the formula of one operator. Where operators read different cells, each has a box in
its own colour. The animation runs in your browser.
"""


def main() -> None:
    """Draw the page."""
    comparison = controls.comparison()
    experiment = comparison.arms[0].experiment
    chosen = list(dict.fromkeys(arm.pooling for arm in comparison.arms))
    able = [pooling for pooling in chosen if is_worked(pooling)]
    top = st.container()
    asked = grid.controls(able, experiment.data.entry)
    numbers = Grid.of(asked.numbers, experiment.model, asked.padding)
    results = hand.by_hand(asked.poolings, numbers, single=asked.single)
    worked = results.worked
    with top:
        gradients = [(item.pooling, item.reached, item.gradient.size) for item in worked]
        frame.top(
            BY_HAND_QUESTION,
            routing_headline(gradients, first_window(worked)),
            _scene(numbers),
        )
        for remark in shown_remarks(chosen, able, asked.poolings):
            st.caption(remark)
    if worked:
        _cards(results, numbers)


def _cards(results: ByHand, numbers: Grid) -> None:
    worked = results.worked
    with frame.grid(min(len(worked), 2), min_column_width=CARD_WIDTH):
        for operator in worked:
            _operator(operator, results.shares[operator.pooling])
    left, right = frame.columns((1, 1))
    with left:
        frame.show(
            "Window by window",
            cached.chart(figures.steps, worked, results.plain_windows),
            "steps",
            file_name="steps.csv",
            reading=STEPS_HELP,
        )
    with right:
        hand.sizes(worked, numbers)
        hand.temperature(results.plain_windows, numbers)
    with frame.grid(2, min_column_width=420):
        hand.additive(results, numbers)
        hand.contrast(results.contrast)


def _scene(numbers: Grid) -> str:
    side = numbers.size
    around = f", padding {numbers.padding}" if numbers.padding else ""
    mode = f", {numbers.mode} border" if numbers.mode is not Padding.ZEROS else ""
    return (
        f":gray[Grid {size(*numbers.numbers.shape)}{around}, windows of {size(side, side)}, stride "
        f"{numbers.stride}{mode} (in Advanced)]"
    )


def _operator(worked: Worked, shares: Numbers) -> None:
    """Draw input, output and gradient of one operator, side by side where there is room."""
    pooling = worked.pooling
    label, key = POOLINGS[pooling].label, f"operator {pooling}"
    title = f"{frame.mark(pooling)} {label}"
    charts = {name: cached.chart(make, worked) for name, make in GRIDS.items()}
    with frame.card(title, "operator", part=label, reading=ROUTING_HELP) as head:
        with head:
            rows = [row for chart in charts.values() for row in chart.rows]
            exports.menu(
                rows,
                f"{pooling}.csv",
                key,
                title=f"{title}: {', '.join(charts)}",
                caption=_caption(worked),
                figures=[f"{name} {pooling}" for name in charts],
            )
        if POOLINGS[pooling].learned:
            st.caption(f"{capitalised(UNTRAINED)}.")
        with st.grid(3, min_column_width=LEAST_GRID_WIDTH):
            for name, chart in charts.items():
                with st.container(gap="xxsmall"):
                    st.caption(f"**{name}**")
                    frame.draw(chart, f"{name} {pooling}")
        figures_of = {name.lower(): f"plot {name} {pooling}" for name in charts}
        touched.outputs(worked, shares, figures_of)
        st.caption(_caption(worked))


def _caption(worked: Worked) -> str:
    sentences = [unread_sentence(worked.windows)]
    if worked.windows.overlap and worked.cell is None:
        sentences.append("Its windows overlap, so no boxes are drawn.")
    sentences.append(f"Gradient reaches {worked.reached} of {worked.gradient.size} cells.")
    return " ".join(sentences)


main()
