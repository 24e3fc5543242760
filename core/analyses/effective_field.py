"""Which part of its receptive field does a trained network use?

The effective receptive field of Luo et al. 2016 (Understanding the effective receptive field in
deep convolutional neural networks): the gradient of the middle cell of a layer with respect to the
pixels of the image, averaged over images.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from core.analyses.request import NUMBER_BYTES, Request
from core.config import Experiment
from core.network import describe
from core.network.receptive_field import enlarging
from core.network.work import Work, passes_work

if TYPE_CHECKING:
    from core.analyses.trained import Network

FIELD_IMAGES = 100
"""number of test images to average over: the first ones"""


@dataclass(frozen=True, slots=True)
class EffectiveField:
    """How the gradient of a layer's middle cell is spread over the pixels, averaged over images.

    Attributes:
        images: number of images.
        shares: name of the layer -> (H, W) shares of the absolute gradient, which sum to 1.
    """

    images: int
    shares: Mapping[str, tuple[tuple[float, ...], ...]]


@dataclass(frozen=True)
class EffectiveFieldRequest(Request[EffectiveField]):
    """A request for the effective receptive fields of a run."""

    experiment: Experiment
    kind: ClassVar[str] = "sight"
    result: ClassVar[type] = EffectiveField

    @property
    def run(self) -> Experiment:
        """The trained network."""
        return self.experiment

    @property
    def work(self) -> Work:
        """The work of one gradient per layer, from the layer back to the pixels."""
        _, height, width = self.experiment.input_shape
        layers = len(enlarging(describe(self.experiment)))
        kept = layers * height * width * NUMBER_BYTES
        return passes_work(self.experiment, FIELD_IMAGES * (1 + 2 * layers), FIELD_IMAGES, kept)

    def compute(self, weights: bytes) -> EffectiveField:
        """Compute the fields of the trained network."""
        from core.analyses.trained import Network

        return effective_field(Network.of(self.experiment, weights))


def effective_field(network: "Network") -> EffectiveField:
    """The share of every pixel in the absolute gradient of the middle cell, layer by layer.

    Computed after each layer of the blocks that enlarges the receptive field, summed over the
    channels of the cell. Images whose gradient is zero add nothing.
    """
    import torch

    from core.analyses.trained import images_of_test
    from core.data.tensors import to_input
    from core.network.build import steps

    data = images_of_test(network.experiment).first(FIELD_IMAGES)
    x = to_input(data.images, data.normalisation).requires_grad_()
    named = enlarging(describe(network.experiment))
    shares = {}
    for step in steps(network.model, x):
        if step.name in named:
            y = step.output
            middle = y[:, :, y.shape[2] // 2, y.shape[3] // 2].sum()
            (gradient,) = torch.autograd.grad(middle, x, retain_graph=True)
            absolute = gradient.abs().sum((0, 1)).double()
            # a cell that is zero on every image has no gradient; 1 avoids 0/0
            share = absolute / (absolute.sum() or 1)
            shares[step.name] = tuple(tuple(row) for row in share.tolist())
    return EffectiveField(len(data), shares)
