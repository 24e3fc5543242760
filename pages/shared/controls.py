"""The sidebar's controls and the comparison that they describe: the one place that reads them.

Every control's key is its URL parameter. Options are the public names, because a bound widget
writes what it shows into the URL; the scene line shows the labels with their marks.
"""

from collections.abc import Mapping, Sequence
from itertools import product
from typing import Any

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from core import settings
from core.catalog import (
    DATASETS,
    POOLINGS,
    DropoutPosition,
    Head,
    Pooling,
)
from core.comparison import Arm, Comparison
from core.comparison.address import address
from core.config import Experiment
from core.config.fields import FIELDS, OF_THE_DATA_SET, own_defaults
from core.errors import ConfigError
from core.network import describe
from core.pictures import with_folder
from core.words import join, plural
from pages.shared import cached, dataset, link, parameters, widgets
from pages.shared.parameters import (
    BOTH_CHOICE,
    CHANCE_CHOICES,
    DEFAULTS,
    HEAD_CHOICES,
    MORE_HEADS,
    POOLING_CHOICES,
    SEED_COUNTS,
    SHARED_SETTINGS,
)

FILTERS = "sidebar_filters"
"""where a page that does not show the comparison draws its filters"""


def without_slips() -> dict[str, list[str]] | None:
    """The link's parameters without values that no control can show; None if all can be shown.

    Remembers what was left out, for the note on the page. Call it before drawing any control,
    because controls remove from the URL what they cannot show.
    """
    hosted = settings.load().hosted
    allowed = {**parameters.of_sidebar(hosted=hosted), **parameters.of_pages(dataset.test_images())}
    if hosted:
        allowed["dataset"] = dataset.offered()
    elif dataset.is_path(st.query_params.get("dataset") or ""):
        # `dataset.problem` reports an unusable folder above the page
        allowed["dataset"] = link.Anything()
    wrong = link.unusable(allowed, parameters.REPEATABLE, parameters.OF_ALL_PAGES)
    link.remember(wrong)
    given = {name: st.query_params.get_all(name) for name in st.query_params}
    kept = link.corrected(allowed, parameters.REPEATABLE)
    # misspelt names do no harm, and the author of the link may want to see them
    kept |= {name: values for name, values in given.items() if name not in allowed}
    return kept if wrong and kept != given else None


def sidebar(*, used: bool) -> None:
    """Draw the controls of the shared comparison, and drop notes that no longer apply.

    Args:
        used: whether the page shows the comparison; if not, its controls are folded below the
            place of the page's own filters. They are drawn there, because Streamlit forgets the
            values of controls that are not.
    """
    hosted = settings.load().hosted
    if not hosted:
        dataset.settle()
    st.session_state["refused"] = {}
    st.session_state[FILTERS] = st.container()
    if used:
        st.markdown("**Comparison**")
        _comparison_controls(hosted=hosted)
    else:
        with st.expander("Comparison, for the other pages"):
            _comparison_controls(hosted=hosted)


def _comparison_controls(*, hosted: bool) -> None:
    ground = _choose_data(hosted=hosted)
    _choose_arms()
    _choose_seeds()
    _choose_chance()
    # first of all: what is still the default of the data set shown before would count as changed
    _follow(own_defaults(dataset.shown()))
    changed = _changed_settings()
    label = f"Advanced · {len(changed)} changed" if changed else "Advanced"
    with st.popover(label, icon=":material/tune:", width="stretch"):
        _advanced(changed)
    if said := dataset.ground():
        ground.caption(said)
    shown = {name: st.session_state.get(name) for name in DEFAULTS}
    link.forget(shown)
    dataset.forget(shown)


def _choose_data(*, hosted: bool) -> DeltaGenerator:
    """Draw the box of the data set; return the place for findings about a folder."""
    st.selectbox(
        FIELDS["dataset"].about.label,
        # the first one is shown without a link
        sorted(dataset.offered(), key=lambda name: name != dataset.first()),
        # free text, for the path of a folder
        accept_new_options=not hosted,
        key="dataset",
        bind="query-params",
        help=None
        if hosted
        else "Your own images: type the path of a folder with one sub-folder of images per class.",
    )
    return st.empty()


