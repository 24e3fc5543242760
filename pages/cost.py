"""Cost: what does each strategy need, in parameters, MACs, memory and receptive field?"""

from collections.abc import Sequence

import numpy as np
import streamlit as st
from numpy.typing import NDArray
from PIL import Image

from core import figures
from core.analyses import EffectiveField, EffectiveFieldRequest, TimesRequest
from core.comparison import Arm
from core.comparison.ledger import (
    LEDGER_COLUMNS,
    QUANTITIES,
    Column,
    architecture_of,
    readable,
    side_by_side,
)
from core.figures import Measure
from core.figures.times import latency_rows, timed_rows
from core.network.pytorch_code import torch_code
from core.network.receptive_field import fields
from core.sentences.cost import cost_headline, two_costs
from core.settings import PROJECT
from core.words import count, plural
from pages.cards import decision
from pages.cards.latency import Timed, distinct
from pages.shared import cached, chooser, computing, exports, frame, instead, jobs, words
from pages.shared.parameters import LEDGER_ALL, LEDGER_LATENCY, LEDGER_TIME

PARAMETERS_HELP = """
Each bar is one network, from its first layer to its last: convolutions are grey, learned parameters
of a pool have the colour of its strategy, dense layers are hatched. Networks with the same
parameters share a row.
"""
TRADEOFF_HELP = """
Up is more accurate, left is cheaper. The dotted steps join the networks that no other network beats
in both (the efficient frontier), if there are at least two; labels name these, and the two networks
that the next card compares.
Bars: 95 % interval of the mean over seeds. Parameters and MACs are counted from the architecture;
seconds were measured during training, on the machine that trained; latency is measured on this
server, for one image on one thread.
"""
TWO_COSTS_HELP = """
Any network against any other: strategies or heads. All of it is counted from the architecture, for
one image. The ratio is the network by the one that it is compared with.
"""
THEORY, EFFECTIVE = "theory", "effective"
FIELD_HELP = """
**Theory**: the solid square is the part of the image that the middle cell of the chosen layer can
see; dotted squares are those of the layers before it. With circular padding, and always with APS,
a field that crosses the border continues on the other side. **Effective**: what a trained network
makes of it, as the share of each pixel in the gradient of that cell, over 100 test images (Luo et
al. 2016).
"""
TIME_ROUNDS = 5
CODE_HEIGHT = 620
"""px: about thirty lines, so that a class of the network is seen at once"""
GROWTH_HELP = """
Flatten gives every value of the last map its own weight, so its dense layer grows with the area of
the image. GAP passes on one value per channel, whatever the size. flatten-matched first reduces the
channels until the head costs about as much as GAP, or until one channel is left.
"""


def main() -> None:
    """Draw the page."""
    shown = instead.shown()
    results = shown.chosen
    arms = distinct(results.comparison.arms)
    frame.top(
        "Cost: what does each strategy need?",
        cost_headline(results),
        frame.scene(results),
    )
    jobs.missing_runs(results)
    jobs.diverged(results.diverged)
    timed = Timed.of(shown.results.comparison.arms)
    decision.card(shown, timed)
    _parameters(arms)
    with frame.grid(2, min_column_width=420):
        left, right = st.container(height="stretch"), st.container(height="stretch")
        # its choice has labels in the figure on the left
        with right:
            two = _two(results.comparison.arms)
        with left:
            _tradeoff(shown, timed, two)
        _field(arms, shown)
        _growth(arms[0])
    _ledger(arms)
    _code(arms)


def _parameters(arms: list[Arm]) -> None:
    frame.show(
        "Where the parameters sit",
        cached.chart(figures.parameter_bars, tuple(arms)),
        "parameters",
        file_name="parameters.csv",
        reading=PARAMETERS_HELP,
    )


def _two(arms: Sequence[Arm]) -> tuple[Arm, ...]:
    """Draw what any two networks cost, one against the other; return them, or the only one."""
    with frame.card("Any two networks", "two costs", reading=TWO_COSTS_HELP):
        if len(arms) == 1:
            st.caption("Choose a second network to see what differs.")
            return tuple(arms)
        one, other = chooser.two(arms)
        if said := two_costs(one, other):
            st.markdown(words.marked(frame.written(said)))
        chooser.what_differs(one, other)
    return one, other


