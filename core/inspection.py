"""What does a trained network do with one image? Its maps, its answer, where that comes from.

A network is opened once and stays as it is, in evaluation mode; maps are read by calling
its layers one after the other, without hooks. Attribution needs hooks and gradients for a
moment; a lock keeps visitors who share a network apart.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from enum import StrEnum
from threading import Lock

import numpy as np
import safetensors.torch
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from core.architecture import describe
from core.architecture.field import seen_by
from core.catalog import Head, Pooling
from core.config import Experiment
from core.data import Labelled, load, to_input
from core.model import build_model
from core.pooling.windows import windows

Floats = NDArray[np.float32]

TESTED = 1_000
"""test images on which the accuracy of a changed network is measured: the first ones"""


class Method(StrEnum):
    """Where an answer comes from, by different definitions."""

    GRAD_CAM = "Grad-CAM"
    CAM = "CAM"
    SALIENCY = "saliency"
    OCCLUSION = "occlusion"


@dataclass(frozen=True, slots=True)
class Network:
    """A trained network, opened for reading.

    Attributes:
        experiment: how it was trained.
        model: in evaluation mode; nobody changes it.
        lock: held while anybody uses the model.
    """

    experiment: Experiment
    model: nn.Sequential
    lock: Lock = field(default_factory=Lock, compare=False)

    @classmethod
    def of(cls, experiment: Experiment, weights: bytes) -> "Network":
        """Open a network from its stored weights (safetensors).

        Raises:
            ValueError: the weights are not those of this network.
        """
        model = build_model(
            experiment.model, experiment.input_shape, experiment.classes, experiment.seed
        )
        try:
            model.load_state_dict(safetensors.torch.load(weights))
        except (RuntimeError, safetensors.SafetensorError) as error:
            raise ValueError(f"the weights are not those of this network ({error})") from error
        return cls(experiment, model.eval().requires_grad_(requires_grad=False))


@dataclass(frozen=True, slots=True)
class Look:
    """What a network makes of one image.

    Attributes:
        maps: layer name -> (C, H, W) after it; vectors are left out.
        probabilities: (classes,), softmax of the logits.
    """

    maps: dict[str, Floats]
    probabilities: Floats

    @property
    def answer(self) -> int:
        """The class of largest probability."""
        return int(self.probabilities.argmax())


def images_of_test(experiment: Experiment) -> Labelled:
    """The test images of an experiment's data set, and how they are shown to the network."""
    return load(experiment.data).test


def prepared(image: NDArray[np.uint8], data: Labelled) -> Tensor:
    """One stored image (C, H, W) as a batch of one, as the network sees it."""
    return to_input(torch.from_numpy(np.ascontiguousarray(image))[None], data.standard)


def look(network: Network, x: Tensor) -> Look:
    """Pass an image through a network, layer by layer.

    Args:
        network: any.
        x: (1, C, H, W), as `prepared` gives it.
    """
    maps: dict[str, Floats] = {}
    with network.lock, torch.inference_mode():
        for part_name, part in network.model.named_children():
            for name, layer in part.named_children():
                x = layer(x)
                if x.dim() == 4 and name != "margins":  # noqa: PLR2004 (N, C, H, W)
                    maps[f"{part_name}.{name}"] = x[0].float().numpy()
        return Look(maps, x[0].softmax(dim=0).numpy())


def silent(maps: Floats) -> NDArray[np.bool_]:
    """Which channels (C,) are zero everywhere on this image."""
    found: NDArray[np.bool_] = np.logical_not(maps.any(axis=(1, 2)))
    return found


def winners(maps: Floats, size: int, stride: int) -> NDArray[np.bool_]:
    """Cells (C, H, W) whose value a max pool passes on; of equal ones the first."""
    _, index = torch.nn.functional.max_pool2d(
        torch.from_numpy(maps)[None], size, stride, return_indices=True
    )
    chosen = np.zeros((len(maps), maps[0].size), dtype=bool)
    np.put_along_axis(chosen, index[0].flatten(1).numpy(), values=True, axis=1)
    return chosen.reshape(maps.shape)


def filters(network: Network) -> Floats:
    """The weights of the first convolution, (filters, rows, columns); colours are averaged."""
    first = next(m for m in network.model.modules() if isinstance(m, nn.Conv2d))
    weights: Floats = first.weight.mean(dim=1).numpy()
    return weights


@dataclass(frozen=True, slots=True)
class Patch:
    """A part of a test image that excites a channel.

    Attributes:
        image: the number of the test image.
        value: of the cell, the largest of its image.
        pixels: (C, rows, columns) as stored; what lies beyond the border has the ground's value.
    """

    image: int
    value: float
    pixels: NDArray[np.uint8]