def _choose_arms() -> None:
    """Draw the controls in which the arms of the comparison differ."""
    pooling, head, dropout = (FIELDS[name].about for name in ("pooling", "head", "dropout"))
    st.pills(
        pooling.label,
        _pooling_choices(),
        selection_mode="multi",
        default=DEFAULTS["pooling"],
        key="pooling",
        bind="query-params",
        help=f"{pooling.help} Choose several to compare them.",
    )
    st.toggle(f"Show all {len(POOLINGS)}", key="show_all", bind="query-params")
    st.segmented_control(
        head.label,
        HEAD_CHOICES,
        default=DEFAULTS["head"],
        required=True,
        key="head",
        bind="query-params",
        help=head.help,
    )
    st.pills(
        dropout.label,
        FIELDS["dropout"].words,
        selection_mode="multi",
        default=DEFAULTS["dropout"],
        key="dropout",
        bind="query-params",
        help=dropout.help,
    )


def _choose_seeds() -> None:
    """Draw the number of seeds."""
    st.slider(
        "Seeds",
        SEED_COUNTS.least,
        SEED_COUNTS.most,
        DEFAULTS["seeds"],
        key="seeds",
        bind="query-params",
        help="How often each network is trained. For each seed, all strategies start from the "
        "same weights and see the batches in the same order, so their differences are paired.",
    )
    name = dataset.shown()
    most = next((row.seeds for row in cached.bundled_sets() if row.dataset == name), 0)
    there = f"up to {most} {plural('seed', most)}" if most else "no runs"
    st.caption(f"Bundled: {there}.")


def _choose_chance() -> None:
    """Draw what intervals of differences cover."""
    st.segmented_control(
        "Intervals cover",
        CHANCE_CHOICES,
        default=DEFAULTS["chance"],
        required=True,
        key="chance",
        bind="query-params",
        help="seeds-and-images: how much a difference would vary with other training seeds and "
        "other test images like these. seeds: with other seeds, on these test images.",
    )


def _pooling_choices() -> list[str]:
    """The headline strategies and any others that are chosen; all if the visitor asks."""
    state = st.session_state
    if state.get("show_all", "true" in st.query_params.get_all("show_all")):
        return [*POOLING_CHOICES]
    chosen = state["pooling"] if "pooling" in state else st.query_params.get_all("pooling")
    return [name for name in POOLING_CHOICES if POOLINGS[Pooling(name)].headline or name in chosen]


def _advanced(changed: Sequence[str]) -> None:
    """Draw the settings that all arms share, and the less common heads.

    Args:
        changed: those that are not at their default.
    """
    st.button(
        "Reset",
        icon=":material/restart_alt:",
        type="tertiary",
        disabled=not changed,
        key="reset_advanced",
        on_click=_reset,
        help="Sets everything here to its default; the rest of the sidebar stays.",
    )
    st.pills(
        "More heads",
        MORE_HEADS,
        selection_mode="multi",
        key="more_heads",
        bind="query-params",
        help="Added to the comparison. gmp: the largest value of each channel.",
    )
    shown = dataset.shown()
    own = own_defaults(shown)
    for section, heading in (
        ("model", "**Network**"),
        ("data", "**Data**"),
        ("training", f"**Hyperparameters** :gray[(at first {OF_THE_DATA_SET})]"),
    ):
        st.markdown(heading)
        for name in SHARED_SETTINGS:
            if FIELDS[name].section == section:
                widgets.draw(FIELDS[name], own.get(name, DEFAULTS[name]), shown)


def _changed_settings() -> list[str]:
    """The settings under *Advanced* that are not at the default of the data set that is shown."""
    shown = dataset.shown()
    own = own_defaults(shown)
    defaults = {name: own.get(name, DEFAULTS[name]) for name in SHARED_SETTINGS}
    changed = [
        name
        for name, default in defaults.items()
        if FIELDS[name].affects(shown) and _given(name, default) != str(default)
    ]
    return [*changed, *(["more_heads"] if _more_heads() else [])]


def _given(name: str, default: object) -> str:
    """What a control is set to; before it is first drawn, what the link says."""
    value = st.session_state.get(name, st.query_params.get(name))
    return str(default if value is None else value)


def _more_heads() -> list[str]:
    state = st.session_state
    given = state["more_heads"] if "more_heads" in state else st.query_params.get_all("more_heads")
    return [name for name in given or () if name]


def _reset() -> None:
    """Set everything under *Advanced* to its default."""
    own = own_defaults(dataset.shown())
    for name in SHARED_SETTINGS:
        st.session_state[name] = widgets.as_shown(FIELDS[name], own.get(name, DEFAULTS[name]))
    st.session_state["more_heads"] = []
    st.session_state["own_defaults"] = own


