"""The sidebar's widgets and the comparison that they describe: the one place that reads them.

Every widget's key is its URL parameter. Options are the public names, because a bound widget
writes what it shows into the URL; the labels with their marks stand in the scene line.
"""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from itertools import product
from typing import Any

import streamlit as st

from core import settings
from core.catalog import (
    DATASETS,
    HEADS,
    POOLINGS,
    Colour,
    Dataset,
    Difficulty,
    DropoutKind,
    DropoutPosition,
    Head,
    Hyperparameters,
    Norm,
    Padding,
    Polarity,
    Pooling,
    PoolOrder,
)
from core.comparison import Arm, Comparison
from core.config import DataConfig, Experiment
from core.config import folder as folders
from core.config.folder import PREFIX
from core.errors import ConfigError
from core.network import describe
from core.words import join
from pages.shared import dataset, link, parameters
from pages.shared.link import OpenList, Range
from pages.shared.problems import literal

BOTH = "both"
HEAD_CHOICES = [str(Head.GAP), str(Head.FLATTEN), BOTH]
MORE_HEADS = [str(head) for head in HEADS if head not in HEAD_CHOICES]
DEFAULT_POOLING = [str(Pooling.MAX), str(Pooling.AVERAGE)]
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
    "difficulty": [str(name) for name in Difficulty],
    "colour": [str(name) for name in Colour],
}
"""URL parameter -> values that it may have, for the parameters with a list"""

RANGES = {
    "seeds": Range(1, 20),
    "pool_size": Range(2, 4),
    "pool_stride": Range(1, 4),
    "hidden": Range(0, 512),
    "dropout_rate": Range(0.0, 0.9, 0.05),
    "augment_shift": Range(0, 8),
    "image_size": Range(8, 128),
    "epochs": Range(1, 1000),
    "batch_size": Range(1, 4096),
    "lr": Range(1e-6, 10.0, 0.01),
    "weight_decay": Range(0.0, 1.0, 0.0001),
}
"""URL parameter -> numbers that it may have, for the parameters with limits"""

TEXTS = dict.fromkeys(("widths", "train_size", "ground"), link.Anything())
"""URL parameters whose text is checked where it is used"""
SEVERAL = ("pooling", "more_heads", "dropout")
"""URL parameters that may stand more than once"""

HYPERPARAMETERS = ("epochs", "batch_size", "lr", "weight_decay")
HYPERPARAMETER_LABELS = ("Epochs", "Batch size", "Learning rate", "Weight decay")
SHARED_FIELDS = (
    "train_size",
    "image_size",
    "colour",
    "difficulty",
    "ground",
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
    *HYPERPARAMETERS,
)
"""flat fields that all arms of the sidebar's comparison have in common"""


DEFAULTS: dict[str, object] = {
    "dataset": str(Dataset.DIGITS),
    "pooling": DEFAULT_POOLING,
    "show_all": False,
    "head": BOTH,
    "more_heads": [],
    "dropout": [str(DropoutPosition.NONE)],
    "seeds": 5,
    "widths": "16,32",
    "train_size": "all",
    "pools": "all",
    "pool_size": 2,
    "pool_stride": 2,
    "pool_order": str(PoolOrder.AFTER_ACTIVATION),
    "padding": str(Padding.ZEROS),
    "norm": str(Norm.NONE),
    "hidden": 0,
    "dropout_rate": 0.25,
    "dropout_kind": str(DropoutKind.ELEMENT),
    "image_size": 32,
    "difficulty": str(Difficulty.DEFAULT),
    "colour": str(Colour.RGB),
    "ground": folders.MEASURED,
    "polarity": str(Polarity.STORED),
    "augment_shift": 0,
    **dict.fromkeys(HYPERPARAMETERS),
}
"""URL parameter of the sidebar -> what it is where the link does not say"""


def without_slips() -> dict[str, list[str]] | None:
    """The parameters of the link, where they are not those that can be shown; notes what is not.

    Ask before any control is drawn: each takes out of the URL what it cannot show.
    """
    hosted = settings.load().hosted
    named = st.query_params.get("dataset") or ""
    folder = not hosted and dataset.is_path(named)
    allowed: Mapping[str, link.Allowed] = {
        **CHOICES,
        **RANGES,
        **TEXTS,
        "show_all": parameters.SWITCH,
        # what is wrong with a folder is said above the page
        "dataset": link.Anything() if folder else _datasets(hosted=hosted),
        **parameters.of_pages(_test_images()),
    }
    several = (*SEVERAL, *parameters.SEVERAL)
    wrong = link.unusable(allowed, several, parameters.OF_ALL_PAGES)
    link.remember(wrong)
    given = {name: st.query_params.get_all(name) for name in st.query_params}
    kept = link.corrected(allowed, several)
    # misspelt names do no harm, and whoever made the link may want to see them
    kept |= {name: values for name, values in given.items() if name not in allowed}
    return kept if wrong and kept != given else None


