"""The maps and the answer of a network for one image, and its filters."""

from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from core.analyses.inspection.network import Floats, Network
from core.network.build import steps


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


def respond(network: Network, x: Tensor) -> Response:
    """Pass an image through a network, layer by layer.

    Args:
        network: the network.
        x: (1, C, H, W), as `prepared` returns it.
    """
    maps: dict[str, Floats] = {}
    with network.lock, torch.inference_mode():
        for step in steps(network.model, x):
            x = step.output
            if x.dim() == 4:  # noqa: PLR2004 (N, C, H, W)
                maps[step.name] = x[0].float().numpy()
        return Response(maps, x[0].softmax(dim=0).numpy())


def silent(maps: Floats) -> NDArray[np.bool_]:
    """Which channels (C,) are zero everywhere on this image."""
    zero: NDArray[np.bool_] = np.logical_not(maps.any(axis=(1, 2)))
    return zero


def level(maps: Floats) -> NDArray[np.bool_]:
    """Which channels (C,) have the same nonzero value everywhere; never for maps of one cell."""
    if maps[0].size == 1:
        return np.zeros(len(maps), dtype=bool)
    constant: NDArray[np.bool_] = (np.ptp(maps, axis=(1, 2)) == 0) & np.logical_not(silent(maps))
    return constant


def winners(maps: Floats, size: int, stride: int) -> NDArray[np.bool_]:
    """Which cells (C, H, W) a max pool selects; of equal values, the first."""
    _, index = torch.nn.functional.max_pool2d(
        torch.from_numpy(maps)[None], size, stride, return_indices=True
    )
    chosen = np.zeros((len(maps), maps[0].size), dtype=bool)
    np.put_along_axis(chosen, index[0].flatten(1).numpy(), values=True, axis=1)
    return chosen.reshape(maps.shape)


def filters(network: Network) -> Floats:
    """The weights of the first convolution (filters, rows, columns), averaged over colours."""
    first = next(m for m in network.model.modules() if isinstance(m, nn.Conv2d))
    weights: Floats = first.weight.mean(dim=1).numpy()
    return weights
