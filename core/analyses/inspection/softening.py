"""How accurate does a max network stay when its pools are softened towards average?"""

from math import inf

import torch
from torch import Tensor, nn

from core.analyses.inspection.network import Network
from core.analyses.inspection.results import INSPECTED_IMAGES
from core.catalog import Pooling
from core.data.tensors import LabelledTensors, to_input
from core.network.build import steps
from core.network.pooling.windows import windows


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
    x = to_input(part.images, part.normalisation)
    accuracies = {}
    for temperature in temperatures:
        softened = _Softened(config.pool_size, config.pool_stride, temperature)
        instead = {} if temperature == inf else {"pool": softened}
        y = x
        with network.lock, torch.inference_mode():
            for step in steps(network.model, x, **instead):
                y = step.output
        accuracies[temperature] = float((y.argmax(1) == part.labels).float().mean())
    return accuracies
