"""Cards on what networks have learned: patches, filters, softened pools."""

import numpy as np
import streamlit as st

from core.analyses.inspection import (
    INSPECTED_IMAGES,
    StoredNetwork,
    ranking,
)
from core.catalog import POOLINGS, Pooling
from core.comparison import Arm
from core.figures import tiles as sheet
from core.figures.tiles import Scale
from core.words import plural
from pages.shared import frame, networks

FILTERS_SHOWN = 16
"""filters of the first block"""
PATCHES_SHOWN = 8
TEMPERATURES = (0.0, 0.5, 1.0, 2.0, 4.0, 8.0, float("inf"))
PATCHES_HELP = """
Each picture is cut from a different test image: the part that the channel's strongest cell sees.
Outside the image it shows the background, or with circular padding the opposite side, as the cell
reads it. A channel that detects one thing shows it here again and again.
"""
FILTERS_HELP = """
With the same seed, all networks start from the same filters; training makes the differences.
A filter responds to what its picture shows: blue where it wants light, red where it wants dark.
"""


def title(arm: Arm) -> str:
    """The pooling, head and dropout of a network, as Markdown."""
    return f"{frame.mark(arm.pooling)} **{POOLINGS[arm.pooling].label}** + {arm.head_label}"


def spoken(arm: Arm) -> str:
    """The same in plain text, for screen readers."""
    return f"{POOLINGS[arm.pooling].label} + {arm.head_label}"


def patches(there: dict[Arm, StoredNetwork], layers: dict[Arm, str]) -> None:
    """Draw the parts of test images on which one channel is largest."""
    with frame.card("What activates a channel", "patches", reading=PATCHES_HELP):
        asked = st.number_input("Channel", 1, 1024, key="channel", bind="query-params", width=200)
        with st.grid(min(len(there), 2), min_column_width=300):
            for arm, network in there.items():
                with st.container(gap="xsmall"):
                    st.markdown(title(arm))
                    _exciting(arm, network, layers[arm], asked - 1)
        tested = min(INSPECTED_IMAGES, next(iter(there)).experiment.data.entry.splits.test)
        st.caption(
            f"Channel {asked} after the layer shown above: the part of the image that its "
            f"strongest cell sees, among the first {tested:,} test images."
        )


def _exciting(arm: Arm, network: StoredNetwork, layer: str, channel: int) -> None:
    """Draw the patches of one network, or say why there are none."""
    entry = network.experiment.data.entry
    try:
        exciting = networks.patches(network, layer, channel, PATCHES_SHOWN)
    except (KeyError, IndexError):
        st.caption(f"This network has no channel {channel + 1} after {layer}.")
        return
    if not exciting:
        st.caption(f"After {layer}: no test image activates it.")
        return
    st.image(
        sheet.side_by_side(
            [sheet.grey(part.pixels, entry.white, dark=frame.dark()) for part in exciting],
            dark=frame.dark(),
        ),
        width="stretch",
        alt=f"Patches of channel {channel + 1}: {spoken(arm)}",
    )
    tested = min(INSPECTED_IMAGES, entry.splits.test)
    st.caption(f"After {layer}. {ranking(exciting, PATCHES_SHOWN, tested)}")


def filters(there: dict[Arm, StoredNetwork]) -> None:
    """Draw the trained weights of the first convolution."""
    with frame.card("Filters of the first block", "filters", reading=FILTERS_HELP):
        kernels = {arm: networks.filters(network) for arm, network in there.items()}
        scale = Scale.even(np.concatenate([weights.ravel() for weights in kernels.values()]))
        with st.grid(min(len(kernels), 2), min_column_width=300):
            for arm, weights in kernels.items():
                with st.container(gap="xsmall"):
                    st.markdown(title(arm))
                    picture = sheet.sheet(weights[:FILTERS_SHOWN], scale, dark=frame.dark())
                    st.image(picture, width="stretch", alt=f"Filters: {spoken(arm)}")
        st.caption(
            f"One scale for all: blue is positive, red negative, the largest weight is "
            f"{scale.high:.2f}. The first "
            f"{min(FILTERS_SHOWN, max(map(len, kernels.values())))} filters."
        )


def softened(there: dict[Arm, StoredNetwork]) -> None:
    """Draw the accuracy of trained max networks whose pools are softened into average."""
    with frame.card(
        "Softening max into average",
        "softened",
        reading="The pools of a trained max network are replaced by y = Σ softmax(t·x)·x, without "
        "retraining: t = 0 takes the mean, a large t the largest value.",
    ):
        own = {arm: n for arm, n in there.items() if arm.pooling is Pooling.MAX}
        if not own:
            st.caption("No network shown uses max; choose one to see it with softer pools.")
            return
        rows = []
        for arm, network in own.items():
            accuracies = networks.softened(network, TEMPERATURES)
            rows.append(
                {
                    "head": arm.head_label,
                    **{
                        ("max" if t == float("inf") else f"t = {t:g}"): round(100 * value, 1)
                        for t, value in accuracies.items()
                    },
                }
            )
        one_place = {
            name: st.column_config.NumberColumn(format="%.1f") for name in list(rows[0])[1:]
        }
        st.dataframe(rows, hide_index=True, column_config=one_place, key="softened")
        tested = min(INSPECTED_IMAGES, next(iter(own)).experiment.data.entry.splits.test)
        st.caption(
            f"Accuracy in percent on the first {tested:,} test {plural('image', tested)}; the "
            f"weights are those trained with max."
        )
