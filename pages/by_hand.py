"""By hand: what does each operator do to a few numbers, and to whom does the gradient go?"""

import numpy as np
import streamlit as st
from PIL import Image

from core import figures
from core.analyses.hand import UNTRAINED, Worked, first_window, shown_remarks
from core.analyses.reading import unread_sentence
from core.catalog import POOLINGS, DatasetEntry, Padding, Pooling
from core.errors import ConfigError
from core.pictures import UPLOAD_ENDINGS, fitted, inverted, is_negative, uploaded
from core.sentences.headlines import routing_headline
from core.settings import PROJECT
from core.words import capitalised, number_word, size
from pages.cards import hand
from pages.shared import controls, frame
from pages.shared.problems import literal

PATCH, DIGIT, LINE, EDGE = "patch", "digit", "line", "edge"
OWN, UPLOAD = "own", "upload"
OWN_SIDES = (4, 6, 8)
UPLOAD_SIDE = 12
"""rows and columns to which an upload is reduced: every number must be readable"""
WHITE = 16
"""the lightest number of a grid"""
OPERATORS_SHOWN = 8
CARD_WIDTH, GRID_WIDTH = 460, 125
"""px: of a card with three grids, and of a grid in it; on a telephone they stand in two rows"""
GRIDS = {
    "Input": figures.hand_input,
    "Output": figures.hand_output,
    "Gradient": figures.hand_gradient,
}
ROUTING_HELP = """
**Input**: the numbers, and as boxes the windows that this operator reads, where they do not
overlap; zeros around the grid are padding, and what no window reads is shaded. **Output**: one
number for each window, on the same colour scale. **Gradient**: how much each cell gets when every
output gets 1; where a share is negative, blue is positive and red negative.
"""
STEPS_HELP = """
Press Play, or move the slider: the boxes show what the operators read, and each line fills these
numbers into the formula of an operator. Where operators read different cells, each has a box in
its colour. It runs in your browser.
"""
FIRST_NUMBERS = [[0, 5, 13, 9], [0, 13, 15, 10], [0, 3, 15, 2], [4, 12, 0, 8]]


def main() -> None:
    """Draw the page."""
    with st.spinner("Loading PyTorch, once…"):
        from core.analyses import operate
    comparison = controls.comparison()
    model = comparison.arms[0].experiment.model
    chosen = list(dict.fromkeys(arm.pooling for arm in comparison.arms))
    able = [pooling for pooling in chosen if operate.is_worked(pooling)]
    top = st.container()
    numbers, padding, single, wanted = _controls(able, comparison.arms[0].experiment.data.entry)
    poolings = wanted[:OPERATORS_SHOWN]
    # a convolution without padding leaves its pool as it is
    mode = Padding.CIRCULAR if model.padding is Padding.CIRCULAR else Padding.ZEROS
    pool = hand.Pool(numbers, model.pool_size, model.pool_stride, padding, mode)
    worked = hand.worked(poolings, pool, single=single)
    with top:
        frame.top(
            "By hand: what does the operator do to a few numbers?",
            routing_headline(
                [(each.pooling, each.reached, each.gradient.size) for each in worked],
                first_window(worked),
            ),
            _scene(pool),
        )
        for remark in shown_remarks(chosen, able, poolings):
            st.caption(remark)
    if not worked:
        return
    with frame.grid(min(len(worked), 2), min_column_width=CARD_WIDTH):
        for each in worked:
            _operator(each)
    plain_windows = hand.plain_windows(pool)
    left, right = frame.columns((1, 1))
    with left:
        frame.show(
            "Window by window",
            figures.steps(worked, plain_windows),
            "steps",
            file_name="steps.csv",
            reading=STEPS_HELP,
        )
    with right:
        hand.sizes(worked, pool)
        hand.temperature(plain_windows, pool)
    with frame.grid(2, min_column_width=420):
        hand.additive(poolings, pool)
        hand.contrast(poolings, pool)


def _scene(pool: hand.Pool) -> str:
    side = pool.size
    around = f", padding {pool.padding}" if pool.padding else ""
    mode = f", {pool.mode} border" if pool.mode is not Padding.ZEROS else ""
    return (
        f":gray[Grid {size(*pool.grid.shape)}{around}, windows of {size(side, side)}, stride "
        f"{pool.stride}{mode} (in Advanced)]"
    )


def _operator(worked: Worked) -> None:
    """Input, output and gradient of one operator, side by side or one below the other."""
    pooling = worked.pooling
    label, key = POOLINGS[pooling].label, f"operator {pooling}"
    title = f"{frame.mark(pooling)} {label}"
    charts = {name: chart(worked) for name, chart in GRIDS.items()}
    with frame.card(title, "operator", part=label, reading=ROUTING_HELP) as head:
        with head:
            rows = [row for chart in charts.values() for row in chart.rows]
            frame.numbers(rows, f"{pooling}.csv", key)
        if POOLINGS[pooling].learned:
            st.caption(f"{capitalised(UNTRAINED)}.")
        with st.grid(3, min_column_width=GRID_WIDTH):
            for name, chart in charts.items():
                with st.container(gap="xxsmall"):
                    st.caption(f"**{name}**")
                    frame.draw(chart, f"{name} {pooling}")
        st.caption(_caption(worked))


