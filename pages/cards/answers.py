"""Cards on what networks have learned: patches, filters, softened pools."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

import streamlit as st

from core.catalog import POOLINGS, Pooling
from core.comparison import Arm
from pages.shared import frame, networks, sheets, touch
from pages.shared.images import ImageFile
from pages.shared.touch import Seen

SEARCHED_MILLIONS = 20_000
"""most millions of multiplications for which a browser searches test images for patches"""
SOFTENED_MILLIONS = 5_000
"""the same for the accuracies of softened pools"""
LEAST_IMAGES = 50
"""images that are searched, or answered, however large the networks are"""
PATCHES_HELP = """
Each picture is cut from a different test image: the part that the channel's strongest cell sees.
Outside the image it shows the background, or with circular padding the opposite side, as the cell
reads it. A channel that detects one thing shows it here again and again.
"""
FILTERS_HELP = """
With the same seed, all networks start from the same filters; training makes the differences.
A filter responds to what its picture shows: blue where it wants light, red where it wants dark.
"""
CANNOT = "This browser cannot compute networks."


def title(arm: Arm) -> str:
    """The pooling, head and dropout of a network, as Markdown."""
    return f"{frame.mark(arm.pooling)} **{POOLINGS[arm.pooling].label}** + {arm.head_label}"


def patches(layers: Mapping[Arm, str], seed: int, seen: Seen) -> None:
    """Draw the parts of test images on which one channel is largest."""
    with frame.card("What activates a channel", "patches", reading=PATCHES_HELP):
        asked = st.number_input("Channel", 1, 1024, key="channel", bind="query-params", width=200)
        data = next(iter(layers)).experiment.data
        images = _few(networks.image_file(data), touch.millions(layers, seed), SEARCHED_MILLIONS)
        if not sheets.patches(layers, seed, seen, asked - 1, images):
            st.caption(CANNOT)


def filters(arms: Sequence[Arm], seed: int) -> None:
    """Draw the trained weights of the first convolution."""
    with frame.card("Filters of the first block", "filters", reading=FILTERS_HELP):
        if not sheets.filters(arms, seed):
            st.caption(CANNOT)


def softened(arms: Sequence[Arm], seed: int, seen: Seen) -> None:
    """Draw the accuracy of trained max networks whose pools are softened into average."""
    with frame.card(
        "Softening max into average",
        "softened",
        reading="The pools of a trained max network are replaced by y = Σ softmax(t·x)·x, without "
        "retraining: t = 0 takes the mean, a large t the largest value.",
    ):
        own = [arm for arm in arms if arm.pooling is Pooling.MAX]
        if not own:
            st.caption("No network shown uses max; choose one to see it with softer pools.")
            return
        millions = len(sheets.TEMPERATURES) * touch.millions(own, seed)
        images = _few(networks.image_file(own[0].experiment.data), millions, SOFTENED_MILLIONS)
        if not sheets.softened(own, seed, seen, images):
            st.caption(CANNOT)


def _few(images: ImageFile, millions: float, most: int) -> ImageFile:
    """The first of some images, as many as a browser has the time for, in hundreds.

    Args:
        images: all of them.
        millions: of multiplications that one of them takes.
        most: such millions for all of them.
    """
    affordable = int(most / millions)
    if affordable >= images.count:
        return images
    hundreds = affordable // 100 * 100
    return replace(images, count=min(images.count, max(LEAST_IMAGES, hundreds)))
