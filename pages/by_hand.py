"""By hand: what does each operator do to a few numbers, and to whom does the gradient go?"""

import numpy as np
import streamlit as st
from PIL import Image

from core import figures
from core.analyses.hand import between, outputs_of, plain, window_values
from core.catalog import POOLINGS, DatasetEntry, Pooling
from core.data.pictures import UPLOAD_ENDINGS, fitted, inverted, is_negative, uploaded
from core.errors import ConfigError
from core.sentences.headlines import routing_headline
from core.settings import PROJECT
from core.words import join, size
from pages.shared import controls, frame
from pages.shared.problems import literal

PATCH, DIGIT, LINE, EDGE = "patch", "digit", "line", "edge"
OWN, UPLOAD = "own", "upload"
OWN_SIDES = (4, 6, 8)
UPLOAD_SIDE = 12
"""rows and columns to which an upload is reduced: every number must be readable"""
WHITE = 16
SHOWN = 8
"""operators at once"""
ROUTING_HELP = """
Number: the input value. Fill: how much of the gradient this cell gets when every output gets 1,
from none to all of it; where a share is negative, blue is positive and red negative. Boxes: the
windows.
"""
STEPS_HELP = """
Play, or move the slider: the window walks over the input, and each line fills the numbers of the
window into the formula of an operator. It runs in your browser.
"""
START = [[0, 5, 13, 9], [0, 13, 15, 10], [0, 3, 15, 2], [4, 12, 0, 8]]


def main() -> None:
    """Draw the page."""
    with st.spinner("Loading PyTorch, once…"):
        from core.analyses import operate
    comparison = controls.comparison()
    model = comparison.arms[0].experiment.model
    side, stride = model.pool_size, model.pool_stride
    chosen = list(dict.fromkeys(arm.pooling for arm in comparison.arms))
    poolings = [pooling for pooling in chosen if operate.is_worked(pooling)][:SHOWN]
    top = st.container()
    grid, padding, cell = _input(side, stride, comparison.arms[0].experiment.data.entry)
    worked = [operate.work(pooling, grid, side, stride, padding, cell) for pooling in poolings]
    with top:
        frame.top(
            "By hand: what does the operator do to a few numbers?",
            routing_headline([(each.pooling, each.reached, each.gradient.size) for each in worked]),
            f":gray[A {size(*grid.shape)} grid, windows of {size(side, side)}, stride {stride}"
            f"{f', padding {padding}' if padding else ''} (in Advanced)]",
        )
    if not worked:
        st.caption("Strided lets the block's own convolution take the stride: nothing is pooled.")
        return
    with frame.grid(len(worked) if len(worked) <= 4 else 3, min_column_width=210):  # noqa: PLR2004
        for each in worked:
            with frame.card(
                f"{frame.mark(each.pooling)} {POOLINGS[each.pooling].label}",
                reading=ROUTING_HELP,
                key=f"routing {each.pooling}",
            ):
                figure = figures.routing(each, side, stride, **frame.look())
                frame.chart(figure, figures.routing_alt(each), f"routing {each.pooling}")
                st.caption(_routing_caption(each.outputs, each.reached, each.gradient.size))
    left, right = frame.columns((1, 1))
    with left, frame.card("Window by window", reading=STEPS_HELP):
        if padding:
            st.caption("Without padding the windows can be stepped through.")
        else:
            figure = figures.steps(worked, side, stride, **frame.look())
            frame.chart(figure, "An animation of the window over the input.", "steps")
    with right:
        _sizes(grid, side, stride, padding)
        _temperature(grid, side, stride)
    with frame.grid(2, min_column_width=420):
        _additive(poolings, grid, side, stride)
        _contrast(poolings, side, stride)


