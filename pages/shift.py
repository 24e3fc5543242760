"""Shift: what does a one-pixel shift of the image do to each network's prediction?"""

from dataclasses import dataclass

import streamlit as st

from core import figures
from core.analyses import ShiftMapRequest
from core.analyses.shift_map import ShiftMap, ShiftSettings
from core.comparison import Arm, Results
from core.sentences.networks import two_under_shift
from core.sentences.shown import steadiness_headline
from core.words import percent
from pages.cards import walk
from pages.shared import cached, chooser, computing, exports, frame, instead, jobs, words

FILLED, CIRCULAR = "filled", "circular"
NEAR, ALL_SHIFTS = "near", "all"
MAPS_SHOWN, IN_ROW = 8, 4
"""maps on the page (the visitor chooses if there are more networks), and maps in one row"""
LIGHT_END = 0.9
"""share at the light end of the scale, unless the smallest share of all maps is lower"""
MAP_HELP = """
Each cell is one shift: rows are pixels down, columns pixels to the right, and the blank cell is the
unshifted image. The number is the share of test images, in percent, whose prediction is the same as
for the unshifted image, right or wrong.
"""
PROFILE_HELP = """
The middle row of each map: shifts to the right only. Without border effects, the prediction of a
network with a global head is the same for shifts by multiples of the product of its strides, which
is 4 after two pools of stride 2: hence the teeth. This requires circular shifts, circular padding,
and at every pool a map whose side is a multiple of the stride and a window no larger than the
stride. The caption of each map states what theory guarantees for that network, if anything.
"""
TWO_SHIFTS_HELP = """
Any network against any other: strategies, heads or dropout. The share of predictions that stay is
paired by seed, over the seeds whose maps are stored for both, and the interval is that of this one
comparison, without correction: choose the two before you look.
"""


def main() -> None:
    """Draw the page."""
    shown = instead.shown()
    results = shown.results
    seed = results.comparison.seeds[0]
    top = st.container()
    arms = chooser.networks(results.comparison, MAPS_SHOWN)
    trained = [arm for arm in arms if seed in results.of(arm)]
    view = _view(arms[0]) if trained else None
    maps = _computed(trained, seed, view) if view else {}
    with top:
        frame.top(
            "Shift: what does one pixel do to the prediction?",
            shown.headline(steadiness_headline(maps, results.comparison, seed)),
            frame.scene(results),
        )
        instead.missing(shown)
        jobs.diverged(results.diverged)
        frame.caution(results)
    if view is None:
        frame.nothing_yet(f"Seed {seed} of these networks")
        return
    walk.card(trained, seed, view.reach, circular=view.settings.circular)
    bare = cached.without_weights(arm.seeded(seed) for arm in trained if arm not in maps)
    jobs.train_again(bare)
    keys = {experiment.key for experiment in bare}
    missing = [arm for arm in trained if arm not in maps and arm.seeded(seed).key not in keys]
    if missing:
        _offer(missing, seed, view.settings)
    if maps:
        _maps(maps, results)
        _profile(maps)
    if len(results.comparison.arms) > 1:
        _two(results, view)


@dataclass(frozen=True, slots=True)
class View:
    """Which maps are shown, and how much of them.

    Attributes:
        settings: how the images were moved for the stored maps.
        reach: largest shift that is shown, px; everything on the page is computed from these.
    """

    settings: ShiftSettings
    reach: int

    def stored(self, arm: Arm, seed: int) -> ShiftMap | None:
        """What is shown of a stored map; None if it is not stored."""
        steadiness = cached.computed(ShiftMapRequest(arm.seeded(seed), self.settings))
        return steadiness and steadiness.within(self.reach)


