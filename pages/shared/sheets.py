"""Sheets of what networks have learned and see: the data of which the browser makes them.

Each function draws one part of a card, and gives False if this browser cannot compute networks.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import lru_cache
from typing import Any

from core.catalog import POOLINGS
from core.comparison import Arm
from core.config import Experiment
from core.figures.palette import CROSS, DOT, style
from core.network import describe
from core.network.plain import plain_network
from core.network.receptive_field import sights
from pages.shared import networks
from pages.shared.images import ImageFile
from pages.shared.in_browser import draw, styles
from pages.shared.touch import COLOUR_SCALES, Seen, picture

SHEETS_STYLES = styles("sheets/sheets")
FILTERS_SHOWN = 16
"""filters of the first block"""
PATCHES_SHOWN = 8
TEMPERATURES = (0, 0.5, 1, 2, 4, 8, None)
"""t of softened pools; None stands for infinity, which is max itself"""


def filters(arms: Sequence[Arm], seed: int) -> bool:
    """Draw the trained weights of the first convolution, on one scale."""
    return _draw("filters", {"networks": _networks(arms, seed), "most": FILTERS_SHOWN})


def input_image(seen: Seen) -> bool:
    """Draw the image that all networks see, larger; it follows the finger."""
    return _draw("input", {"picture": picture(seen), "dataset": seen.entry.label})


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """Which maps are drawn, and how.

    Attributes:
        first: the first channel, from 0.
        most: channels that are drawn at once.
        one_scale: whether all networks have one scale of colours.
        dotted: networks whose next max pool is marked, by a dot on each value that it passes on.
        caption: what is said first.
        dots: what is said of the dots.
    """

    first: int
    most: int
    one_scale: bool
    dotted: tuple[Arm, ...]
    caption: str
    dots: str


def maps(layers: Mapping[Arm, str], seed: int, seen: Seen, choice: Choice) -> bool:
    """Draw the maps of every network after its layer, and what it says of the image.

    Args:
        layers: the layer of each network.
        seed: of the runs.
        seen: the image; the maps follow it under the finger.
        choice: which maps.
    """
    shown = [
        {
            **each,
            "layer": layers[arm],
            "label": arm.label,
            "pool": _pool(arm) if arm in choice.dotted else None,
        }
        for arm, each in zip(layers, _networks(list(layers), seed), strict=True)
    ]
    data = {
        "networks": shown,
        "picture": picture(seen),
        "input": {"scale": seen.scale, "shift": seen.shift},
        "classes": list(seen.entry.classes),
        "first": choice.first,
        "most": choice.most,
        "one_scale": choice.one_scale,
        "caption": choice.caption,
        "dots": choice.dots,
    }
    return _draw("maps", data)


def patches(
    layers: Mapping[Arm, str], seed: int, seen: Seen, channel: int, images: ImageFile
) -> bool:
    """Draw the parts of test images on which one channel of each network is largest.

    Args:
        layers: the layer of each network.
        seed: of the runs.
        seen: an image, for how images of its data set are drawn and scaled.
        channel: its number, from 0.
        images: that are searched.
    """
    shown = [
        {**each, "layer": layers[arm], "fields": _fields(arm.seeded(seed), layers[arm])}
        for arm, each in zip(layers, _networks(list(layers), seed), strict=True)
    ]
    white, ground = seen.entry.white, list(seen.entry.background)
    data = {
        "networks": shown,
        "picture": {"white": white, "background": ground},
        "channel": channel,
        "most": PATCHES_SHOWN,
        "caption": f"Channel {channel + 1} after the layer shown above: the part of the image that "
        f"its strongest cell sees, among the first {images.count:,} test images.",
        **_searched(images, seen),
    }
    return _draw("patches", data)


def softened(arms: Sequence[Arm], seed: int, seen: Seen, images: ImageFile) -> bool:
    """Draw the accuracy of trained max networks whose pools are softened towards average."""
    data = {"networks": _networks(arms, seed), "temperatures": TEMPERATURES}
    return _draw("softened", data | _searched(images, seen))


def _draw(key: str, data: dict[str, Any]) -> bool:
    colours = {"scales": COLOUR_SCALES, "marks": {"dot": DOT, "cross": CROSS}}
    return draw(key, f"sheets/{key}", SHEETS_STYLES, data | colours)


def _searched(images: ImageFile, seen: Seen) -> dict[str, Any]:
    return {
        "images": asdict(images),
        "input": {"scale": seen.scale, "shift": seen.shift},
    }


def _networks(arms: Sequence[Arm], seed: int) -> list[dict[str, Any]]:
    return [_network(arm, seed) for arm in arms]


def _network(arm: Arm, seed: int) -> dict[str, Any]:
    drawn = style(arm.pooling)
    return {
        "strategy": POOLINGS[arm.pooling].label,
        "head": arm.head_label,
        "glyph": drawn.glyph,
        "colours": [drawn.light, drawn.dark],
        "weights": networks.address(arm, seed),
        "description": plain_network(arm.seeded(seed)),
    }


def _pool(arm: Arm) -> dict[str, int]:
    model = arm.experiment.model
    return {"size": model.pool_size, "stride": model.pool_stride}


@lru_cache(maxsize=64)
def _fields(experiment: Experiment, layer: str) -> dict[str, Any]:
    """What each row and column of a layer sees, as pages/browser/sheets/cut.js takes it."""
    rows, columns = sights(describe(experiment), experiment.model, layer)
    return {"rows": rows, "columns": columns}