def _tradeoff(shown: instead.Shown, timed: Timed, two: tuple[Arm, ...]) -> None:
    with frame.card("Accuracy against cost", "tradeoff", reading=TRADEOFF_HELP) as head:
        measure = Measure(frame.one_of("Cost", list(map(str, Measure)), "against", named=False))
        known = tuple(timed.milliseconds.items())
        if measure is Measure.LATENCY and shown.results.runs and not known:
            timed.offer("measure_against")
            return
        chart = cached.chart(figures.tradeoff, shown.results, measure, known, two)
        if chart.rows:
            instead.name(shown)
            frame.caution(shown.results)
        frame.fill(
            head,
            chart,
            "tradeoff",
            file_name="tradeoff.csv",
            untrained="This comparison",
            interval=figures.Reading.MEANS,
        )


def _field(arms: list[Arm], shown: instead.Shown) -> None:
    title = "How much of the image one cell sees"
    with frame.card(title, "field", reading=FIELD_HELP) as head:
        arm = _choose("Network", arms, "field_of")
        layers = fields(architecture_of(arm), arm.experiment.model)
        offered = [field.layer for field in layers]
        last = offered[-1]
        frame.forget_others("field_layer", last, offered)
        layer = frame.one_of("Layer", offered, "field_layer", default=last, named=False, wraps=True)
        kind = frame.one_of("Field", [THEORY, EFFECTIVE], "field", named=False)
        effective = _effective(arm, shown) if kind == EFFECTIVE else None
        shares = None if effective is None else np.array(effective.shares[layer])
        chart = figures.field_squares(_sample(arm), layers, offered.index(layer), shares)
        frame.fill(head, chart, "field squares", file_name="fields.csv")


def _effective(arm: Arm, shown: instead.Shown) -> EffectiveField | None:
    """The effective fields of the first seed of an arm; if None, offers to compute them.

    In its place may stand a network that sees the same images through the same layers.
    """
    seed, layers = shown.results.comparison.seeds[0], _layers(arm)
    trained = (arm for arm in shown.results.comparison.arms if seed in shown.results.of(arm))
    alike = (other for other in trained if other.label_without_dropout == arm.label_without_dropout)
    network = next((other for other in alike if _layers(other) == layers), None)
    if network is None:
        frame.nothing_yet("This network")
        return None
    instead.name(shown)
    request = EffectiveFieldRequest(network.seeded(seed))
    field = cached.computed(request)
    if field is None:
        computing.offer([request], "field", "fields", key="compute_field")
    return field


def _layers(arm: Arm) -> object:
    """The data set of a network and what each of its layers can see of it."""
    model = arm.experiment.model
    return arm.experiment.data.source, fields(architecture_of(arm), model)


def _sample(arm: Arm) -> NDArray[np.uint8]:
    """A test image of the data set, (H, W) in grey; all zeros if none is bundled."""
    path = PROJECT / "assets" / "samples" / f"{arm.experiment.data.dataset}.png"
    _, height, width = arm.experiment.input_shape
    if not path.is_file():
        return np.zeros((height, width), dtype=np.uint8)
    with Image.open(path) as image:
        return np.asarray(image.resize((width, height), Image.Resampling.NEAREST))


def _growth(arm: Arm) -> None:
    frame.show(
        "Parameters as the image grows",
        cached.chart(figures.growth, arm),
        "growth",
        file_name="growth.csv",
        reading=GROWTH_HELP,
    )


def _code(arms: list[Arm]) -> None:
    with frame.card("As plain PyTorch", "code"):
        arm = _choose("Network", arms, "code_of")
        code = torch_code(arm.experiment)
        st.code(code, language="python", height=CODE_HEIGHT)
        st.download_button(
            "network.py",
            code,
            "network.py",
            "text/x-python",
            icon=":material/download:",
            on_click="ignore",
        )
        st.caption(
            "Needs only torch, and loads the weights from `export --format safetensors`: the "
            "tensor names are the same."
        )


def _ledger(arms: list[Arm]) -> None:
    names = [arm.label_without_dropout for arm in arms]
    headings = {column.heading: column for column in QUANTITIES}
    with frame.section("ledger"), st.container(border=True, key="card ledger"):
        with st.container(horizontal=True, vertical_alignment="center"):
            frame.heading("Layer by layer")
            shown = st.selectbox(
                "Show",
                [*headings, LEDGER_TIME, LEDGER_LATENCY, LEDGER_ALL],
                index=1,
                key="ledger",
                bind="query-params",
                width=260,
                label_visibility="collapsed",
            )
            one = _choose("Network", arms, "ledger_of") if shown == LEDGER_ALL else arms[0]
        if shown == LEDGER_ALL:
            _one(one)
        elif shown == LEDGER_TIME:
            _times(arms, names)
        elif shown == LEDGER_LATENCY:
            _latencies(arms, names)
        else:
            _several(arms, names, headings[shown])


