"""The sidebar's widgets and the comparison that they describe: the one place that reads them.

Every widget's key is its URL parameter. Options are the public names, because a bound widget
writes what it shows into the URL; the labels with their marks stand in the scene line.
"""

from itertools import product
from typing import Any

import streamlit as st

from core.architecture import describe
from core.catalog import (
    DATASETS,
    HEADS,
    POOLINGS,
    DropoutKind,
    DropoutPosition,
    Head,
    Norm,
    Padding,
    Polarity,
    Pooling,
    PoolOrder,
)
from core.comparison import Comparison
from core.config import Experiment
from core.errors import ConfigError

BOTH = "both"
HEAD_CHOICES = [str(Head.GAP), str(Head.FLATTEN), BOTH]
MORE_HEADS = [str(head) for head in HEADS if head not in HEAD_CHOICES]
DEFAULT_POOLING = [str(Pooling.MAX), str(Pooling.AVERAGE)]
MOST_SEEDS = 20
BLOCKS = [str(n) for n in range(1, 9)]

CHOICES: dict[str, list[str]] = {
    "dataset": [str(name) for name in DATASETS],
    "pooling": [str(name) for name in sorted(POOLINGS, key=lambda p: not POOLINGS[p].headline)],
    "head": HEAD_CHOICES,
    "more_heads": MORE_HEADS,
    "dropout": [str(name) for name in DropoutPosition],
    "pools": ["all", *BLOCKS],
    "pool_order": [str(name) for name in PoolOrder],
    "padding": [str(name) for name in Padding],
    "norm": [str(name) for name in Norm],
    "dropout_kind": [str(name) for name in DropoutKind],
    "polarity": [str(name) for name in Polarity],
}
"""URL parameter -> values that it may have, for the parameters with a list"""

RECIPE = ("epochs", "batch_size", "lr", "weight_decay")
SHARED_FIELDS = (
    "train_size",
    "polarity",
    "augment_shift",
    "widths",
    "pools",
    "pool_size",
    "pool_stride",
    "pool_order",
    "padding",
    "norm",
    "hidden",
    "dropout_rate",
    "dropout_kind",
    *RECIPE,
)
"""flat fields that all arms of the sidebar's comparison have in common"""


def sidebar() -> None:
    """Draw the controls of the shared comparison."""
    st.markdown("**Comparison**")
    st.selectbox("Dataset", CHOICES["dataset"], key="dataset", bind="query-params")
    st.pills(
        "Pooling",
        CHOICES["pooling"],
        selection_mode="multi",
        default=DEFAULT_POOLING,
        key="pooling",
        bind="query-params",
        help="How each block makes its map smaller. Several at once are compared.",
    )
    st.segmented_control(
        "Head",
        CHOICES["head"],
        default=BOTH,
        required=True,
        key="head",
        bind="query-params",
        help="How the last map becomes a vector: **flatten** keeps every value with its place, "
        "**gap** (global average pooling) keeps the mean of each channel.",
    )
    st.pills(
        "Dropout",
        CHOICES["dropout"],
        selection_mode="multi",
        default=[str(DropoutPosition.NONE)],
        key="dropout",
        bind="query-params",
        help="Where activations are dropped at random while training.",
    )
    st.slider(
        "Seeds",
        1,
        MOST_SEEDS,
        5,
        key="seeds",
        bind="query-params",
        help="How often each network is trained. Seed by seed, all strategies start from the "
        "same weights and see the batches in the same order, so their differences are paired.",
    )
    with st.popover("Advanced", icon=":material/tune:", width="stretch"):
        _advanced()


def _advanced() -> None:
    """Draw what all arms have in common, and the rarer heads."""
    st.pills(
        "More heads",
        MORE_HEADS,
        selection_mode="multi",
        key="more_heads",
        bind="query-params",
        help="Added to the comparison. gmp: the largest value of each channel.",
    )
    st.markdown("**Network**")
    st.text_input("Widths", "16,32", key="widths", bind="query-params", help="One block each.")
    _select("Pools", "pools", help="How many blocks downsample, from the first on.")
    st.slider("Window side", 2, 4, 2, key="pool_size", bind="query-params")
    st.slider("Stride", 1, 4, 2, key="pool_stride", bind="query-params")
    _select("Order of pool and ReLU", "pool_order")
    _select("Padding", "padding")
    _select("Norm", "norm")
    st.number_input("Hidden units", 0, 512, 0, key="hidden", bind="query-params")
    st.slider("Dropout rate", 0.0, 0.9, 0.25, 0.05, key="dropout_rate", bind="query-params")
    _select("Dropout kind", "dropout_kind")
    st.markdown("**Data**")
    st.text_input(
        "Training images", "all", key="train_size", bind="query-params", help="A number, or all."
    )
    _select("Polarity", "polarity")
    st.slider("Random shift, px", 0, 8, 0, key="augment_shift", bind="query-params")
    st.markdown("**Recipe** :gray[(empty: the data set's own)]")
    defaults = DATASETS[next(d for d in DATASETS if d == st.session_state.dataset)].training
    for name, label, least, most, step in (
        ("epochs", "Epochs", 1, 1000, 1),
        ("batch_size", "Batch size", 1, 4096, 1),
        ("lr", "Learning rate", 1e-6, 10.0, 0.01),
        ("weight_decay", "Weight decay", 0.0, 1.0, 0.0001),
    ):
        st.number_input(
            label,
            least,
            most,
            None,
            step,
            format="%g" if isinstance(least, float) else None,
            key=name,
            bind="query-params",
            placeholder=f"{getattr(defaults, name):g}",
        )


def _select(label: str, name: str, **more: Any) -> None:
    st.selectbox(label, CHOICES[name], key=name, bind="query-params", **more)


def comparison() -> Comparison:
    """The comparison that the sidebar describes.

    Raises:
        ConfigError: a text field holds something that is not allowed, or no arm can be built.
    """
    state = st.session_state
    shared = {name: state[name] for name in SHARED_FIELDS if state.get(name) is not None}
    arms = []
    refused = []
    for dropout, head, pooling in product(
        state.dropout or [DropoutPosition.NONE], chosen_heads(), state.pooling or [Pooling.MAX]
    ):
        flat = {"dataset": state.dataset, "pooling": pooling, "head": head, "dropout": dropout}
        experiment = Experiment.from_flat({**shared, **flat})
        try:
            describe(experiment.model, experiment.input_shape, experiment.classes)
        except ConfigError as error:
            refused.append(str(error))
            continue
        arms.append(experiment)
    if not arms:
        raise ConfigError(refused[0])
    return Comparison.of(arms, range(state.seeds))


def chosen_heads() -> list[str]:
    """The heads of the comparison, GAP first."""
    choice = st.session_state.head or BOTH
    first = [str(Head.GAP), str(Head.FLATTEN)] if choice == BOTH else [choice]
    return first + list(st.session_state.more_heads or [])


def remarks() -> list[str]:
    """What a visitor should know about the choice: nothing chosen, or a link that was wrong."""
    found = list(st.session_state.get("link_problems", ()))
    if not st.session_state.pooling:
        found.append("No pooling is chosen, so max is shown.")
    return found


def check_link() -> None:
    """Remember what of the link could not be used; Streamlit itself passes over it in silence."""
    problems = [
        f"The link asks for {name} {value!r}, which is not known; allowed: {', '.join(allowed)}."
        for name, allowed in CHOICES.items()
        for value in st.query_params.get_all(name)
        if value not in allowed
    ]
    if problems:
        st.session_state["link_problems"] = tuple(problems)
