"""What excites a channel? Parts of test images."""

from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from core.analyses.inspection.network import TESTED, Network
from core.data import Labelled, to_input
from core.network import describe
from core.network.receptive_field import seen_by

ROUNDING = 1e-6
"""equal values differ by so much, relative to them, when they are summed in another order"""


@dataclass(frozen=True, slots=True)
class Patch:
    """A part of a test image that excites a channel.

    Attributes:
        image: the number of the test image.
        value: of the cell, the largest of its image.
        pixels: (C, rows, columns) as stored; what lies beyond the border has the ground's value.
        tied: how many of the images that were looked at have this value as their largest, itself
            among them.
    """

    image: int
    value: float
    pixels: NDArray[np.uint8]
    tied: int = 1


def exciting(
    network: Network, layer: str, channel: int, data: Labelled, count: int = 8
) -> tuple[Patch, ...]:
    """The patches of test images in which a channel is largest, one for each image at most.

    Images on which it is nowhere above zero do not excite it and are left out.

    Args:
        network: any.
        layer: name of a layer of the blocks.
        channel: number of the channel, from 0.
        data: test images, of which the first `TESTED` are taken.
        count: how many patches.

    Raises:
        KeyError: the blocks have no such layer.
        IndexError: the layer has no such channel.
    """
    experiment = network.experiment
    architecture = describe(experiment.model, experiment.input_shape, experiment.classes)
    part = data.first(TESTED)
    maps = _after(network, layer, to_input(part.images, part.standard))[:, channel]
    flat = maps.flatten(1)
    largest = flat.max(dim=1)
    found = []
    order = largest.values.argsort(descending=True, stable=True)[:count]
    for number in order[largest.values[order] > 0].tolist():
        cell = divmod(int(largest.indices[number]), maps.shape[2])
        field = seen_by(architecture, experiment.model, layer, cell)
        pixels = _cut(
            part.images[number].numpy(), field.rows, field.columns, experiment.data.entry.background
        )
        value = largest.values[number]
        tied = int((largest.values - value).abs().le(ROUNDING * value).sum())
        found.append(Patch(number, float(value), pixels, tied))
    return tuple(found)


def _after(network: Network, layer: str, x: Tensor) -> Tensor:
    """The maps (N, C, H, W) after a layer."""
    with network.lock, torch.inference_mode():
        for part_name, part in network.model.named_children():
            for name, module in part.named_children():
                x = module(x)
                if f"{part_name}.{name}" == layer:
                    return x
    raise KeyError(layer)


def _cut(
    image: NDArray[np.uint8],
    rows: tuple[int, int],
    columns: tuple[int, int],
    ground: tuple[int, ...],
) -> NDArray[np.uint8]:
    """A rectangle of an image, which may reach over its border; both ends belong to it."""
    channels, height, width = image.shape
    shape = channels, rows[1] - rows[0] + 1, columns[1] - columns[0] + 1
    found = np.full(shape, np.reshape(ground, (-1, 1, 1)), dtype=np.uint8)
    top, left = max(rows[0], 0), max(columns[0], 0)
    inner = image[:, top : min(rows[1] + 1, height), left : min(columns[1] + 1, width)]
    down, right = top - rows[0], left - columns[0]
    found[:, down : down + inner.shape[1], right : right + inner.shape[2]] = inner
    return found
