"""Features: what is left of the image, layer by layer, in each trained network?"""

from functools import partial

import streamlit as st

from core.comparison import Arm, Comparison
from core.sentences.headlines import Sentence, learning_headline
from core.sentences.shown import answers_headline
from core.words import literal
from pages.cards import answers, disputed, maps, picture
from pages.shared import cached, chooser, frame, instead, jobs, live, networks, talk, touch
from pages.shared.parameters import PLAY
from pages.shared.problems import sentence

FEATURES_QUESTION = "Features: what is left of the image, layer by layer?"
NETWORKS_SHOWN = 4
"""networks on the page; more would be too small to compare"""
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


def main() -> None:
    """Draw the page."""
    shown = instead.shown(grows=True)
    results = shown.results
    seed = results.comparison.seeds[0]
    # reserved first, because the headline depends on controls below it
    top = st.container()
    arms = chooser.networks(results.comparison, NETWORKS_SHOWN)
    there = [arm for arm in arms if networks.is_there(arm, seed)]
    grow = live.growing_networks(arms, seed)
    data = results.comparison.arms[0].experiment.data
    if (there or grow) and (reason := networks.unreadable(data)):
        said = (f"The images of {literal(data.entry.label)} cannot be read here.",)
        frame.top(FEATURES_QUESTION, shown.headline(said), frame.scene(results))
        st.markdown(sentence(reason))
        return
    answered: dict[Arm, int] = {}
    if there or grow:
        chosen, seen = _touched([arm for arm in arms if arm in there or arm in grow], seed)
        answered = _answers(there, seed, chosen)
    bare = cached.without_weights(arm.seeded(seed) for arm in arms)
    with top:
        frame.top(
            FEATURES_QUESTION,
            shown.headline(_headline(answered, results.comparison, there, len(grow))),
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
    disputed.shown(there, results.comparison)
    _cards(there, seed, seen)


def _cards(there: list[Arm], seed: int, seen: touch.Seen) -> None:
    """Draw what the browser computes of the networks that are trained."""
    left, right = st.columns([1, 4])
    with left, frame.section("input"):
        picture.shown(seen)
    with right:
        layers = maps.shown(there, seed, seen)
    answers.patches(layers, seed, seen)
    answers.filters(there, seed)
    answers.softened(there, seed, seen)


def _touched(arms: list[Arm], seed: int) -> tuple[picture.Chosen, touch.Seen]:
    """Draw the networks that can be touched, and the choice of the image that they see."""
    with frame.section("touch"), st.container(border=True, key="card touch"):
        with st.container(horizontal=True, vertical_alignment="center"):
            frame.heading("Under your finger", TOUCH_HELP)
            chosen = picture.chooser(arms, seed)
        data = arms[0].experiment.data
        seen = touch.Seen(
            chosen.image, chosen.name, data.entry, *networks.scaling(data), chosen.label
        )
        millions = touch.millions(arms, seed)
        if millions > touch.TOUCHED_MILLIONS:
            st.caption(
                f"An image takes {millions:,.0f} million multiplications in these networks, more "
                f"than the {touch.TOUCHED_MILLIONS} that a browser is asked for while a finger "
                "moves. The cards below are computed all the same, more slowly."
            )
        else:
            part = partial(_drawn, arms, seed, seen)
            (jobs.refreshed(part) if live.growing_networks(arms, seed) else part)()
    return chosen, seen


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
        st.caption("This browser cannot show networks that can be touched.")
    elif not talk.in_scene():
        ended = [each for each in known if each.step is None and not each.steps]
        jobs.record(tuple(each.arm.seeded(seed) for each in ended))


def _plays() -> bool:
    """Whether a scene or a link asks for the training to be played."""
    return st.session_state.get(PLAY) is True or st.query_params.get(PLAY) == "true"


def _answers(arms: list[Arm], seed: int, chosen: picture.Chosen) -> dict[Arm, int]:
    """What the networks said of a test image when they were tested; nothing of another image."""
    return {} if chosen.number is None else networks.predicted(arms, seed, chosen.number)


def _headline(
    said: dict[Arm, int], comparison: Comparison, there: list[Arm], growing: int
) -> Sentence:
    if growing and not said:
        return learning_headline(growing)
    if there and not said:
        return ("Your browser computes what the networks say.",)
    classes = comparison.arms[0].experiment.data.entry.classes
    return answers_headline(said, comparison, tuple(map(literal, classes)))


main()
