"""Features: what is left of the image, layer by layer, in each trained network?"""

from itertools import islice
from typing import TYPE_CHECKING

import numpy as np
import streamlit as st

from core import sheet
from core.catalog import HEADS, POOLINGS, Pooling
from core.comparison import Arm, Results
from core.errors import ConfigError
from core.headlines import Sentence
from core.pictures import fitted, uploaded
from core.sheet import Scale
from core.words import join, percent, plural
from pages.shared import cached, controls, frame, jobs
from pages.shared.problems import literal

if TYPE_CHECKING:
    # they load torch, which this page does when it is opened and not before
    from core.inspection import Look, Network

SHOWN = 4
"""networks side by side; more would be too small to compare"""
CHANNELS = 16
"""maps in one sheet; of more, others are shown on demand"""
PATCHES = 8
TEMPERATURES = (0.0, 0.5, 1.0, 2.0, 4.0, 8.0, float("inf"))
MAPS_HELP = """
Each tile is one channel after the chosen layer. For one seed every network starts from the same
filters, so the same place in each row began as the same channel. A crossed-out tile is zero
everywhere on this image. Darker (in the dark theme: lighter) is larger.
"""
PATCHES_HELP = """
Each picture is cut from another test image: the part that the channel's strongest cell sees. A
channel that stands for something shows it here again and again.
"""
FILTERS_HELP = """
For one seed all networks start from the same filters; what differs is what training made of them.
A filter looks for what its picture shows: blue where it wants light, red where it wants dark.
"""
SOURCE_HELP = """
**Grad-CAM**: the last map, weighted by how strongly each channel moves the answer. **CAM**: the
same with the weights of the dense layer, which a GAP head allows. **Saliency**: how much the answer
moves with each pixel. **Occlusion**: how much of the answer is lost when a window is greyed out.
None of them says why the network learned what it did.
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
    looks: dict[Arm, Look] = {}
    if there:
        left, right = st.columns([1, 4])
        with left:
            image = _input(arms, seed)
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
        _sources(there, looks, image)
        _patches(there)
        _filters(there)
        _softened(there)
    if len(list(_distinct(results))) > SHOWN:
        st.caption(f"The first {SHOWN} networks of the comparison are shown.")


def _seed(results: Results) -> int:
    """Which of the seeds is looked at: the first."""
    return results.comparison.seeds[0]


def _distinct(results: Results) -> list[Arm]:
    return list(results.comparison.arms)


def _title(arm: Arm) -> str:
    return f"{frame.mark(arm.pooling)} **{POOLINGS[arm.pooling].label}** + {HEADS[arm.head].label}"


def headline(looks: dict[Arm, "Look"], results: Results) -> Sentence:
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


def _chosen(arms: list[Arm], seed: int) -> tuple[np.ndarray, str]:
    """The image that all networks see: an upload, or a test image by its number."""
    from pages.shared import networks

    experiment = arms[0].seeded(seed)
    entry = experiment.data.entry
    upload = st.session_state.get("upload")
    if upload is not None:
        try:
            picture = uploaded(upload.getvalue())
        except ConfigError as error:
            st.error(literal(str(error)), icon=":material/error:")
        else:
            remark = "".join(f"; {each}" for each in picture.remarks)
            return fitted(picture.image, entry.shape, entry.white), f"your upload{remark}"
    data = networks.test_images(experiment)
    number = min(int(st.session_state.image or 0), len(data) - 1)
    return data.images[number].numpy(), f"labelled “{entry.classes[int(data.labels[number])]}”"


def _looks(there: dict[Arm, "Network"], image: np.ndarray) -> dict[Arm, "Look"]:
    from core.inspection import look, prepared
    from pages.shared import networks

    found = {}
    for arm, network in there.items():
        data = networks.test_images(network.experiment)
        found[arm] = look(network, prepared(image, data))
    return found


def _input(arms: list[Arm], seed: int) -> np.ndarray:
    """Draw the image and the controls that choose another one; the image (C, H, W) as stored."""
    from pages.shared import networks

    entry = arms[0].experiment.data.entry
    with frame.section("Input"), st.container(border=True, height="stretch"):
        st.markdown("**Input**")
        picture = st.container()
        st.number_input(
            "Test image",
            0,
            entry.splits.test - 1,
            # a default of its own would be at odds with the button that sets the number
            None,
            placeholder="0",
            key="image",
            bind="query-params",
            help="Its number in the test split.",
        )
        differing = networks.disagreements(arms, seed)
        here = int(st.session_state.image or 0)
        if differing:
            following = next((n for n in differing if n > here), differing[0])
            st.button(
                "Next disagreement",
                key="next_disagreement",
                on_click=_go_to,
                args=(following,),
                help=f"The networks shown answer {len(differing):,} of {entry.splits.test:,} test "
                f"images differently.",
                width="stretch",
            )
        with st.popover("Upload", icon=":material/upload:", width="stretch"):
            st.file_uploader(
                "An image", ["png", "jpg", "jpeg", "webp"], key="upload", max_upload_size=2
            )
            st.caption("Up to 2 MB. It stays in memory and is resized to what the network takes.")
        image, name = _chosen(arms, seed)
        with picture:
            st.image(sheet.grey(image, entry.white, dark=frame.dark()), width="stretch")
            st.caption(f"{entry.label}, {name}. The same pixels go to every network.")
        return image


def _go_to(number: int) -> None:
    st.session_state["image"] = number


def _maps(looks: dict[Arm, "Look"]) -> None:
    """One row per network: name, maps, answer."""
    from core.inspection import silent, winners

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
        layer = st.pills(
            "Layer",
            shown,
            default=(pools or shown)[0],
            required=True,
            key="layer",
            label_visibility="collapsed",
        )
        layer = layer or shown[0]
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
    arm: Arm, seen: "Look", layer: str, first: int, scale: Scale | None, *, mark: bool
) -> None:
    from core.inspection import winners

    left, middle, right = st.columns([2, 9, 2], vertical_alignment="center")
    classes = arm.experiment.data.entry.classes
    with left:
        st.markdown(_title(arm))
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


def _sources(there: dict[Arm, "Network"], looks: dict[Arm, "Look"], image: np.ndarray) -> None:
    """Which part of the image speaks for the answer."""
    from core.inspection import Method, attribution, methods, prepared
    from pages.shared import networks

    with frame.card("Where the answer comes from", reading=SOURCE_HELP):
        method = Method(
            frame.one_of(
                "Method",
                [str(each) for each in Method],
                "method",
                default=str(Method.GRAD_CAM),
                named=False,
            )
        )
        layer = st.session_state.get("layer")
        with st.grid(min(len(there), 4), min_column_width=110):
            for arm, network in there.items():
                with st.container(gap="xsmall"):
                    st.markdown(_title(arm))
                    if method not in methods(network.experiment):
                        st.caption("CAM needs a GAP head.")
                        continue
                    x = prepared(image, networks.test_images(network.experiment))
                    known = layer if layer in looks[arm].maps else None
                    found = attribution(network, x, looks[arm].answer, method, known)
                    scale = Scale.even(found) if found.min() < 0 else Scale.around(found)
                    factor = max(1, 2 * sheet.TILE // max(found.shape))
                    heat = sheet.coloured(found, scale, dark=frame.dark())
                    st.image(heat.repeat(factor, 0).repeat(factor, 1), width="stretch")
                    entry = arm.experiment.data.entry
                    st.caption(f"for {entry.classes[looks[arm].answer]}")
        of_layer = f" Grad-CAM of {layer}, the layer chosen above." if layer else ""
        st.caption(
            "For the class that each network names. Each picture has its own scale; where a method "
            "gives negative values, blue speaks for the class and red against it."
            + (of_layer if method is Method.GRAD_CAM else "")
        )


def _patches(there: dict[Arm, "Network"]) -> None:
    """The parts of test images in which one channel is largest."""
    from core.inspection import TESTED
    from pages.shared import networks

    with frame.card("What excites a channel", reading=PATCHES_HELP):
        layer = str(st.session_state.get("layer") or "block1.pool")
        number = st.number_input(
            "Channel", 1, 1024, None, placeholder="1", key="channel", bind="query-params"
        )
        channel = int(number or 1) - 1
        tested = min(TESTED, next(iter(there)).experiment.data.entry.splits.test)
        for arm, network in there.items():
            experiment = network.experiment
            st.markdown(_title(arm))
            try:
                found = networks.patches(network, layer, channel, PATCHES)
            except (KeyError, IndexError):
                st.caption(f"This network has no channel {channel + 1} after {layer}.")
                continue
            if found[0].value <= 0:
                st.caption("No test image excites it.")
                continue
            entry = experiment.data.entry
            st.image(
                sheet.side_by_side(
                    [sheet.grey(each.pixels, entry.white, dark=frame.dark()) for each in found],
                    dark=frame.dark(),
                ),
                width="stretch",
            )
            images = ", ".join(str(each.image) for each in found)
            st.caption(f"Test images {images}, strongest first.")
        st.caption(
            f"Channel {channel + 1} after {layer}, the layer chosen above: the part of the image "
            f"that its strongest cell sees, among the first {tested:,} test images."
        )


def _filters(there: dict[Arm, "Network"]) -> None:
    """The weights of the first convolution, after training."""
    from core.inspection import filters

    with frame.card("Filters of the first block", reading=FILTERS_HELP):
        found = {arm: filters(network) for arm, network in there.items()}
        scale = Scale.even(np.concatenate([each.ravel() for each in found.values()]))
        for arm, weights in found.items():
            st.markdown(_title(arm))
            st.image(sheet.sheet(weights[:CHANNELS], scale, dark=frame.dark()), width="stretch")
        st.caption(
            f"One scale for all: blue is positive, red negative, the largest weight "
            f"{scale.high:.2f}. The first {min(CHANNELS, max(map(len, found.values())))} filters."
        )


def _softened(there: dict[Arm, "Network"]) -> None:
    """Accuracy of trained max networks whose pools are turned towards average."""
    from core.inspection import TESTED
    from pages.shared import networks

    with frame.card(
        "Turning max towards average",
        reading="The pools of a trained max network are replaced by y = Σ softmax(t·x)·x, without "
        "training again: t = 0 takes the mean, a large t the largest value.",
    ):
        own = {arm: n for arm, n in there.items() if arm.pooling is Pooling.MAX}
        if not own:
            st.caption("Choose max to see what its networks do with softer pools.")
            return
        rows = []
        for arm, network in own.items():
            found = networks.softened(network, TEMPERATURES)
            rows.append(
                {
                    "head": HEADS[arm.head].label,
                    **{
                        ("max" if t == float("inf") else f"t = {t:g}"): round(100 * value, 1)
                        for t, value in found.items()
                    },
                }
            )
        st.dataframe(rows, hide_index=True, key="softened")
        tested = min(TESTED, next(iter(own)).experiment.data.entry.splits.test)
        st.caption(
            f"Accuracy in percent on the first {tested:,} test {plural('image', tested)}; the "
            f"weights stay those that were trained with max."
        )


main()
