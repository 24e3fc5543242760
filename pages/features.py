"""Features: what is left of the image, layer by layer, in each trained network?"""

from functools import partial
from typing import Any

import numpy as np
import streamlit as st

from core import settings
from core.analyses.inspection import Response, StoredNetwork, level, silent, winners
from core.catalog import Pooling
from core.comparison import Arm, Comparison
from core.figures import tiles as sheet
from core.figures.tiles import Scale
from core.hosting.gate import LOOKING
from core.network import is_pooled, same_stage
from core.sentences.headlines import Sentence, learning_headline
from core.sentences.shown import answers_headline
from core.words import join, literal, percent, size
from pages.cards import answers, disputed, picture
from pages.shared import cached, chooser, frame, instead, jobs, live, networks, talk, touch
from pages.shared.parameters import PLAY
from pages.shared.problems import sentence

FEATURES_QUESTION = "Features: what is left of the image, layer by layer?"
NETWORKS_SHOWN = 4
"""networks on the page; more would be too small to compare"""
CHANNELS_SHOWN = 16
"""maps in one sheet; the visitor chooses the sheet if there are more channels"""
TOUCH_HELP = """
One line for each network, from its first layer to its answer: large, one channel after each layer;
below it, all channels. Touch a cell: the numbers that it was computed from light up in the layer
before it, what it sees lights up on the image, and the formula stands below with these numbers
filled in. Press to hold it, Escape to let go. Draw on the image, or move it: all networks follow.
Everything is computed in your browser.

**Explain** shows instead what an answer, or the score of any other class, rests on. **Grad-CAM**:
the maps after a layer, weighted by how strongly each channel moves the score; negative values are
dropped. **CAM**: the last maps, weighted by the dense layer, which only a GAP head allows.
**Saliency**: how much the score changes with each pixel. **Occlusion**: how much of the score is
lost when a window is greyed out. Each picture has its own scale. None of them says why the network
learned what it did.
"""
NO_TOUCH = "The maps below are computed on the server."
MAPS_HELP = """
Each tile is one channel after the chosen layer. With the same seed, every network starts from the
same filters, so tiles at the same place in each row began as the same channel. If a network lacks
this layer, its row shows the corresponding layer, named on the left. A crossed-out tile is zero
everywhere on this image. Darker (in the dark theme: lighter) is larger.
"""


def main() -> None:
    """Draw the page."""
    shown = instead.shown(grows=True)
    results = shown.results
    seed = results.comparison.seeds[0]
    # reserved first, because the headline depends on controls below it
    top = st.container()
    arms = chooser.networks(results.comparison, NETWORKS_SHOWN)
    opened = ((arm, networks.network(arm, seed)) for arm in arms)
    there = {arm: network for arm, network in opened if network is not None}
    grow = live.growing_networks(arms, seed)
    data = results.comparison.arms[0].experiment.data
    if (there or grow) and (reason := networks.unreadable(data)):
        said = (f"The images of {literal(data.entry.label)} cannot be read here.",)
        frame.top(FEATURES_QUESTION, shown.headline(said), frame.scene(results))
        st.markdown(sentence(reason))
        return
    looks: dict[Arm, Response] = {}
    answered: dict[Arm, int] = {}
    if there or grow:
        chosen = _touched([arm for arm in arms if arm in there or arm in grow], seed)
        looks = _looks(there, chosen.image)
        answered = _answers(looks, list(there), seed, chosen)
    bare = cached.without_weights(arm.seeded(seed) for arm in arms)
    with top:
        frame.top(
            FEATURES_QUESTION,
            shown.headline(
                learning_headline(len(grow))
                if grow and not answered
                else _headline(answered, results.comparison, untrained=not there)
            ),
            f"{frame.scene(results)} :gray[·] :gray[seed {seed} shown]",
        )
        instead.missing(shown)
        jobs.train_again(bare)
        jobs.diverged(results.diverged)
        frame.caution(results)
    if not there:
        if not bare and not grow:
            frame.nothing_yet(f"Seed {seed} of these networks")
        return
    disputed.shown(list(there), results.comparison)
    if looks:
        _cards(there, looks, chosen)
    else:
        _without_torch()


def _cards(
    there: dict[Arm, StoredNetwork], looks: dict[Arm, Response], chosen: picture.Chosen
) -> None:
    """Draw what PyTorch says of the networks."""
    left, right = st.columns([1, 4])
    with left, frame.section("input"):
        picture.shown(chosen, next(iter(there)).experiment.data.entry)
    with right:
        layers = _maps(looks, chosen.label)
    answers.patches(there, layers)
    answers.filters(there)
    answers.softened(there)


