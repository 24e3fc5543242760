"""Features: what is left of the image, layer by layer, in each trained network?"""

from itertools import islice
from typing import TYPE_CHECKING

import numpy as np
import streamlit as st

from core.catalog import HEADS, POOLINGS, Pooling
from core.comparison import Arm, Results
from core.figures import tiles as sheet
from core.figures.tiles import Scale
from core.sentences.headlines import Sentence
from core.words import join, percent
from pages.cards import answers, picture
from pages.shared import cached, controls, frame, jobs

if TYPE_CHECKING:
    # they load torch, which this page does when it is opened and not before
    from core.analyses.inspection import Network, Response

SHOWN = 4
"""networks side by side; more would be too small to compare"""
CHANNELS = 16
"""maps in one sheet; of more, others are shown on demand"""
MAPS_HELP = """
Each tile is one channel after the chosen layer. For one seed every network starts from the same
filters, so the same place in each row began as the same channel. A crossed-out tile is zero
everywhere on this image. Darker (in the dark theme: lighter) is larger.
"""


def main() -> None:
    """Draw the page."""
    results = cached.results(controls.comparison())
    with st.spinner("Loading PyTorch, once…"):
        from pages.shared import networks
    seed = _seed(results)
    arms = list(islice(_distinct(results), SHOWN))
    opened = {arm: networks.network(arm, seed) for arm in arms}
    there = {arm: network for arm, network in opened.items() if network is not None}
    # the sentence stands above the controls that it depends on
    top = st.container()
    looks: dict[Arm, Response] = {}
    if there:
        left, right = st.columns([1, 4])
        with left:
            image = picture.card(arms, seed)
        looks = _looks(there, image)
    with top:
        frame.top(
            "Features: what is left of the image, layer by layer?",
            headline(looks, results),
            frame.scene(results),
        )
        jobs.missing_runs(results)
        jobs.train_again(cached.without_weights(arm.seeded(seed) for arm in arms))
        jobs.watch()
        jobs.diverged(results.diverged)
    if not there:
        frame.nothing_yet("This comparison")
        return
    with right:
        _maps(looks)
    with frame.grid(2, min_column_width=420):
        answers.sources(there, looks, image)
        answers.patches(there)
    answers.filters(there)
    answers.softened(there)
    if len(list(_distinct(results))) > SHOWN:
        st.caption(f"The first {SHOWN} networks of the comparison are shown.")


def _seed(results: Results) -> int:
    """Which of the seeds is looked at: the first."""
    return results.comparison.seeds[0]


def _distinct(results: Results) -> list[Arm]:
    return list(results.comparison.arms)


def headline(looks: dict[Arm, "Response"], results: Results) -> Sentence:
    """Whether the networks agree about this image, from their answers."""
    if not looks:
        return ("Nothing of this comparison is trained yet.",)
    classes = results.comparison.arms[0].experiment.data.entry.classes
    said: dict[int, list[Arm]] = {}
    for arm, seen in looks.items():
        said.setdefault(seen.answer, []).append(arm)
    if len(looks) == 1:
        (arm,) = looks
        return (arm.pooling, f" says {classes[looks[arm].answer]}.")
    if len(said) == 1:
        everyone = "Both networks say" if len(looks) == 2 else "All networks say"  # noqa: PLR2004
        return (f"{everyone} {classes[next(iter(said))]}.",)
    parts: list[str | Pooling] = ["The networks disagree: "]
    for number, (answer, arms) in enumerate(said.items()):
        parts.append("; " if number else "")
        for place, arm in enumerate(arms):
            parts += [", " if place else "", arm.pooling, f" with {HEADS[arm.head].label}"]
        parts.append(f" {'says' if len(arms) == 1 else 'say'} {classes[answer]}")
    return (*parts, ".")


def _looks(there: dict[Arm, "Network"], image: np.ndarray) -> dict[Arm, "Response"]:
    from core.analyses.inspection import prepared, respond
    from pages.shared import networks

    found = {}
    for arm, network in there.items():
        data = networks.test_images(network.experiment)
        found[arm] = respond(network, prepared(image, data))
    return found


def _maps(looks: dict[Arm, "Response"]) -> None:
    """One row per network: name, maps, answer."""
    from core.analyses.inspection import silent, winners

    layers = list(dict.fromkeys(layer for seen in looks.values() for layer in seen.maps))
    shown = [layer for layer in layers if layer.startswith("block")]
    pools = [layer for layer in shown if layer.endswith(".pool")]
    with frame.section("Feature maps"), st.container(border=True, height="stretch"):
        with st.container(horizontal=True, vertical_alignment="center"):
            st.markdown("**Feature maps**", help=MAPS_HELP, width="stretch")
            one_scale = st.toggle("One scale", value=True, key="one_scale", bind="query-params")
            mark = st.toggle(
                "Winners",
                key="winners",
                bind="query-params",
                help="A dot on each value that the following max pool passes on.",
            )
        layer = frame.one_of(
            "Layer",
            shown,
            "layer",
            default=(pools or shown)[0],
            bound=False,
            named=False,
            wraps=True,
        )
        present = {arm: seen.maps[layer] for arm, seen in looks.items() if layer in seen.maps}
        most = max(len(maps) for maps in present.values())
        first = _first_channel(most)
        common = Scale.around(np.concatenate([m.ravel() for m in present.values()]))
        for arm, seen in looks.items():
            _row(arm, seen, layer, first, common if one_scale else None, mark=mark)
        quiet = {POOLINGS[a.pooling].label: int(silent(m).sum()) for a, m in present.items()}
        still = join([f"{name} {count}" for name, count in quiet.items() if count])
        st.caption(
            f"Channels {first + 1} to {min(most, first + CHANNELS)} of {most} after {layer}, seed "
            f"{next(iter(looks)).experiment.seed}. Every network starts from the same filters."
            + (f" Silent on this image: {still}." if still else "")
            + (" Dots: passed on by max." if mark and winners else "")
        )


def _first_channel(most: int) -> int:
    """The first of the channels that are shown; asks which, if there are more than one sheet."""
    if most <= CHANNELS:
        return 0
    starts = range(0, most, CHANNELS)
    names = {f"{start + 1}–{min(start + CHANNELS, most)}": start for start in starts}
    chosen = frame.one_of("Channels", list(names), f"channels of {most}", bound=False)
    return names[chosen]


def _row(  # noqa: PLR0913 (what is drawn, and how)
    arm: Arm, seen: "Response", layer: str, first: int, scale: Scale | None, *, mark: bool
) -> None:
    from core.analyses.inspection import winners

    left, middle, right = st.columns([2, 9, 2], vertical_alignment="center")
    classes = arm.experiment.data.entry.classes
    with left:
        st.markdown(answers.title(arm))
        if layer in seen.maps:
            st.caption(" × ".join(map(str, seen.maps[layer].shape)))
    with middle:
        if layer not in seen.maps:
            st.caption(f"This network has no {layer}.")
        else:
            maps = seen.maps[layer][first : first + CHANNELS]
            model = arm.experiment.model
            following = layer.endswith(".relu") and arm.pooling is Pooling.MAX
            marked = (
                winners(maps, model.pool_size, model.pool_stride) if mark and following else None
            )
            st.image(
                sheet.sheet(maps, scale or Scale.around(maps), marked=marked, dark=frame.dark()),
                width="stretch",
            )
    with right:
        st.markdown(f"says **{classes[seen.answer]}**")
        st.caption(f"{percent(float(seen.probabilities.max()))} % sure")


main()
