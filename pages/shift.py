"""Shift: what does a one-pixel shift of the image do to each network's answer?"""

import streamlit as st

from core import figures
from core.analyses import ShiftMapRequest
from core.analyses.shift_map import ShiftMap, ShiftSettings
from core.comparison import Arm, Results
from core.engine import stored
from core.sentences.shown import steadiness_headline
from core.words import percent
from pages.shared import cached, chooser, computing, controls, frame, jobs

FILLED, CIRCULAR = "filled", "circular"
MAPS_SHOWN, IN_ROW = 8, 4
"""maps on the page, of more networks the visitor chooses; and maps that stand in one row"""
LIGHT_END = 0.9
"""share at the light end of the scale, or the least share of all maps, if that is lower"""
MAP_HELP = """
Each cell is one shift: rows are pixels down, columns pixels to the right, the blank cell is the
unmoved image. The number is the share of test images, in percent, whose answer stays what it was
for the unmoved image, right or wrong.
"""
PROFILE_HELP = """
The row through the middle of each map: shifts to the right alone. Where nothing happens at the
border, a network with a global head answers alike under shifts by multiples of all its strides
together, which is 4 after two pools of stride 2: hence the teeth. That takes circular shifts,
circular padding, and at every pool a map whose side is a multiple of the stride and a window no
larger than the stride. Under each map stands what theory promises for that network, if anything.
"""


def main() -> None:
    """Draw the page."""
    results = cached.results(controls.comparison())
    seed = results.comparison.seeds[0]
    top = st.container()
    arms = chooser.networks(results.comparison, MAPS_SHOWN)
    trained = [arm for arm in arms if seed in results.of(arm)]
    settings = _settings(arms[0]) if trained else None
    maps = _computed(trained, seed, settings) if settings else {}
    with top:
        frame.top(
            "Shift: what does one pixel do to the answer?",
            steadiness_headline(maps, results.comparison, seed),
            frame.scene(results),
        )
        jobs.missing_runs(results)
        jobs.watch()
        jobs.diverged(results.diverged)
        frame.caution(results)
    if settings is None:
        frame.nothing_yet(f"Seed {seed} of these networks")
        return
    bare = cached.without_weights(arm.seeded(seed) for arm in trained if arm not in maps)
    jobs.train_again(bare)
    keys = {experiment.key for experiment in bare}
    missing = [arm for arm in trained if arm not in maps and arm.seeded(seed).key not in keys]
    if missing:
        _offer(missing, seed, settings)
    if maps:
        _maps(maps, results)
        _profile(maps)


def _settings(arm: Arm) -> ShiftSettings:
    with frame.settings_row():
        chosen = frame.one_of(
            "What comes in at the border",
            [FILLED, CIRCULAR],
            "shift_border",
            help_="**filled**: the ground of the images, around photographs black; **circular**: "
            "what left on the other side.",
        )
    return ShiftSettings.of(arm.experiment.input_shape, circular=chosen == CIRCULAR)


def _computed(trained: list[Arm], seed: int, settings: ShiftSettings) -> dict[Arm, ShiftMap]:
    """The maps that are stored, of networks in order."""
    requests = ((arm, ShiftMapRequest(arm.seeded(seed), settings)) for arm in trained)
    maps = ((arm, stored(cached.store(), request)) for arm, request in requests)
    return {arm: steadiness for arm, steadiness in maps if steadiness}


def _offer(missing: list[Arm], seed: int, settings: ShiftSettings) -> None:
    """Name the maps that are missing, with a button that computes exactly these."""
    requests = [ShiftMapRequest(arm.seeded(seed), settings) for arm in missing]
    computing.offer(requests, "map", "maps", key="compute_maps")


def _maps(maps: dict[Arm, ShiftMap], results: Results) -> None:
    shares = (share for each in maps.values() for row in each.same for share in row)
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
    filled = f"{'black' if entry.photographs else 'the ground'} comes in at the border"
    moved = "circular shifts" if first.settings.circular else filled
    st.caption(
        f"First {first.images:,} test images, seed {results.comparison.seeds[0]}, {moved}. One "
        f"scale for all maps, from {percent(low)} to 100 %. Means leave out the unmoved image."
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
