"""A network in plain words, for programs that are not Python: what each layer computes, of what.

The browser computes with it (pages/browser/engine). Weights are not part of it: a layer's are those
tensors of the stored file whose names begin with the layer's name.
"""

from typing import NotRequired, TypedDict

from core.catalog import POOLINGS, Padding
from core.config import Experiment, ModelConfig
from core.network.description import describe_model, reading_window
from core.network.layers import Layer, LayerKind


class PlainLayer(TypedDict):
    """One layer.

    Keys:
        name: as in `Layer`, and the beginning of the names of its tensors.
        kind: a `LayerKind`.
        operator: of a pool its strategy, of a head its name.
        reads: names of the layers whose outputs it reads; "input" is the image.
        shape: of its output, (C, H, W) or (N,).
        size: side of its window.
        stride: of its window.
        margins: rows added (cropped, if negative) before and after its input.
        reach: of a pool, the rows that one output reads, from how many rows before its window on;
            None if it reads the whole map.
        wraps: whether what is added comes from the opposite side, instead of being zero.
    """

    name: str
    kind: str
    reads: list[str]
    shape: list[int]
    operator: NotRequired[str]
    size: NotRequired[int]
    stride: NotRequired[int]
    margins: NotRequired[list[int]]
    reach: NotRequired[list[int] | None]
    wraps: NotRequired[bool]


class PlainNetwork(TypedDict):
    """A network: the shape (C, H, W) of its image, and its layers in order."""

    input: list[int]
    layers: list[PlainLayer]


def plain_network(experiment: Experiment) -> PlainNetwork:
    """The network of an experiment in plain words; it can be written as JSON.

    Raises:
        ConfigError: the map becomes smaller than a window.
    """
    return plain_model(experiment.model, experiment.input_shape, experiment.classes)


def plain_model(
    model: ModelConfig, input_shape: tuple[int, int, int], classes: int
) -> PlainNetwork:
    """The same for a configuration on images (C, H, W) of a number of classes.

    Raises:
        ConfigError: the map becomes smaller than a window.
    """
    layers: list[PlainLayer] = []
    before = "input"
    for layer in describe_model(model, input_shape, classes).layers:
        plain = _plain(layer, model, before)
        before = plain["name"]
        layers.append(plain)
    return {"input": list(input_shape), "layers": layers}


def _plain(layer: Layer, model: ModelConfig, before: str) -> PlainLayer:
    plain: PlainLayer = {
        "name": layer.name,
        "kind": str(layer.kind),
        "reads": list(layer.reads) or [before],
        "shape": list(layer.shape),
    }
    if layer.kind is LayerKind.HEAD:
        plain["operator"] = str(model.head)
    if layer.window is not None:
        plain["size"], plain["stride"] = layer.window.size, layer.window.stride
        plain["margins"] = list(layer.margins)
        plain["wraps"] = model.padding is Padding.CIRCULAR
    if layer.kind is LayerKind.POOL and layer.window is not None:
        entry = POOLINGS[model.pooling]
        plain["operator"] = str(model.pooling)
        reading = reading_window(entry, layer.window)
        plain["reach"] = None if entry.whole_map else [reading.size, reading.before]
    return plain
