"""Which tensors does a network have, by name and shape? What tells its weights from another's."""

from collections.abc import Mapping

import safetensors

from core.catalog import HEADS, POOLINGS
from core.config import Experiment, ModelConfig
from core.network.description import describe
from core.network.layers import Layer, LayerKind

Shapes = Mapping[str, tuple[int, ...]]


def fits(weights: bytes, experiment: Experiment) -> bool:
    """Whether weights (safetensors) are those of an experiment's network, by names and shapes.

    Those of another version of the network may not be.

    Raises:
        ConfigError: the map becomes smaller than a window.
    """
    try:
        tensors = safetensors.deserialize(weights)  # type: ignore[no-untyped-call]
    except safetensors.SafetensorError:
        return False
    return tensor_shapes(experiment) == {name: tuple(part["shape"]) for name, part in tensors}


def tensor_shapes(experiment: Experiment) -> dict[str, tuple[int, ...]]:
    """Name -> shape of every tensor of an experiment's network, as the built module names them.

    Raises:
        ConfigError: the map becomes smaller than a window.
    """
    return {
        f"{layer.name}.{name}": shape
        for layer in describe(experiment).layers
        for name, shape in _own(layer, experiment.model).items()
    }


def _own(layer: Layer, model: ModelConfig) -> Shapes:
    inputs, outputs = layer.inputs[0], layer.shape[0]
    match layer.kind:
        case LayerKind.CONVOLUTION:
            side = layer.window.size if layer.window else 1
            return {"weight": (outputs, inputs, side, side), "bias": (outputs,)}
        case LayerKind.NORM:
            each = ("weight", "bias", "running_mean", "running_var")
            return {**dict.fromkeys(each, (inputs,)), "num_batches_tracked": ()}
        case LayerKind.POOL:
            return POOLINGS[model.pooling].tensors(inputs, model.pool_size)
        case LayerKind.HEAD:
            return HEADS[model.head].tensors(inputs)
        case LayerKind.DENSE:
            return {"weight": (outputs, inputs), "bias": (outputs,)}
        case _:
            return {}