def _touched(arms: list[Arm], seed: int) -> picture.Chosen:
    """Draw the networks that can be touched, and the choice of the image that they see."""
    with frame.section("touch"), st.container(border=True, key="card touch"):
        with st.container(horizontal=True, vertical_alignment="center"):
            frame.heading("Under your finger", TOUCH_HELP)
            chosen = picture.chooser(arms, seed)
        millions = touch.millions(arms, seed)
        below = _below()
        if millions > touch.TOUCHED_MILLIONS:
            st.caption(
                f"An image takes {millions:,.0f} million multiplications in these networks, more "
                f"than the {touch.TOUCHED_MILLIONS} that a browser is asked for. {below}"
            )
            return chosen
        data = arms[0].experiment.data
        seen = touch.Seen(
            chosen.image, chosen.name, data.entry, *networks.scaling(data), chosen.label
        )
        part = partial(_drawn, arms, seed, seen)
        (jobs.refreshed(part) if live.growing_networks(arms, seed) else part)()
    return chosen


def _drawn(arms: list[Arm], seed: int, seen: touch.Seen) -> None:
    """Draw the networks as they are now; those that are trained show their newest state."""
    grow = live.growing_networks(arms, seed)
    stored = cached.store().with_weights([arm.seeded(seed).key for arm in arms])
    drawn = [
        networks.shown(arm, seed)
        if arm.seeded(seed).key in stored
        else networks.growing(arm, grow[arm])
        for arm in arms
        if arm.seeded(seed).key in stored or arm in grow
    ]
    known = [each for each in drawn if each]
    if not known:
        st.caption(live.awaited(grow, seed))
    elif not touch.touch(known, seed, seen, plays=_plays(), in_talk=talk.active()):
        st.caption(f"This browser cannot show networks that can be touched. {_below()}")
    elif not talk.in_scene():
        ended = [each for each in known if each.step is None and not each.steps]
        jobs.record(tuple(each.arm.seeded(seed) for each in ended))


def _below() -> str:
    """Where the maps are computed that stand below, if any do."""
    return NO_TOUCH if settings.has_torch() else ""


def _plays() -> bool:
    """Whether a scene or a link asks for the training to be played."""
    return st.session_state.get(PLAY) is True or st.query_params.get(PLAY) == "true"


def _answers(
    looks: dict[Arm, Response], arms: list[Arm], seed: int, chosen: picture.Chosen
) -> dict[Arm, int]:
    """What the networks say, or without PyTorch said when they were tested."""
    if looks or chosen.number is None:
        return {arm: seen.answer for arm, seen in looks.items()}
    return networks.predicted(arms, seed, chosen.number)


def _headline(said: dict[Arm, int], comparison: Comparison, *, untrained: bool) -> Sentence:
    if not said and not untrained:
        return ("Your browser computes what the networks say.",)
    classes = comparison.arms[0].experiment.data.entry.classes
    return answers_headline(said, comparison, tuple(map(literal, classes)))


def _without_torch() -> None:
    """Say in place of all other cards what they need."""
    with frame.card("Maps side by side, patches and filters", "feature maps"):
        st.markdown(sentence(settings.without_torch(LOOKING) or ""))
        st.caption("Under your finger needs none of it: your browser computes these networks.")


def _looks(there: dict[Arm, StoredNetwork], image: np.ndarray) -> dict[Arm, Response]:
    """The maps and the answer of each network; nothing without PyTorch."""
    if not settings.has_torch():
        return {}
    return {arm: networks.response(network, image) for arm, network in there.items()}


