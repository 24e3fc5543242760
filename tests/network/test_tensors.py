"""Are the names and shapes of tensors, known without torch, those of the network that is built?"""

import random

import pytest
import safetensors.torch

from core.catalog import HEADS, POOLINGS, Body, Norm
from core.config import Experiment
from core.errors import ConfigError
from core.network.build import build_model
from core.network.tensors import fits, tensor_shapes


def network_of(experiment):
    return build_model(experiment.model, experiment.input_shape, experiment.classes)


def drawn(seed):
    chance = random.Random(seed)  # noqa: S311
    while True:
        experiment = Experiment.from_flat(
            {
                "dataset": chance.choice(("digits", "cifar10")),
                "widths": chance.choice(("4", "4,6", "5,5,7")),
                "pooling": chance.choice(list(POOLINGS)),
                "pool_size": chance.choice((2, 3)),
                "pool_stride": chance.choice((1, 2)),
                "body": chance.choice(list(Body)),
                "depth": chance.choice((1, 2)),
                "norm": chance.choice(list(Norm)),
                "head": chance.choice(list(HEADS)),
                "hidden": chance.choice((0, 9)),
            }
        )
        try:
            tensor_shapes(experiment)
        except ConfigError:
            continue
        return experiment


EXPERIMENTS = {
    **{f"pooling {name}": {"pooling": name, "pool_size": 3} for name in POOLINGS},
    **{f"head {name}": {"head": name, "norm": "batch"} for name in HEADS},
    **{f"{name} body": {"body": name, "depth": 2, "norm": "batch"} for name in Body},
}


def same(experiment):
    state = network_of(experiment).state_dict()
    expected = {name: tuple(tensor.shape) for name, tensor in state.items()}
    assert expected == tensor_shapes(experiment), experiment.model
    assert fits(safetensors.torch.save(state), experiment)


@pytest.mark.parametrize("flat", EXPERIMENTS.values(), ids=EXPERIMENTS.keys())
def test_they_are_those_of_the_built_network(flat):
    same(Experiment.from_flat({"widths": "4,6", **flat}))


def test_they_are_those_of_any_network():
    for seed in range(60):
        same(drawn(seed))


@pytest.mark.parametrize(
    "other",
    [{"widths": "4,7"}, {"norm": "batch"}, {"head": "flatten"}, {"pooling": "gem"}, {"hidden": 3}],
    ids=str,
)
def test_weights_of_another_network_do_not_fit(other):
    ours = {"widths": "4,6", "norm": "none", "head": "gap", "pooling": "max", "hidden": 0}
    weights = safetensors.torch.save(network_of(Experiment.from_flat(ours)).state_dict())
    assert fits(weights, Experiment.from_flat(ours))
    assert not fits(weights, Experiment.from_flat(ours | other))


def test_other_bytes_are_no_weights():
    assert not fits(b"no weights at all", Experiment())
