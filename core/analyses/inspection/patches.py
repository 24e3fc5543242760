"""What excites a channel? The parts of test images with the largest activations."""

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from core.analyses.inspection.network import Network
from core.analyses.inspection.results import INSPECTED_IMAGES, PATCH_ROUNDING, Patch
from core.data.tensors import LabelledTensors, to_input
from core.network import describe
from core.network.build import steps
from core.network.receptive_field import Field, seen_by


def exciting(
    network: Network, layer: str, channel: int, data: LabelledTensors, count: int = 8
) -> tuple[Patch, ...]:
    """The patches of test images in which a channel is largest, at most one per image.

    Images on which the channel is nowhere above zero are left out.

    Args:
        network: the network.
        layer: name of a layer of the blocks.
        channel: number of the channel, from 0.
        data: test images, of which the first `INSPECTED_IMAGES` are searched.
        count: maximum number of patches.

    Raises:
        KeyError: the blocks have no such layer.
        IndexError: the layer has no such channel.
    """
    experiment = network.experiment
    architecture = describe(experiment)
    part = data.first(INSPECTED_IMAGES)
    maps = _after(network, layer, to_input(part.images, part.normalisation))[:, channel]
    flat = maps.flatten(1)
    largest = flat.max(dim=1)
    order = largest.values.argsort(descending=True, stable=True)[:count]
    numbers = order[largest.values[order] > 0].tolist()
    cells = [divmod(int(largest.indices[number]), maps.shape[2]) for number in numbers]
    seen = [seen_by(architecture, experiment.model, layer, cell) for cell in cells]
    if not seen:
        return ()
    shape = max(_side(each.rows) for each in seen), max(_side(each.columns) for each in seen)
    ground = experiment.data.entry.background
    patches = []
    for number, field in zip(numbers, seen, strict=True):
        value = largest.values[number]
        tied = int((largest.values - value).abs().le(PATCH_ROUNDING * value).sum())
        pixels = _cut(part.images[number].numpy(), field, shape, ground)
        patches.append(Patch(number, float(value), pixels, tied))
    return tuple(patches)


def _side(ends: tuple[int, int]) -> int:
    return ends[1] - ends[0] + 1


def _after(network: Network, layer: str, x: Tensor) -> Tensor:
    """The maps (N, C, H, W) after a layer."""
    with network.lock, torch.inference_mode():
        for step in steps(network.model, x):
            if step.name == layer:
                return step.output
    raise KeyError(layer)


def _cut(
    image: NDArray[np.uint8], field: Field, shape: tuple[int, int], ground: tuple[int, ...]
) -> NDArray[np.uint8]:
    """The pixels (C, rows, columns) of an image that a cell reads, in a rectangle of given shape.

    On a grid that moves, some cells read a row more than others: the shape is that of the largest.
    """
    patch = np.full((len(image), *shape), np.reshape(ground, (-1, 1, 1)), dtype=np.uint8)
    rows, columns = (np.array(places) for places in field.positions)
    _, height, width = image.shape
    read = image[:, rows[:, None] % height, columns % width]
    patch[:, rows[:, None] - field.rows[0], columns - field.columns[0]] = read
    return patch
