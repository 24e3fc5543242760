"""The card with the maps of every network after one layer, side by side."""

from collections.abc import Mapping, Sequence

import streamlit as st

from core.catalog import Pooling
from core.comparison import Arm
from core.network import describe, is_pooled, same_stage
from pages.shared import frame, sheets
from pages.shared.touch import Seen

CHANNELS_SHOWN = 16
"""maps in one sheet; the visitor chooses the sheet if there are more channels"""
MAPS_HELP = """
Each tile is one channel after the chosen layer. With the same seed, every network starts from the
same filters, so tiles at the same place in each row began as the same channel. If a network lacks
this layer, its row shows the corresponding layer, named on the left. A crossed-out tile is zero
everywhere on this image. Darker (in the dark theme: lighter) is larger. The tiles follow when you
change the image under your finger; your browser computes them.
"""

Shapes = Mapping[str, tuple[int, ...]]


def shown(arms: Sequence[Arm], seed: int, seen: Seen) -> dict[Arm, str]:
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
        owned = {arm: _maps_of(arm, seed) for arm in arms}
        layer, layers = _layers(owned)
        most = max(owned[arm][name][0] for arm, name in layers.items())
        first = _first_channel(most)
        dotted = tuple(
            arm for arm, name in layers.items() if mark and _feeds_max(arm, owned[arm], name)
        )
        choice = sheets.Choice(
            first=first,
            most=CHANNELS_SHOWN,
            one_scale=one_scale,
            dotted=dotted,
            caption=f"Channels {first + 1} to {min(most, first + CHANNELS_SHOWN)} of {most} after "
            f"{layer}, seed {seed}. Every network starts from the same filters.",
            dots=_dots(layer, drawn=bool(dotted)) if mark else "",
        )
        if not sheets.maps(layers, seed, seen, choice):
            st.caption("This browser cannot compute the maps of networks.")
    return layers


def _maps_of(arm: Arm, seed: int) -> Shapes:
    """The layers of a network that have maps, and the shapes of these."""
    layers = describe(arm.seeded(seed)).layers
    return {each.name: each.shape for each in layers if len(each.shape) == 3}  # noqa: PLR2004


def _layers(owned: Mapping[Arm, Shapes]) -> tuple[str, dict[Arm, str]]:
    """The layer that the visitor chose, and for each network its layer at the same stage."""
    layers = list(dict.fromkeys(layer for maps in owned.values() for layer in maps))
    offered = [layer for layer in layers if layer.startswith("block")]
    pools = [layer for layer in offered if layer.endswith(".pool")]
    default = (pools or offered)[0]
    frame.forget_others("layer", default, offered)
    layer = frame.one_of("Layer", offered, "layer", default=default, named=False, wraps=True)
    owner = next(list(maps) for maps in owned.values() if layer in maps)
    stages = {arm: same_stage(layer, owner, list(maps)) for arm, maps in owned.items()}
    return layer, {arm: name for arm, name in stages.items() if name}


def _feeds_max(arm: Arm, maps: Shapes, layer: str) -> bool:
    """Whether a max pool reads the output of this layer."""
    return arm.pooling is Pooling.MAX and is_pooled(layer, list(maps))


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