def _datasets(*, hosted: bool) -> link.Allowed:
    return CHOICES["dataset"] if hosted else OpenList(CHOICES["dataset"], PREFIX)


def sidebar() -> None:
    """Draw the controls of the shared comparison, and note what of the link they cannot show."""
    hosted = settings.load().hosted
    if not hosted:
        dataset.settle()
    st.session_state["refused"] = {}
    st.markdown("**Comparison**")
    st.selectbox(
        "Dataset",
        CHOICES["dataset"],
        # any text, so that a folder can be named
        accept_new_options=not hosted,
        key="dataset",
        bind="query-params",
        help=None
        if hosted
        else "Your own images: type the path of a folder with one sub-folder of images per class.",
    )
    ground = st.empty()
    st.pills(
        "Pooling",
        _pooling_choices(),
        selection_mode="multi",
        default=DEFAULT_POOLING,
        key="pooling",
        bind="query-params",
        help="How each block makes its map smaller. Several at once are compared.",
    )
    st.toggle(f"Show all {len(POOLINGS)}", key="show_all", bind="query-params")
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
    _slider(
        "Seeds",
        "seeds",
        5,
        help="How often each network is trained. Seed by seed, all strategies start from the "
        "same weights and see the batches in the same order, so their differences are paired.",
    )
    with st.popover("Advanced", icon=":material/tune:", width="stretch"):
        _advanced()
    if said := _ground():
        ground.caption(said)
    shown = {name: st.session_state.get(name) for name in (*CHOICES, *RANGES, *SHARED_FIELDS)}
    link.forget(shown)
    dataset.forget(shown)


def _test_images() -> int:
    """How many images Features can show, before the controls are drawn."""
    named = st.query_params.get("dataset") or st.session_state.get("dataset") or ""
    if settings.load().hosted and named not in DATASETS:
        named = ""
    with suppress(ConfigError):
        return Experiment.from_flat({"dataset": dataset.chosen(named)}).data.entry.splits.test
    return DATASETS[Dataset.DIGITS].splits.test


def _dataset() -> str:
    """The data set that is shown; strangers have no folders, so their box says it."""
    if settings.load().hosted:
        return st.session_state.dataset or str(Dataset.DIGITS)
    return dataset.current()


def _own_data() -> DataConfig | None:
    """The folder that is chosen, if it is one and all that is said of it is allowed."""
    state = st.session_state
    named = _dataset()
    if settings.load().hosted or not named.startswith(PREFIX):
        return None
    how = {name: state[name] for name in ("image_size", "colour", "ground")}
    with suppress(ConfigError):
        return Experiment.from_flat({"dataset": named, **how}).data
    return None


def _ground() -> str | None:
    """What was measured on the images of a folder, as Markdown."""
    data = _own_data()
    if data is None or data.folder is None:
        return None
    found = folders.findings(data.folder.path)
    return literal(next(found.sentences(data.entry, as_set=data.ground != folders.MEASURED)))


def _pooling_choices() -> list[str]:
    """The headline strategies and whatever else is chosen; on demand all of them."""
    state = st.session_state
    if state.get("show_all", "true" in st.query_params.get_all("show_all")):
        return CHOICES["pooling"]
    chosen = state["pooling"] if "pooling" in state else st.query_params.get_all("pooling")
    return [
        name for name in CHOICES["pooling"] if POOLINGS[Pooling(name)].headline or name in chosen
    ]


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
    _slider("Window side", "pool_size", 2)
    _slider("Stride", "pool_stride", 2)
    _select("Order of pool and ReLU", "pool_order")
    _select("Padding", "padding")
    _select("Norm", "norm")
    _number("Hidden units", "hidden", 0)
    _slider("Dropout rate", "dropout_rate", 0.25)
    _select("Dropout kind", "dropout_kind")
    st.markdown("**Data**")
    st.text_input(
        "Training images", "all", key="train_size", bind="query-params", help="A number, or all."
    )
    chosen = _dataset()
    drawn, own = chosen == Dataset.SHAPES, chosen.startswith(PREFIX)
    _slider("Image size, px (shapes, folders)", "image_size", 32, disabled=not (drawn or own))
    _select("Difficulty (shapes)", "difficulty", default=Difficulty.DEFAULT, disabled=not drawn)
    _select("Colour (folders)", "colour", default=Colour.RGB, disabled=not own)
    st.text_input(
        "Ground (folders)",
        folders.MEASURED,
        key="ground",
        bind="query-params",
        disabled=not own,
        help="What lies around the objects: measured on the borders of the training images, or "
        "0 (black) to 255 (white).",
    )
    _select(
        "Polarity",
        "polarity",
        help="Light objects on a dark ground, or dark ones on a light ground; stored: as the "
        "images are.",
    )
    _slider("Random shift, px", "augment_shift", 0)
    st.markdown("**Hyperparameters** :gray[(at first the data set's own)]")
    _hyperparameters(
        DATASETS[Dataset(chosen)].training if chosen in DATASETS else folders.HYPERPARAMETERS
    )


