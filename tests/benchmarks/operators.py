"""What does each operator cost, forward and backward, against max, and each head against GAP?"""

from collections.abc import Iterator
from functools import partial

import torch
from torch import nn

from core.catalog import POOLINGS, Downsampling, Head, Pooling
from core.network.heads import HEAD_MODULES
from core.network.pooling import make_pooling
from tests.benchmarks.measure import Line, in_turns

BATCH, CHANNELS, SIZE = 64, 32, 28


def lines() -> Iterator[Line]:
    """One line per operator and per head, on 64 maps of 32 channels and 28 x 28."""
    torch.set_num_threads(1)
    x = torch.randn(BATCH, CHANNELS, SIZE, SIZE).to(memory_format=torch.channels_last)
    x.requires_grad_()

    def step(pool: nn.Module) -> None:
        pool(x).sum().backward()
        x.grad = None

    reference = make_pooling(Pooling.MAX, CHANNELS)
    for name, entry in POOLINGS.items():
        if entry.downsampling is Downsampling.POOL and name is not Pooling.MAX:
            pool = make_pooling(name, CHANNELS)
            yield in_turns(
                f"{name} pooling, forward and backward, against max",
                partial(step, pool),
                lambda: step(reference),
            )
    # `strided` downsamples in its block's convolution, so it is measured together with one
    convolution, strided = (
        nn.Conv2d(CHANNELS, CHANNELS, 3, stride, padding=1) for stride in (1, 2)
    )
    pooled = nn.Sequential(convolution, reference)
    yield in_turns(
        "strided convolution, forward and backward, against convolution and max",
        lambda: step(strided),
        lambda: step(pooled),
    )
    gap = HEAD_MODULES[Head.GAP](CHANNELS)
    for head, make in HEAD_MODULES.items():
        if head is not Head.GAP:
            module = make(CHANNELS)
            yield in_turns(
                f"{head} head, forward and backward, against gap",
                partial(step, module),
                lambda: step(gap),
            )
