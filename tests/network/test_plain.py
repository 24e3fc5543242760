"""Does the description for the browser name every layer, what it reads, and all tensors?"""

import json

import pytest

from core.catalog import HEADS, POOLINGS, Body, DropoutPosition, Norm, Padding
from core.config import Experiment, ModelConfig
from core.network import describe_model
from core.network.build import build_model
from core.network.plain import plain_model, plain_network

SHAPE, CLASSES = (1, 16, 16), 4
MODELS = [
    *(ModelConfig(pooling=pooling, norm=Norm.BATCH) for pooling in POOLINGS),
    *(ModelConfig(head=head, hidden=5) for head in HEADS),
    *(
        ModelConfig(body=body, depth=2, padding=padding, widths=(6,))
        for body in Body
        for padding in Padding
    ),
    ModelConfig(dropout=DropoutPosition.INPUT),
]


@pytest.mark.parametrize("model", MODELS)
def test_a_layer_reads_the_image_or_layers_before_it(model):
    known = {"input"}
    for layer in plain_model(model, SHAPE, CLASSES)["layers"]:
        assert layer["reads"]
        assert set(layer["reads"]) <= known
        known.add(layer["name"])


@pytest.mark.parametrize("model", MODELS)
def test_every_tensor_belongs_to_one_layer(model):
    names = [layer["name"] for layer in plain_model(model, SHAPE, CLASSES)["layers"]]
    for tensor in build_model(model, SHAPE, CLASSES).state_dict():
        assert 1 == sum(tensor.startswith(f"{name}.") for name in names), tensor


@pytest.mark.parametrize("model", MODELS)
def test_layers_and_shapes_are_those_of_the_description(model):
    described = [
        (layer.name, layer.shape) for layer in describe_model(model, SHAPE, CLASSES).layers
    ]
    plain = plain_model(model, SHAPE, CLASSES)["layers"]
    assert described == [(layer["name"], tuple(layer["shape"])) for layer in plain]


def test_it_can_be_written_as_json():
    network = plain_network(Experiment.from_flat({"dataset": "digits", "pooling": "max"}))
    assert network == json.loads(json.dumps(network))
    assert [1, 8, 8] == network["input"]


def test_a_pool_names_its_strategy_and_window():
    experiment = Experiment.from_flat({"dataset": "digits", "pooling": "blur-max", "widths": "4"})
    (pool,) = [layer for layer in plain_network(experiment)["layers"] if layer["kind"] == "pool"]
    assert ("blur-max", 2, 2, [4, 1]) == tuple(
        pool[key] for key in ("operator", "size", "stride", "reach")
    )
