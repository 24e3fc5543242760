"""What does an operator do to a few numbers, by the operators used in training and autograd?

The exact computations ask it, and tests hold `core.analyses.operate` against it.
"""

from functools import partial

import torch
from torch import Tensor, nn

from core.analyses import operate
from core.analyses.hand import Numbers
from core.analyses.reading import Cell
from core.analyses.trace import Shape
from core.catalog import POOLINGS, Downsampling, Padding, Pooling
from core.network.build import initialise
from core.network.pooling import make_margins, make_pooling


def with_torch(
    pooling: Pooling, inputs: Numbers, shape: Shape, padding: int, cell: Cell | None
) -> tuple[Numbers, Numbers]:
    """Apply an operator as in training; see `core.analyses.operate.Applied`."""
    x = torch.tensor(inputs, dtype=torch.float64)[None, None].requires_grad_()
    pool = untrained(pooling, shape.size, shape.stride, shape.mode)
    # what does nothing gets no padding either
    if POOLINGS[pooling].downsampling is Downsampling.POOL:
        pool = nn.Sequential(make_margins(padding, padding, shape.mode), pool)
    y = pool(x)
    (y.sum() if cell is None else y[0, 0, cell[0], cell[1]]).backward()
    gradient = x.grad if x.grad is not None else torch.zeros_like(x)
    return y.detach()[0, 0].numpy(), gradient[0, 0].numpy()


work = partial(operate.work, by=with_torch)


def untrained(pooling: Pooling, size: int, stride: int, mode: Padding) -> nn.Module:
    """The operator as it starts, with the same weights whatever the grid and its padding."""
    pool = make_pooling(pooling, 1, size, stride, padding_mode=mode).double()
    initialise(pool, 0)
    return pool.eval()


def as_convolution(inputs: Numbers, size: int, stride: int) -> Numbers:
    """Average pooling computed as a convolution whose weights are all 1/k²."""
    weight = torch.full((1, 1, size, size), 1 / size**2, dtype=torch.float64)
    x: Tensor = torch.tensor(inputs, dtype=torch.float64)[None, None]
    outputs: Numbers = nn.functional.conv2d(x, weight, stride=stride)[0, 0].numpy()
    return outputs
