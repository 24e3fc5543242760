"""The image that a visitor moves on Shift, and what each network says of it meanwhile."""

from collections.abc import Sequence

import streamlit as st

from core.comparison import Arm
from core.sentences.shown import in_turns
from pages.cards import picture
from pages.shared import cached, frame, networks, talk, touch
from pages.shared.card_names import script_name

WALKERS_SHOWN = 4
"""networks beside the image; more would have no room for their records"""
WALK_HELP = """
Drag the image, or choose it and press the arrow keys: every network answers while it moves. Below
each answer is its record: filled places keep the answer of the unshifted image, a cross is a place
where it flips, and the frame is where the image is now. Press a place to go there. Everything is
computed in your browser; the maps below count the same over many test images.
"""


def card(arms: Sequence[Arm], seed: int, reach: int, *, circular: bool) -> None:
    """Draw the card; nothing if no network has weights or its images cannot be read.

    Args:
        arms: with a run of this seed.
        seed: of the runs.
        reach: largest shift, px.
        circular: whether what leaves on one side comes in on the other.
    """
    if not talk.shows(script_name("walk")):
        return
    stored = cached.store().with_weights([arm.seeded(seed).key for arm in arms])
    kept = [arm for arm in arms if arm.seeded(seed).key in stored]
    few = list(in_turns(kept, WALKERS_SHOWN))
    if not few or networks.unreadable(few[0].experiment.data):
        return
    if touch.millions(few, seed) > touch.TOUCHED_MILLIONS:
        return
    with frame.section("walk"), st.container(border=True, key="card walk"):
        with st.container(horizontal=True, vertical_alignment="center"):
            frame.heading("Move the image yourself", WALK_HELP)
            chosen = picture.chooser(few, seed)
        data = few[0].experiment.data
        scaling = networks.scaling(data)
        seen = touch.Seen(chosen.image, chosen.name, data.entry, *scaling, chosen.label)
        shown = [networks.shown(arm, seed) for arm in few]
        if not touch.walk(shown, seed, seen, reach=reach, circular=circular):
            st.caption("This browser cannot compute the networks; the maps below are stored.")
        elif len(few) < len(kept):
            st.caption(f"The first {len(few)} of {len(kept)} networks, the heads in turns.")
