"""Is a layer of one network compared with the layer at the same stage of another?"""

import pytest

from core.config import Experiment
from core.network import describe, is_pooled, same_stage


def layers(**flat):
    experiment = Experiment.from_flat(flat)
    network = describe(experiment)
    return [layer.name for layer in network.layers]


@pytest.mark.parametrize("other", ["none", "strided"])
@pytest.mark.parametrize(
    ("order", "stage"), [("after-activation", "relu"), ("before-activation", "conv")]
)
def test_without_a_pool_the_stage_is_the_layer_that_a_pool_would_read(other, order, stage):
    owner, without = (layers(pooling=p, pool_order=order) for p in ("average", other))
    assert f"block1.{stage}" == same_stage("block1.pool", owner, without)
    assert "block2.relu" == same_stage("block2.relu", owner, without)


def test_a_layer_that_both_have_is_the_stage():
    owner, other = layers(pooling="max"), layers(pooling="conv")
    assert all(name == same_stage(name, owner, other) for name in owner if "block" in name)


def test_dropout_on_the_other_side_of_the_pool_is_another_stage():
    before = layers(pooling="max", dropout="before-pool")
    after = layers(pooling="max", dropout="after-pool")
    assert "block1.relu" == same_stage("block1.dropout", before, after)
    assert "block1.pool" == same_stage("block1.dropout", after, before)
    assert "block1.dropout" == same_stage("block1.dropout", after, layers(dropout="after-pool"))


def test_an_activation_on_the_other_side_of_the_pool_is_another_stage():
    """Max and ReLU may change places, so max has one order whatever is asked for."""
    order = {"pool_order": "before-activation"}
    owner, other = layers(pooling="max", **order), layers(pooling="average", **order)
    assert "block1.conv" == same_stage("block1.relu", owner, other)


def test_a_network_without_dropout_is_shown_at_the_layer_before_it():
    assert "block1.pool" == same_stage(
        "block1.dropout", layers(dropout="after-pool"), layers(pooling="max")
    )


def test_a_network_without_the_block_has_no_such_stage():
    assert None is same_stage("block2.pool", layers(), layers(widths="8"))


@pytest.mark.parametrize(
    ("flat", "read"),
    [
        ({}, ["block1.relu", "block2.relu"]),
        ({"pools": 1}, ["block1.relu"]),
        ({"pooling": "average", "pool_order": "before-activation"}, ["block1.conv", "block2.conv"]),
        ({"pooling": "strided"}, []),
        ({"body": "residual"}, ["block1.relu2", "block2.relu2"]),
        ({"depth": 3, "pools": 1}, ["block1.relu3"]),
        (
            {"dropout": "before-pool", "widths": "8"},
            ["block1.relu", "block1.dropout"],
        ),
        ({"dropout": "after-pool", "widths": "8", "norm": "batch"}, ["block1.relu"]),
    ],
)
def test_a_pool_reads_the_layer_right_before_it(flat, read):
    names = layers(**flat)
    assert read == [name for name in names if name.startswith("b") and is_pooled(name, names)]
