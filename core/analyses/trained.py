"""A trained network, opened for reading, and the images that are passed through it."""

from dataclasses import dataclass

import safetensors.torch
from torch import nn

from core.config import Experiment
from core.data import load
from core.data.tensors import LabelledTensors, as_tensors
from core.network.build import build_model


@dataclass(frozen=True, slots=True)
class Network:
    """A trained network, opened for reading.

    Attributes:
        experiment: how it was trained.
        model: in evaluation mode; never modified or hooked.
    """

    experiment: Experiment
    model: nn.Sequential

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


def images_of_test(experiment: Experiment) -> LabelledTensors:
    """The test images of an experiment's data set, with their normalisation."""
    return as_tensors(load(experiment.data).test)