def _two(results: Results, view: View) -> None:
    """Draw which of any two networks is steadier, over the seeds whose maps are stored."""
    with frame.card("Any two networks", "two under shift", reading=TWO_SHIFTS_HELP) as head:
        one, other = chooser.two(results.comparison.arms)
        own, others = _of_seeds(one, results, view), _of_seeds(other, results, view)
        lacking = [arm for arm, maps in ((one, own), (other, others)) if not maps]
        for arm in dict.fromkeys(lacking):
            st.caption(f"No shift map of {arm.label} is computed.")
        if said := two_under_shift(one, other, own, others):
            st.markdown(words.marked(frame.written(said)))
            rows = figures.two_shift_rows(one, other, own, others)
            with head:
                exports.menu(rows, "two.csv", "two under shift", title=head.title)
            st.dataframe(rows, hide_index=True, key="table of two")


def _of_seeds(arm: Arm, results: Results, view: View) -> dict[int, ShiftMap]:
    """The stored maps of a network, by seed."""
    maps = ((seed, view.stored(arm, seed)) for seed in results.of(arm))
    return {seed: steadiness for seed, steadiness in maps if steadiness}


def _view(arm: Arm) -> View:
    """Draw how images are moved and how far; return what to show."""
    shape = arm.experiment.input_shape
    with frame.settings_row():
        border = frame.one_of(
            "Fill at the border",
            [FILLED, CIRCULAR],
            "shift_border",
            help_="**filled**: with the background of the images, black for photographs; "
            "**circular**: with what left on the other side.",
        )
        settings = ShiftSettings.of(shape, circular=border == CIRCULAR)
        near = settings.near(shape)
        if near == settings.reach:
            return View(settings, near)
        reach = frame.one_of(
            "Shifts shown",
            [NEAR, ALL_SHIFTS],
            "shift_reach",
            help_=f"**near**: by up to {near} px, a third of the side at most, so that most of "
            f"what is in the image stays in it; **all**: by up to {settings.reach} px.",
        )
    return View(settings, near if reach == NEAR else settings.reach)


def _computed(trained: list[Arm], seed: int, view: View) -> dict[Arm, ShiftMap]:
    """What is shown of the stored maps, by network in the given order."""
    maps = ((arm, view.stored(arm, seed)) for arm in trained)
    return {arm: steadiness for arm, steadiness in maps if steadiness}


def _offer(missing: list[Arm], seed: int, settings: ShiftSettings) -> None:
    """Offer to compute exactly the missing maps."""
    requests = [ShiftMapRequest(arm.seeded(seed), settings) for arm in missing]
    computing.offer(requests, "map", "maps", key="compute_maps")


def _maps(maps: dict[Arm, ShiftMap], results: Results) -> None:
    shares = (share for steadiness in maps.values() for row in steadiness.same for share in row)
    low = min(LIGHT_END, *shares)
    with frame.grid(len(maps) if len(maps) <= IN_ROW else 3, min_column_width=210):
        for arm, steadiness in maps.items():
            frame.show(
                f"{frame.mark(arm.pooling)} {arm.label}",
                cached.chart(figures.shift_map, arm, steadiness, low),
                "map",
                part=arm.label,
                file_name="shift.csv",
                reading=MAP_HELP,
            )
    first = next(iter(maps.values()))
    entry = results.comparison.arms[0].experiment.data.entry
    filled = f"the border filled with {'black' if entry.photographs else 'the background'}"
    moved = "circular shifts" if first.settings.circular else filled
    with frame.section("map"):
        st.caption(
            f"Rows: pixels down; columns: pixels to the right, up to {first.settings.reach} each "
            f"way. First {first.images:,} test images, "
            f"seed {results.comparison.seeds[0]}, {moved}. One scale for all maps, from "
            f"{percent(low)} to 100 %. Means exclude the unshifted image."
        )


def _profile(maps: dict[Arm, ShiftMap]) -> None:
    frame.show(
        "Along one axis",
        cached.chart(figures.shift_profile, tuple(maps.items())),
        "profile",
        file_name="profile.csv",
        reading=PROFILE_HELP,
    )


main()