def _one(arm: Arm) -> None:
    network = architecture_of(arm)
    rows = [readable(layer) for layer in network.layers]
    exports.table(
        rows,
        "ledger.csv",
        "ledger",
        title=f"{arm.label_without_dropout}, layer by layer",
        whole=True,
    )
    totals = network.totals
    st.caption(
        f"Totals: {count(totals.parameters)} parameters, {count(totals.macs)} MACs, "
        f"{count(totals.pooling_ops)} pooling operations, {count(totals.activation_bytes)} bytes "
        f"of activations for one image. The head has {network.head_ratio:.2f} times the "
        f"parameters of a GAP head. "
        + " ".join(f"*{c.heading}*: {c.counted}" for c in LEDGER_COLUMNS[3:])
    )


def _times(arms: list[Arm], names: list[str]) -> None:
    """Draw the measured time of every layer, or offer to measure it on this machine."""
    request = TimesRequest(tuple(arm.seeded(0) for arm in arms), TIME_ROUNDS)
    times = cached.computed(request)
    if times is None:
        computing.offer([request], "table of times", "tables", key="measure_times")
        st.caption("Networks take turns on one thread, with a batch of 64 images of noise.")
        return
    rows = timed_rows(
        [
            (name, times.networks[experiment.key])
            for name, experiment in zip(names, request.experiments, strict=True)
        ],
        [architecture_of(arm) for arm in arms],
    )
    exports.table(rows, "times.csv", "times", title="Measured time of every layer, ms", whole=True)
    st.caption(
        f"Milliseconds for a batch of {times.batch}, forward + backward, each layer by itself; "
        f"medians of {TIME_ROUNDS} rounds in which the networks take turns ({times.machine}). The "
        f"whole step also includes the loss and the optimiser. Timings are noisy."
    )


def _latencies(arms: list[Arm], names: list[str]) -> None:
    """Draw the measured latency of one image, or offer to measure it on this machine."""
    timed = Timed.of(arms)
    if timed.latencies is None:
        timed.offer("measure_latencies")
        st.caption("Networks take turns, pass by pass, on images of noise; nothing is trained.")
        return
    latencies = timed.latencies
    measured = [latencies.networks[experiment.key] for experiment in timed.request.experiments]
    rows = latency_rows(list(zip(names, measured, strict=True)))
    passes = {one.passes for each in measured for one in each}
    exports.table(rows, "latency.csv", "latency", title="Latency of one image, ms", whole=True)
    st.caption(
        f"Milliseconds for one image: the median of {_counted(passes)} forward passes, and in "
        f"brackets their 95th percentile ({latencies.machine}). With a batch of 64, a 64th of the "
        "time for the batch. Timings are noisy."
    )


def _counted(numbers: set[int]) -> str:
    """One number, or the smallest and the largest."""
    low, high = min(numbers), max(numbers)
    return str(low) if low == high else f"{low} to {high}"


def _several(arms: list[Arm], names: list[str], quantity: Column) -> None:
    networks = [(name, architecture_of(arm)) for name, arm in zip(names, arms, strict=True)]
    rows = side_by_side(networks, quantity)
    exports.table(
        rows,
        f"{quantity.name}.csv",
        "side by side",
        title=f"{quantity.heading}, layer by layer",
        whole=True,
    )
    differ = sum(bool(row["differs"]) for row in rows)
    st.caption(
        f"{quantity.heading.capitalize() if quantity.heading.islower() else quantity.heading}: "
        f"{quantity.counted} {_differing(differ, len(arms))}"
    )


def _differing(rows: int, networks: int) -> str:
    if networks == 1:
        return ""
    if not rows:
        return "No layer differs."
    return f"{rows} {plural('layer', rows)} {'differs' if rows == 1 else 'differ'} (≠)."


def _choose(label: str, arms: list[Arm], key: str) -> Arm:
    """The network that the visitor chose; asks only if there are several."""
    by_name = {f"{arm.pooling} {arm.head}": arm for arm in arms}
    if len(by_name) == 1:
        return arms[0]
    return by_name[frame.one_in_a_box(label, list(by_name), key, width=260)]


main()
