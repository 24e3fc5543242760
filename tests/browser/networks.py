"""Networks of all kinds with drawn numbers, and how far the browser is from torch."""

import base64

import numpy as np
import torch

from core.catalog import (
    HEADS,
    POOLINGS,
    Body,
    DropoutPosition,
    Norm,
    Padding,
    PoolOrder,
)
from core.config import ModelConfig
from core.errors import ConfigError
from core.network.build import build_model
from core.network.plain import plain_model

CLASSES = 5


def drawn(chance, **fixed):
    """A configuration, and images that are large enough for it."""
    while True:
        settings = {
            "widths": tuple(chance.choices((3, 4, 6), k=chance.randint(1, 3))),
            "body": chance.choice(list(Body)),
            "depth": chance.choice((1, 1, 2)),
            "pooling": chance.choice(list(POOLINGS)),
            "pool_size": chance.choice((2, 2, 3, 4)),
            "pool_stride": chance.choice((1, 2, 2, 3)),
            "pool_order": chance.choice(list(PoolOrder)),
            "padding": chance.choice(list(Padding)),
            "norm": chance.choice(list(Norm)),
            "head": chance.choice(list(HEADS)),
            "hidden": chance.choice((0, 0, 7)),
            "dropout": chance.choice(list(DropoutPosition)),
        } | fixed
        shape = (chance.choice((1, 3)), chance.randint(9, 18), chance.randint(9, 18))
        model = ModelConfig(**settings)
        try:
            return model, shape, plain_model(model, shape, CLASSES)
        except ConfigError:
            continue


def filled(model, shape, seed):
    """A network all of whose numbers are drawn, none of them still at its start."""
    network = build_model(model, shape, CLASSES, seed).eval()
    generator = torch.Generator().manual_seed(seed)
    state = network.state_dict()
    for name, tensor in state.items():
        if tensor.is_floating_point():
            noise = torch.randn(tensor.shape, generator=generator)
            last = name.rpartition(".")[2]
            if last == "running_var":
                state[name] = noise.abs() + 0.5
            elif last in {"weight", "projection"} and tensor.dim() > 1:
                state[name] = tensor if last == "weight" else noise / tensor.shape[1] ** 0.5
            else:
                state[name] = tensor + 0.3 * noise
    network.load_state_dict(state)
    return network.requires_grad_(requires_grad=False)


def floats(text):
    return np.frombuffer(base64.b64decode(text), dtype=np.float32)


def error(expected, actual, least=1e-6):
    """The largest difference, as a share of the largest expected value, or of `least`."""
    expected = np.asarray(expected).ravel()
    return float(np.abs(expected - actual).max() / max(np.abs(expected).max(), least))
