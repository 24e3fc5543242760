"""What PyTorch says of a trained network: the reference of what the browser computes.

Maps are read by calling the layers one after the other. pages/browser/sheets computes the same.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from math import inf

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from core.analyses.trained import Network
from core.catalog import Pooling
from core.config import ModelConfig
from core.data.tensors import LabelledTensors, to_input
from core.network import describe
from core.network.build import steps
from core.network.pooling.windows import windows
from core.network.receptive_field import Field, seen_by

Floats = NDArray[np.float32]

INSPECTED_IMAGES = 1_000
"""number of test images, the first ones, that are searched or on which accuracy is measured"""
PATCH_ROUNDING = 1e-6
"""relative difference of equal values that were summed in a different order"""


@dataclass(frozen=True, slots=True)
class Response:
    """The output of every layer of a network for one image.

    Attributes:
        maps: layer name -> map (C, H, W) after it; vectors are left out.
        probabilities: (classes,), softmax of the logits.
    """

    maps: dict[str, Floats]
    probabilities: Floats

    @property
    def answer(self) -> int:
        """The class with the largest probability."""
        return int(self.probabilities.argmax())


@dataclass(frozen=True, slots=True)
class Patch:
    """A part of a test image that excites a channel.

    Attributes:
        image: number of the test image.
        value: activation of the cell, the largest in its image.
        pixels: (C, rows, columns) as stored. With circular padding the patch continues on the
            other side of the image; pixels that the cell does not read have the ground's value.
        tied: number of searched images whose largest value this is, including this image.
    """

    image: int
    value: float
    pixels: NDArray[np.uint8]
    tied: int = 1


def prepared(image: NDArray[np.uint8], data: LabelledTensors) -> Tensor:
    """One stored image (C, H, W) as a batch of one, as the network sees it."""
    return to_input(torch.from_numpy(np.ascontiguousarray(image))[None], data.normalisation)


def respond(network: Network, x: Tensor) -> Response:
    """Pass an image through a network, layer by layer.

    Args:
        network: the network.
        x: (1, C, H, W), as `prepared` returns it.
    """
    maps: dict[str, Floats] = {}
    with torch.inference_mode():
        for step in steps(network.model, x):
            x = step.output
            if x.dim() == 4:
                maps[step.name] = x[0].float().numpy()
        return Response(maps, x[0].softmax(dim=0).numpy())


def filters(network: Network) -> Floats:
    """The weights of the first convolution (filters, rows, columns), averaged over colours."""
    first = next(m for m in network.model.modules() if isinstance(m, nn.Conv2d))
    weights: Floats = first.weight.mean(dim=1).numpy()
    return weights


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
    part = data.first(INSPECTED_IMAGES)
    maps = after(network.model, layer, to_input(part.images, part.normalisation))[:, channel]
    sight = partial(seen_by, describe(experiment), experiment.model, layer)
    ground = experiment.data.entry.background
    return strongest(maps, part.images.numpy(), sight, ground, count)


def strongest(
    maps: Tensor,
    images: NDArray[np.uint8],
    sight: Callable[[tuple[int, int]], Field],
    ground: tuple[int, ...],
    count: int,
) -> tuple[Patch, ...]:
    """The parts of images (N, C, H, W) whose cells are the largest in maps (N, rows, columns).

    Args:
        maps: of one channel.
        images: as stored.
        sight: the field of a cell.
        ground: stored value of each channel outside of images.
        count: maximum number of patches.
    """
    largest = maps.flatten(1).amax(dim=1)
    order = largest.argsort(descending=True, stable=True)[:count]
    numbers = order[largest[order] > 0].tolist()
    # of equal cells the first
    places = [int(maps[number].flatten().numpy().argmax()) for number in numbers]
    seen = [sight(divmod(place, maps.shape[2])) for place in places]
    if not seen:
        return ()
    shape = max(_side(each.rows) for each in seen), max(_side(each.columns) for each in seen)
    patches = []
    for number, field in zip(numbers, seen, strict=True):
        value = largest[number]
        tied = int((largest - value).abs().le(PATCH_ROUNDING * value).sum())
        patches.append(
            Patch(number, float(value), _cut(images[number], field, shape, ground), tied)
        )
    return tuple(patches)


def _side(ends: tuple[int, int]) -> int:
    return ends[1] - ends[0] + 1


def after(model: nn.Module, layer: str, x: Tensor) -> Tensor:
    """The maps (N, C, H, W) after a layer.

    Raises:
        KeyError: there is no such layer.
    """
    with torch.inference_mode():
        for step in steps(model, x):
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


class _Softened(nn.Module):
    """y = sum over the window of softmax(t * x)_i * x_i: t = 0 is average, t to infinity max."""

    def __init__(self, size: int, stride: int, temperature: float) -> None:
        super().__init__()
        self.size, self.stride, self.temperature = size, stride, temperature

    def forward(self, x: Tensor) -> Tensor:
        values = windows(x, self.size, self.stride)
        return ((self.temperature * values).softmax(dim=0) * values).sum(dim=0)


def softened_accuracy(
    network: Network, temperatures: tuple[float, ...], data: LabelledTensors
) -> dict[float, float]:
    """Test accuracy of a trained max network whose pools are softened towards average.

    Args:
        network: a network with max pooling.
        temperatures: t of y = sum of softmax(t * x)_i * x_i; infinity is max itself.
        data: test images, of which the first `INSPECTED_IMAGES` are used.

    Returns:
        Temperature -> accuracy, a fraction.

    Raises:
        ValueError: the network does not use max pooling.
    """
    config = network.experiment.model
    if config.pooling is not Pooling.MAX:
        raise ValueError(f"max pooling is needed; received {config.pooling}")
    part = data.first(INSPECTED_IMAGES)
    logits = softened_logits(
        network.model, config, temperatures, to_input(part.images, part.normalisation)
    )
    return {
        temperature: float((each.argmax(1) == part.labels).float().mean())
        for temperature, each in logits.items()
    }


def softened_logits(
    model: nn.Module, config: ModelConfig, temperatures: Sequence[float], x: Tensor
) -> dict[float, Tensor]:
    """Temperature -> logits (N, classes) of a max network with softened pools."""
    logits = {}
    for temperature in temperatures:
        softened = _Softened(config.pool_size, config.pool_stride, temperature)
        instead = {} if temperature == inf else {"pool": softened}
        y = x
        with torch.inference_mode():
            for step in steps(model, x, **instead):
                y = step.output
        logits[temperature] = y
    return logits