def _input(
    side: int, stride: int, entry: DatasetEntry
) -> tuple[np.ndarray, int, tuple[int, int] | None]:
    """The grid of numbers, the padding, and the output that gets gradient."""
    with frame.settings_row():
        kind = frame.one_of(
            "Input",
            [PATCH, DIGIT, LINE, EDGE, OWN, UPLOAD],
            "grid",
            help_="**patch**: 4 × 4 of a digit; **digit**: all of it; **line**: one light column; "
            "**edge**: dark to light; **own**: numbers that you type; **upload**: an image of "
            f"yours, reduced to {UPLOAD_SIDE} × {UPLOAD_SIDE} shades.",
            wraps=True,
        )
        invert = st.toggle("Invert", key="invert", bind="query-params", help="16 − x.")
        padding = st.slider("Padding", 0, 2, 0, key="hand_padding", bind="query-params", width=130)
        single = st.toggle(
            "One output only",
            key="one_output",
            bind="query-params",
            help="Send the gradient from the output in the middle, not from all.",
        )
    grid = _grid(kind, entry)
    if invert:
        grid = 16 - grid
    rows, columns = (outputs_of(n, side, stride, padding) for n in grid.shape)
    middle = (max(rows, 1) // 2, max(columns, 1) // 2)
    return grid, padding, middle if single else None


def _grid(kind: str, entry: DatasetEntry) -> np.ndarray:
    if kind == OWN:
        return _own()
    if kind == UPLOAD:
        return _upload(entry)
    if kind == LINE:
        grid = np.zeros((6, 6))
        grid[:, 2] = 16
        return grid
    if kind == EDGE:
        return np.tile(np.array([0.0, 0, 0, 16, 16, 16]), (6, 1))
    with Image.open(PROJECT / "assets" / "samples" / "digits.png") as image:
        whole = (np.asarray(image).astype(float) * 16 / 255).round()
    return whole if kind == DIGIT else whole[2:6, 2:6]


def _own() -> np.ndarray:
    """Numbers that a visitor types."""
    side = frame.one_of("Size", OWN_SIDES, "own_side")
    with Image.open(PROJECT / "assets" / "samples" / "digits.png") as image:
        whole = (np.asarray(image).astype(float) * 16 / 255).round()
    start = np.array(START, dtype=float) if side == len(START) else whole[:side, :side]
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
        said = "; ".join(remarks)
        st.caption(f"{said[0].upper()}{said[1:]}.")
    return shades[0].astype(float)


def _routing_caption(outputs: np.ndarray, reached: int, cells: int) -> str:
    shown = ", ".join(plain(value) for value in outputs.ravel()[:4])
    more = ", …" if outputs.size > 4 else ""  # noqa: PLR2004
    share = f"{reached / cells:.0%}".replace("%", f"{frame.NO_BREAK}%")
    return f"Output {shown}{more}. Gradient reaches {share} of the cells."


def _sizes(grid: np.ndarray, side: int, stride: int, padding: int) -> None:
    with frame.card("How many outputs"):
        n = grid.shape[0]
        rows = outputs_of(n, side, stride, padding)
        # two lines: a telephone is narrow
        st.latex(r"\left\lfloor \frac{n + 2p - f}{s} \right\rfloor + 1")
        st.latex(
            rf"= \left\lfloor \frac{{{n} + 2\cdot{padding} - {side}}}{{{stride}}} "
            rf"\right\rfloor + 1 = {rows}"
        )
        left = n + 2 * padding - (side + (rows - 1) * stride)
        st.caption(
            f"n = {n} rows, window f = {side}, stride s = {stride}, padding p = {padding}. "
            + (
                f"The floor drops {left} of them: shaded above."
                if left > 0
                else "Every row is read."
            )
            + f" A convolution without padding and with stride 1 gives n − f + 1 = {n - side + 1}."
        )


def _additive(poolings: list[Pooling], grid: np.ndarray, side: int, stride: int) -> None:
    from core.analyses.operate import additivity, as_convolution, work

    with frame.card("Which of them is a convolution?"):
        rows = []
        for pooling in poolings:
            found = additivity(pooling, grid, side, stride)
            rows.append(
                {
                    "operator": POOLINGS[pooling].label,
                    "f(x + y)": plain(found.together),
                    "f(x) + f(y)": plain(found.apart),
                    "additive here": "yes" if found.largest < 1e-9 else "no",  # noqa: PLR2004
                }
            )
        st.dataframe(rows, hide_index=True, key="additive")
        average = work(Pooling.AVERAGE, grid, side, stride).outputs
        gap = float(np.abs(average - as_convolution(grid, side, stride)).max())
        same = "the same numbers" if gap < 1e-9 else f"different by {gap:.2g}"  # noqa: PLR2004
        st.caption(
            f"First window; y is the grid turned by a quarter. A convolution is additive whatever "
            f"the numbers, so an operator that is not additive here is no convolution. Average "
            f"against a convolution with weights 1/{side * side}: {same}."
        )


def _contrast(poolings: list[Pooling], side: int, stride: int) -> None:
    from core.analyses.operate import contrast_kept

    with frame.card("What is left of a thin line"):
        rows = [
            {
                "operator": POOLINGS[pooling].label,
                "light on dark": f"{contrast_kept(pooling, side, stride, light=True):.0%}".replace(
                    "%", " %"
                ),
                "dark on light": f"{contrast_kept(pooling, side, stride, light=False):.0%}".replace(
                    "%", " %"
                ),
            }
            for pooling in poolings
        ]
        st.dataframe(rows, hide_index=True, key="contrast")
        lost = [r["operator"] for r in rows if r["dark on light"] == "0 %"]
        st.caption(
            "Contrast of a line one pixel wide after pooling, as a share of what it was; the "
            "border left out."
            + (
                f" A dark line is lost with {join([each.lower() for each in lost])}."
                if lost
                else ""
            )
        )


def _temperature(grid: np.ndarray, side: int, stride: int) -> None:
    with frame.card("From average to max"):
        t = st.slider("Temperature t", 0.0, 3.0, 0.5, 0.05, key="temperature", bind="query-params")
        values = next(iter(window_values(grid, side, stride).values()))
        mean, soft = plain(sum(values) / len(values)), plain(between(values, t))
        st.markdown(
            f"First window {', '.join(map(plain, values))}: mean **{mean}**, at t = {t:g} "
            f"**{soft}**, largest **{plain(max(values))}**."
        )
        st.latex(r"y = \sum_i \frac{e^{t x_i}}{\sum_j e^{t x_j}}\, x_i")
        st.caption("t = 0 is average pooling, t = 1 SoftPool, t → ∞ max pooling.")


main()