def _hyperparameters(own: Hyperparameters) -> None:
    """Draw the hyperparameters; those that nobody touched follow the data set.

    Empty fields would do for that, but their − and + are dead until somebody types a number.
    """
    state = st.session_state
    before = state.get("recipe_of", own)
    for name, label in zip(HYPERPARAMETERS, HYPERPARAMETER_LABELS, strict=True):
        # nothing is what a scene of a talk asks for
        untouched = name in state and state[name] in (None, getattr(before, name))
        if untouched and state[name] != getattr(own, name):
            state[name] = getattr(own, name)
        _number(label, name, getattr(own, name))
    state["recipe_of"] = own


def _slider(label: str, name: str, default: float, **more: Any) -> None:
    allowed = RANGES[name]
    st.slider(
        label,
        allowed.least,
        allowed.most,
        default,
        allowed.step,
        key=name,
        bind="query-params",
        **more,
    )


def _number(label: str, name: str, default: float) -> None:
    # whole numbers or fractions, all three alike, which no signature of Streamlit says
    allowed: Any = RANGES[name]
    st.number_input(
        label,
        allowed.least,
        allowed.most,
        default,
        allowed.step,
        format="%g" if isinstance(allowed.step, float) else None,
        key=name,
        bind="query-params",
    )


def _select(label: str, name: str, default: str | None = None, **more: Any) -> None:
    index = CHOICES[name].index(default) if default else 0
    st.selectbox(label, CHOICES[name], index, key=name, bind="query-params", **more)


def comparison() -> Comparison:
    """The comparison that the sidebar describes.

    Raises:
        ConfigError: a text field holds something that is not allowed, or no arm can be built.
    """
    state = st.session_state
    if settings.load().hosted and state.dataset not in CHOICES["dataset"]:
        # before anything looks at the disk
        raise ConfigError("dataset: folders of this server are not open to visitors")
    arms, refused = _arms({**state.to_dict(), "dataset": _dataset()})
    if not arms:
        raise ConfigError(next(iter(refused)))
    state["refused"] = refused
    return Comparison.of(arms, range(state.seeds))


def led_to(parameters: Mapping[str, Any]) -> Comparison:
    """The comparison that a link to a page leads to.

    Args:
        parameters: URL parameter -> value, a list where several may be chosen.

    Raises:
        ConfigError: something is not allowed, or no arm can be built.
    """
    chosen = {
        **DEFAULTS,
        **{name: None if value == "" else value for name, value in parameters.items()},
    }
    arms, refused = _arms(chosen)
    if not arms:
        raise ConfigError(next(iter(refused)))
    return Comparison.of(arms, range(int(str(chosen["seeds"]))))


def _arms(chosen: Mapping[str, Any]) -> tuple[list[Arm], dict[str, list[str]]]:
    """The arms of a choice; and why some of its poolings cannot be built."""
    shared = {name: chosen[name] for name in SHARED_FIELDS if chosen.get(name) is not None}
    arms = []
    refused: dict[str, list[str]] = {}
    for dropout, head, pooling in product(
        chosen["dropout"] or [DropoutPosition.NONE],
        _heads(chosen["head"], chosen["more_heads"]),
        chosen["pooling"] or [Pooling.MAX],
    ):
        flat = {
            "dataset": chosen["dataset"],
            "pooling": pooling,
            "head": head,
            "dropout": dropout,
        }
        experiment = Experiment.from_flat({**shared, **flat})
        try:
            describe(experiment)
        except ConfigError as error:
            refused.setdefault(str(error), []).append(pooling)
            continue
        arms.append(Arm(experiment, DropoutPosition(dropout)))
    return arms, refused


def _heads(choice: str | None, more: Sequence[str] | None) -> list[str]:
    """The heads of a comparison, GAP first."""
    first = [str(Head.GAP), str(Head.FLATTEN)] if choice in (None, BOTH) else [str(choice)]
    return first + list(more or [])


def remarks() -> list[str]:
    """What a visitor should know about the choice: what of it, or of the link, is not shown."""
    found = []
    if note := link.note():
        found.append(note)
    data = _own_data()
    if data and data.folder:
        found += map(literal, folders.findings(data.folder.path).warnings())
    if not st.session_state.pooling:
        found.append("No pooling is chosen, so max is shown.")
    found += [
        f"Left out: {join(list(dict.fromkeys(poolings)))} ({why})."
        for why, poolings in st.session_state["refused"].items()
    ]
    return found