def _caption(worked: Worked) -> str:
    sentences = [unread_sentence(worked.windows)]
    if worked.windows.overlap and worked.cell is None:
        sentences.append("Its windows overlap, so no boxes are drawn.")
    sentences.append(f"Gradient reaches {worked.reached} of {worked.gradient.size} cells.")
    return " ".join(sentences)


def _controls(
    able: list[Pooling], entry: DatasetEntry
) -> tuple[np.ndarray, int, bool, list[Pooling]]:
    """The grid of numbers, the padding, whether one output gets gradient, and the operators."""
    with frame.settings_row():
        kind = frame.one_of(
            "Input",
            [PATCH, DIGIT, LINE, EDGE, OWN, UPLOAD],
            "grid",
            help_="**patch**: 4 × 4 of a digit; **digit**: all of it; **line**: one light column; "
            "**edge**: dark to light; **own**: type your own; **upload**: an image of yours, "
            f"reduced to {UPLOAD_SIDE} × {UPLOAD_SIDE} shades.",
            wraps=True,
        )
        invert = st.toggle(
            "Swap light and dark",
            key="invert",
            bind="query-params",
            help="Each value x becomes 16 − x.",
        )
        padding = st.slider("Padding", 0, 2, 0, key="hand_padding", bind="query-params", width=130)
        single = st.toggle(
            "Gradient of one output",
            key="one_output",
            bind="query-params",
            help="Send the gradient from the output in the middle, not from all.",
        )
        wanted = st.multiselect(
            "Operators shown",
            [str(pooling) for pooling in able],
            key="operators",
            bind="query-params",
            max_selections=OPERATORS_SHOWN,
            placeholder=f"the first {number_word(OPERATORS_SHOWN)}",
            width=320,
            help=f"Up to {number_word(OPERATORS_SHOWN)} of the strategies chosen in the sidebar.",
        )
    numbers = _grid(kind, entry)
    if invert:
        numbers = WHITE - numbers
    poolings = [pooling for pooling in able if str(pooling) in wanted] or able
    return numbers, padding, single, poolings


def _grid(kind: str, entry: DatasetEntry) -> np.ndarray:
    if kind == OWN:
        return _own()
    if kind == UPLOAD:
        return _upload(entry)
    if kind == LINE:
        grid = np.zeros((6, 6))
        grid[:, 2] = WHITE
        return grid
    if kind == EDGE:
        return np.tile(np.array([0.0, 0, 0, *(WHITE,) * 3]), (6, 1))
    return _digit() if kind == DIGIT else _digit()[2:6, 2:6]


def _digit() -> np.ndarray:
    with Image.open(PROJECT / "assets" / "samples" / "digits.png") as image:
        return (np.asarray(image).astype(float) * WHITE / 255).round()


def _own() -> np.ndarray:
    """Numbers that a visitor types."""
    side = frame.one_of("Size", OWN_SIDES, "own_side")
    start = (
        np.array(FIRST_NUMBERS, dtype=float)
        if side == len(FIRST_NUMBERS)
        else _digit()[:side, :side]
    )
    edited = st.data_editor(
        [dict(zip("abcdefgh", row, strict=False)) for row in start.tolist()],
        hide_index=True,
        key=f"own_numbers {side}",
        width=80 * side,
    )
    return np.array([[float(v or 0) for v in row.values()] for row in edited])


def _upload(entry: DatasetEntry) -> np.ndarray:
    """An image of the visitor's, as shades from 0 to 16; zeros until there is one."""
    with st.container(width=420):
        given = st.file_uploader(
            "An image", list(UPLOAD_ENDINGS), key="hand_upload", max_upload_size=2
        )
    empty = np.zeros((UPLOAD_SIDE, UPLOAD_SIDE))
    if given is None:
        st.caption("Up to 2 MB. It stays in memory. Until you choose one, the grid is empty.")
        return empty
    try:
        picture = uploaded(given.getvalue())
    except ConfigError as error:
        st.error(literal(str(error)), icon=":material/error:")
        return empty
    remarks = list(picture.remarks)
    shades = fitted(picture.image, (1, UPLOAD_SIDE, UPLOAD_SIDE), WHITE)
    ground = [level * WHITE / entry.white for level in entry.background]
    if not entry.photographs and is_negative(shades, ground, WHITE):
        remarks.append("inverted to match the training images (Invert turns it back)")
        shades = inverted(shades, WHITE)
    if remarks:
        st.caption(f"{capitalised('; '.join(remarks))}.")
    grid: np.ndarray = shades[0].astype(float)
    return grid


main()