def _follow(own: Mapping[str, Any]) -> None:
    """Set what follows the data set and has not been changed by hand to the data set's own.

    Empty fields would show that too, but their − and + do nothing until a number is typed.
    """
    state = st.session_state
    before: Mapping[str, Any] = state.get("own_defaults", own)
    for name, value in own.items():
        # texts and numbers alike; a scene of a talk sets None
        untouched = name in state and (state[name] is None or str(state[name]) == str(before[name]))
        if untouched and state[name] != value:
            state[name] = str(value) if isinstance(state[name], str) else value
    state["own_defaults"] = dict(own)


def comparison() -> Comparison:
    """The comparison that the sidebar describes; remembers which arms cannot be built.

    Raises:
        ConfigError: a text field holds something that is not allowed, or no arm can be built.
    """
    state = st.session_state
    hosted = settings.load().hosted
    if hosted and state.dataset not in DATASETS:
        raise ConfigError("dataset: folders of this server are not open to visitors")
    chosen = {**state.to_dict(), "dataset": dataset.shown()}
    made, refused = _comparison(chosen if hosted else with_folder(chosen))
    state["refused"] = refused
    return made


def choose(wanted: Comparison) -> None:
    """Set the controls to a comparison; call it before they are drawn."""
    state, data = st.session_state, wanted.arms[0].experiment.data
    for name, value in address(wanted).items():
        if name in SHARED_SETTINGS:
            state[name] = widgets.as_shown(FIELDS[name], value)
        elif name in DEFAULTS:
            state[name] = value or []
    # what is set here is no default of the data set before
    state["own_defaults"] = own_defaults(str(data.dataset))
    state["dataset"] = str(data.dataset)


def led_to(parameters: Mapping[str, Any]) -> Comparison:
    """The comparison that a link to a page leads to.

    Args:
        parameters: URL parameter -> value, a list where several may be chosen.

    Raises:
        ConfigError: something is not allowed, or no arm can be built.
    """
    given = {name: None if value == "" else value for name, value in parameters.items()}
    return _comparison({**DEFAULTS, "dataset": dataset.first(), **given})[0]


def _comparison(chosen: Mapping[str, Any]) -> tuple[Comparison, dict[str, list[str]]]:
    """The comparison of a choice; and the poolings that cannot be built, by reason."""
    shared = {n: chosen[n] for n in (*SHARED_SETTINGS, "folder") if chosen.get(n) is not None}
    arms = []
    refused: dict[str, list[str]] = {}
    for dropout, head, pooling in product(
        chosen["dropout"] or [DropoutPosition.NONE],
        _heads(chosen["head"], chosen["more_heads"]),
        chosen["pooling"] or [Pooling.MAX],
    ):
        varied = {"pooling": pooling, "head": head, "dropout": dropout}
        experiment = Experiment.from_flat({**shared, "dataset": chosen["dataset"], **varied})
        try:
            describe(experiment)
        except ConfigError as error:
            refused.setdefault(str(error), []).append(pooling)
            continue
        arms.append(Arm(experiment, DropoutPosition(dropout)))
    if not arms:
        raise ConfigError(next(iter(refused)))
    return Comparison.of(arms, range(int(chosen["seeds"]))), refused


def _heads(choice: str | None, more: Sequence[str] | None) -> list[str]:
    """The heads of a comparison, GAP first."""
    first = [str(Head.GAP), str(Head.FLATTEN)] if choice in (None, BOTH_CHOICE) else [str(choice)]
    return first + list(more or [])


def remarks() -> list[str]:
    """Sentences on what of the choice, or of the link, is not shown, as Markdown."""
    said: list[str] = []
    if note := link.note():
        said.append(note)
    said += dataset.warnings()
    if not st.session_state.pooling:
        said.append("No pooling is chosen, so max is shown.")
    if st.session_state.pool_stride == 1:
        others = {name: POOLINGS[Pooling(name)].at_stride_1 for name in st.session_state.pooling}
        said += [
            f"{name} is shown as {other}: at stride 1 they are one network."
            for name, other in others.items()
            if other
        ]
    said += [
        f"Left out: {join(list(dict.fromkeys(poolings)))} ({why})."
        for why, poolings in st.session_state["refused"].items()
    ]
    return said