def exciting(
    network: Network, layer: str, channel: int, data: Labelled, count: int = 8
) -> tuple[Patch, ...]:
    """The patches of test images in which a channel is largest, one for each image at most.

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
    for number in largest.values.argsort(descending=True, stable=True)[:count].tolist():
        cell = divmod(int(largest.indices[number]), maps.shape[2])
        field = seen_by(architecture, experiment.model, layer, cell)
        pixels = _cut(
            part.images[number].numpy(), field.rows, field.columns, experiment.data.entry.background
        )
        found.append(Patch(number, float(largest.values[number]), pixels))
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
    image: NDArray[np.uint8], rows: tuple[int, int], columns: tuple[int, int], ground: int
) -> NDArray[np.uint8]:
    """A rectangle of an image, which may reach over its border; both ends belong to it."""
    channels, height, width = image.shape
    shape = channels, rows[1] - rows[0] + 1, columns[1] - columns[0] + 1
    found = np.full(shape, ground, dtype=np.uint8)
    top, left = max(rows[0], 0), max(columns[0], 0)
    inner = image[:, top : min(rows[1] + 1, height), left : min(columns[1] + 1, width)]
    down, right = top - rows[0], left - columns[0]
    found[:, down : down + inner.shape[1], right : right + inner.shape[2]] = inner
    return found


def methods(experiment: Experiment) -> tuple[Method, ...]:
    """The methods that a network allows; CAM needs a GAP head right before the logits."""
    plain_gap = experiment.model.head is Head.GAP and not experiment.model.hidden
    return tuple(m for m in Method if m is not Method.CAM or plain_gap)


def attribution(
    network: Network, x: Tensor, target: int, method: Method, layer: str | None = None
) -> Floats:
    """How much each place of the image speaks for a class.

    Args:
        network: any.
        x: (1, C, H, W).
        target: the class.
        method: by which definition. Saliency: |gradient of the logit| (Simonyan et al. 2014);
            occlusion: the loss of the logit when a window is greyed out (Zeiler & Fergus 2014);
            Grad-CAM: the last map weighted by the mean gradients, negative parts cut (Selvaraju et
            al. 2017); CAM: the last map weighted by the class's weights (Zhou et al. 2016).
        layer: for Grad-CAM, the layer of the blocks whose map is taken; None for the last.

    Returns:
        (H, W) of the image for saliency and occlusion, of the map otherwise.

    Raises:
        ValueError: CAM of a network without a plain GAP head.
    """
    with network.lock, _differentiable(network.model):
        if method is Method.GRAD_CAM:
            return _grad_cam(network, x.clone(), target, layer)
        return _METHODS[method](network, x.clone(), target)


def _cam(network: Network, x: Tensor, target: int) -> Floats:
    if Method.CAM not in methods(network.experiment):
        raise ValueError("CAM needs a GAP head right before the logits")
    with torch.no_grad():
        last = _blocks(network)(x)[0]
        weights = network.model.get_submodule("head.logits").weight[target]  # type: ignore[index]
        return torch.einsum("c,chw->hw", weights, last).numpy()


def _grad_cam(network: Network, x: Tensor, target: int, layer: str | None) -> Floats:
    from captum.attr import LayerGradCam

    module = network.model.get_submodule(layer) if layer else _last_layer(network)
    found = LayerGradCam(network.model, module).attribute(x, target=target, relu_attributions=True)
    return _as_map(found)


def _saliency(network: Network, x: Tensor, target: int) -> Floats:
    from captum.attr import Saliency

    return _as_map(Saliency(network.model).attribute(x.requires_grad_(), target=target))


def _occlusion(network: Network, x: Tensor, target: int) -> Floats:
    from captum.attr import Occlusion

    channels, height, width = x.shape[1:]
    side = max(2, min(height, width) // 7)
    found = Occlusion(network.model).attribute(
        x,
        sliding_window_shapes=(channels, side, side),
        strides=(channels, max(1, side // 2), max(1, side // 2)),
        target=target,
        perturbations_per_eval=32,
    )
    return _as_map(found)


_METHODS: dict[Method, Callable[[Network, Tensor, int], Floats]] = {
    Method.CAM: _cam,
    Method.SALIENCY: _saliency,
    Method.OCCLUSION: _occlusion,
}


def _as_map(found: Tensor) -> Floats:
    """(1, C, H, W) -> (H, W): the sum over channels, or the mean over colours."""
    values: Floats = found.detach()[0].mean(dim=0).float().numpy()
    return values


def _blocks(network: Network) -> nn.Sequential:
    """Everything before the head."""
    return network.model[:-1]


def _last_layer(network: Network) -> nn.Module:
    """The layer whose output is the last map."""
    last = list(network.model.children())[-2]
    return list(last.children())[-1]


@contextmanager
def _differentiable(model: nn.Module) -> Iterator[None]:
    """Let gradients reach the layers for a moment; as before afterwards, whatever happens."""
    with torch.enable_grad():
        model.requires_grad_(requires_grad=True)
        try:
            yield
        finally:
            model.requires_grad_(requires_grad=False)
            model.zero_grad(set_to_none=True)


class _Softened(nn.Module):
    """y = sum over the window of softmax(t * x)_i * x_i: t = 0 is average, t to infinity max."""

    def __init__(self, size: int, stride: int, temperature: float) -> None:
        super().__init__()
        self.size, self.stride, self.temperature = size, stride, temperature

    def forward(self, x: Tensor) -> Tensor:
        values = windows(x, self.size, self.stride)
        return ((self.temperature * values).softmax(dim=0) * values).sum(dim=0)


def softened_accuracy(
    network: Network, temperatures: tuple[float, ...], data: Labelled
) -> dict[float, float]:
    """Test accuracy of a trained max network whose pools are turned towards average.

    Args:
        network: with max pooling.
        temperatures: t of y = sum of softmax(t * x)_i * x_i; infinity is max itself.
        data: test images, of which the first `TESTED` are taken.

    Returns:
        temperature -> accuracy, a fraction.

    Raises:
        ValueError: the network has other pools.
    """
    config = network.experiment.model
    if config.pooling is not Pooling.MAX:
        raise ValueError(f"max pooling is needed; received {config.pooling}")
    part = data.first(TESTED)
    x = to_input(part.images, part.standard)
    found = {}
    with torch.inference_mode():
        for temperature in temperatures:
            y = x
            for block in network.model.children():
                for name, layer in block.named_children():
                    soft = name == "pool" and temperature != float("inf")
                    pool = _Softened(config.pool_size, config.pool_stride, temperature)
                    y = pool(y) if soft else layer(y)
            found[temperature] = float((y.argmax(1) == part.labels).float().mean())
    return found
