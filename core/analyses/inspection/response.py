"""The maps and the answer of a network for one image, and its filters."""

import torch
from torch import Tensor, nn

from core.analyses.inspection.network import Network
from core.analyses.inspection.results import Floats, Response
from core.network.build import steps


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


def filters(network: Network) -> Floats:
    """The weights of the first convolution (filters, rows, columns), averaged over colours."""
    first = next(m for m in network.model.modules() if isinstance(m, nn.Conv2d))
    weights: Floats = first.weight.mean(dim=1).numpy()
    return weights
