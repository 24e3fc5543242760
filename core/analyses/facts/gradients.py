"""Which inputs does the gradient reach?"""

import numpy as np
import torch

from core.analyses import Fact
from core.analyses.autograd import work
from core.analyses.facts.registry import distinct, exact, whole
from core.catalog import Pooling
from core.network.pooling import make_pooling


@exact("routing-average")
def _routing_average() -> Fact:
    worked = work(Pooling.AVERAGE, distinct(), 2, 2)
    share = float((worked.gradient != 0).mean())
    return Fact(
        holds=bool(np.array_equal(worked.gradient, np.full((8, 8), 0.25))),
        sentence=f"Average reaches {whole(share)} of the inputs, each with 0.25.",
        rows=({"operator": "average", "inputs reached, %": round(100 * share, 1)},),
    )


@exact("routing-max")
def _routing_max() -> Fact:
    grid = distinct()
    worked = work(Pooling.MAX, grid, 2, 2)
    windows = grid.reshape(4, 2, 4, 2).transpose(0, 2, 1, 3).reshape(16, 4)
    expected = (grid[..., None, None] == windows.max(1).reshape(4, 4)).any((-1, -2))
    share = float((worked.gradient != 0).mean())
    return Fact(
        holds=bool(np.array_equal(worked.gradient, expected.astype(float))),
        sentence=f"Max reaches {whole(share)} of the inputs: the winner of each window, with 1.",
        rows=({"operator": "max", "inputs reached, %": round(100 * share, 1)},),
    )


@exact("routing-overlap")
def _routing_overlap() -> Fact:
    worked = work(Pooling.MAX, distinct(9), 3, 2)
    most = float(worked.gradient.max())
    windows = float(worked.outputs.size)
    return Fact(
        holds=most > 1 and float(worked.gradient.sum()) == windows,
        sentence=f"With 3 × 3 windows at stride 2, one input receives {most:.0f}; the sum is "
        f"{windows:.0f}, one for each window.",
    )


@exact("routing-zero")
def _routing_zero() -> Fact:
    x = torch.full((1, 1, 4, 4), -1.0, requires_grad=True)
    before = torch.relu(x)
    before.retain_grad()
    make_pooling(Pooling.MAX, 1)(before).sum().backward()
    through = torch.zeros(1) if x.grad is None else x.grad
    reached = torch.zeros(1) if before.grad is None else before.grad
    return Fact(
        holds=bool((through == 0).all() and reached.sum() > 0),
        sentence="The pool still sends its gradient to one zero of the window (of equal values, "
        "the first); ReLU lets none of it pass.",
    )
