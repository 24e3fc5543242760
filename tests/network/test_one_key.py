"""Have two configurations of the same network the same key? Searched, not listed."""

import itertools
import random
from collections import defaultdict

import pytest
import torch

from core.catalog import HEADS, POOLINGS, Downsampling
from core.config import Experiment
from core.errors import ConfigError
from core.network import describe
from core.network.build import build_model

DRAWN = 1_500


def drawn(seed):
    """Configurations that differ in what may have no effect, and share the rest."""
    source = random.Random(seed)  # noqa: S311
    while True:
        yield {
            "dataset": "shapes",
            "image_size": source.choice([8, 9, 11]),
            "widths": source.choice(["3", "3,3"]),
            "body": source.choice(["plain", "plain", "residual"]),
            "depth": source.choice([1, 1, 2]),
            "pooling": source.choice(list(POOLINGS)),
            "pools": source.choice(["all", 1]),
            "pool_size": source.choice([2, 3, 4]),
            "pool_stride": source.choice([1, 2, 3]),
            "pool_order": source.choice(["after-activation", "before-activation"]),
            "padding": source.choice(["zeros", "circular", "valid"]),
            "norm": source.choice(["none", "batch"]),
            "head": source.choice(list(HEADS)),
            "dropout": source.choice(["none", "before-pool", "after-pool", "after-last-pool"]),
            "dropout_kind": source.choice(["element", "channel"]),
        }


def outputs(experiment):
    """Logits in evaluation, before batch norm has seen any image, and in training."""
    model = build_model(experiment.model, experiment.input_shape, experiment.classes)
    x = torch.randn(4, *experiment.input_shape, generator=torch.Generator().manual_seed(0))
    torch.manual_seed(1)
    return [model.train(training)(x).detach() for training in (False, True)]


def signature(experiment):
    """What the network is: its layers without names and windows, and what it computes.

    None if it says the same of every image, as after a minimum over large windows: then it does
    not show what it computes.
    """
    layers = sorted(describe(experiment).layers, key=lambda layer: layer.name)
    kinds = [(layer.kind, layer.shape, layer.parameters, layer.macs) for layer in layers]
    logits = outputs(experiment)
    if (logits[0] == logits[0][:1]).all():
        return None
    return (*kinds, *(values.numpy().tobytes() for values in logits))


@pytest.mark.parametrize("seed", [0, 1])
def test_what_computes_the_same_has_one_key(seed):
    found = defaultdict(dict)
    for flat in itertools.islice(drawn(seed), DRAWN):
        try:
            experiment = Experiment.from_flat(flat)
            known_by = signature(experiment)
        except ConfigError:
            continue
        if known_by is not None:
            found[known_by].setdefault(experiment.key, experiment)
    assert len(found) > DRAWN / 3
    for alike in found.values():
        assert 1 == len(alike), [experiment.to_flat() for experiment in alike.values()]


def as_written(experiment, flat):
    """The same with the settings that were taken for others, as they were written."""
    names = ("pool_size", "dropout", "dropout_kind", "pooling", "head", "pool_stride")
    types = {name: type(getattr(experiment.model, name)) for name in names}
    written = {name: types[name](flat[name]) for name in names}
    return experiment.model_copy(update={"model": experiment.model.model_copy(update=written)})


def test_what_has_one_key_computes_the_same():
    """A setting is taken for another only where that changes nothing but the last digit."""
    changed = 0
    for flat in itertools.islice(drawn(2), DRAWN):
        try:
            experiment = Experiment.from_flat(flat)
            describe(experiment)
        except ConfigError:
            continue
        written = as_written(experiment, flat)
        entry = POOLINGS[written.model.pooling]
        if written != experiment and entry.downsampling is Downsampling.POOL:
            evaluation, training = zip(outputs(experiment), outputs(written), strict=True)
            # a convolution on a cropped map may round differently
            assert torch.allclose(*evaluation, atol=1e-6), flat
            # fractional-max at stride 1 draws numbers that change nothing but later draws
            assert entry.random or torch.allclose(*training, atol=1e-6), flat
            changed += 1
    assert changed > 100


@pytest.mark.parametrize("flat", list(itertools.islice(drawn(3), 200)))
def test_the_maps_that_the_configuration_knows_are_those_of_the_network(flat):
    experiment = Experiment.from_flat(flat)
    model = experiment.model
    try:
        layers = describe(experiment).layers
    except ConfigError:
        return
    last = {layer.name.partition(".")[0]: layer.shape for layer in layers}
    shapes = [shape for part, shape in last.items() if part.startswith("block")]
    for axis in (1, 2):
        rows = experiment.input_shape[axis]
        assert model.maps(rows) == tuple(shape[axis] for shape in shapes)