def _maps(looks: dict[Arm, Response], label: int | None) -> dict[Arm, str]:
    """Draw one row per network: name, maps, prediction. Return the layer shown of each."""
    with (
        frame.section("feature maps"),
        st.container(border=True, height="stretch", key="card feature maps"),
    ):
        with st.container(horizontal=True, vertical_alignment="center"):
            frame.heading("Feature maps", MAPS_HELP)
            one_scale = st.toggle("One scale", value=True, key="one_scale", bind="query-params")
            mark = st.toggle(
                "Winners",
                key="winners",
                bind="query-params",
                help="A dot on each value that the following max pool passes on.",
            )
        layer, shown = _layers(looks)
        present = {arm: looks[arm].maps[name] for arm, name in shown.items()}
        most = max(len(maps) for maps in present.values())
        first = _first_channel(most)
        common = Scale.around(np.concatenate([m.ravel() for m in present.values()]))
        dotted = [arm for arm, name in shown.items() if mark and _feeds_max(arm, looks[arm], name)]
        for arm, name in shown.items():
            left, middle, right = st.columns([2, 9, 2], vertical_alignment="center")
            _named(left, arm, looks[arm], name)
            with middle:
                scale = common if one_scale else None
                _row(arm, looks[arm], name, first, scale, mark=arm in dotted)
            _predicted(right, arm, looks[arm], label)
        st.caption(
            f"Channels {first + 1} to {min(most, first + CHANNELS_SHOWN)} of {most} after {layer}, "
            f"seed {next(iter(looks)).experiment.seed}. Every network starts from the same filters."
            + _remarks(present)
            + (_dots(layer, drawn=bool(dotted)) if mark else "")
        )
    return shown


def _layers(looks: dict[Arm, Response]) -> tuple[str, dict[Arm, str]]:
    """The layer that the visitor chose, and for each network its layer at the same stage."""
    layers = list(dict.fromkeys(layer for seen in looks.values() for layer in seen.maps))
    offered = [layer for layer in layers if layer.startswith("block")]
    pools = [layer for layer in offered if layer.endswith(".pool")]
    default = (pools or offered)[0]
    frame.forget_others("layer", default, offered)
    layer = frame.one_of("Layer", offered, "layer", default=default, named=False, wraps=True)
    owner = next(list(seen.maps) for seen in looks.values() if layer in seen.maps)
    stages = {arm: same_stage(layer, owner, list(seen.maps)) for arm, seen in looks.items()}
    return layer, {arm: name for arm, name in stages.items() if name}


def _feeds_max(arm: Arm, seen: Response, layer: str) -> bool:
    """Whether a max pool reads the output of this layer."""
    return arm.pooling is Pooling.MAX and is_pooled(layer, list(seen.maps))


def _remarks(present: dict[Arm, np.ndarray]) -> str:
    """How many channels of each network are zero or constant on this image, in words."""
    text = ""
    for what, which in (("Silent on this image", silent), ("The same everywhere", level)):
        counts = {arm.label: int(which(maps).sum()) for arm, maps in present.items()}
        if any(counts.values()):
            text += f" {what}: {join([f'{name} {n}' for name, n in counts.items() if n])}."
    return text


def _dots(layer: str, *, drawn: bool) -> str:
    return " Dots: passed on by max." if drawn else f" No dots: no max pool reads {layer}."


def _first_channel(most: int) -> int:
    """The first channel of the sheet to show; asks which sheet if there are several."""
    if most <= CHANNELS_SHOWN:
        return 0
    starts = range(0, most, CHANNELS_SHOWN)
    names = {f"{start + 1} to {min(start + CHANNELS_SHOWN, most)}": start for start in starts}
    frame.forget_others("channels", next(iter(names)), list(names))
    return names[frame.one_of("Channels", list(names), "channels")]


def _named(place: Any, arm: Arm, seen: Response, layer: str) -> None:
    place.markdown(answers.title(arm))
    channels, height, width = seen.maps[layer].shape
    place.caption(f"{layer}, {channels} × {size(height, width)}")


def _row(  # noqa: PLR0913 (what is drawn, and how)
    arm: Arm, seen: Response, layer: str, first: int, scale: Scale | None, *, mark: bool
) -> None:
    maps = seen.maps[layer][first : first + CHANNELS_SHOWN]
    model = arm.experiment.model
    marked = winners(maps, model.pool_size, model.pool_stride) if mark else None
    st.image(
        sheet.sheet(maps, scale or Scale.around(maps), marked=marked, dark=frame.dark()),
        width="stretch",
        alt=f"Feature maps of {layer}: {answers.spoken(arm)}",
    )


def _predicted(place: Any, arm: Arm, seen: Response, label: int | None) -> None:
    """Draw what a network says, with a tick if it is right and a cross if not."""
    mark = "" if label is None else " ✓" if seen.answer == label else " ✗"
    said = literal(arm.experiment.data.entry.classes[seen.answer])
    place.markdown(f"predicts **{said}{mark}**")
    place.caption(f"{percent(float(seen.probabilities.max()))} %")


main()
