"""Operators that draw at random in training.

Draws come from torch's global generator, which training seeds: the same experiment draws the
same numbers. In evaluation nothing is drawn.
"""

from math import inf, nan

import torch
import torch.nn.functional as F
from torch import Tensor

from core.catalog import Pooling
from core.network.pooling.registry import operator
from core.network.pooling.windows import WindowPool, positions, take_grid, windows


@operator(Pooling.STOCHASTIC)
class StochasticPool(WindowPool):
    """Training: y = x_i with probability p_i = x_i / sum over W of x_j. Evaluation: sum p_i * x_i.

    The gradient goes to the drawn value alone. The paper pools after ReLU; here negative values
    have probability 0, and if no value is positive, all have the same probability, 1/n. A pool
    before the activation is therefore bit-identical to one after it. Zeiler & Fergus 2013.
    """

    def compute(self, x: Tensor) -> Tensor:
        """x: (N, C, H, W)."""
        values = windows(x, self.size, self.stride)
        weights = values.clamp(min=0)
        weights = torch.where(weights.sum(dim=0) > 0, weights, torch.ones_like(weights))
        if not self.training:
            return (weights / weights.sum(dim=0) * values).sum(dim=0)
        return self._drawn(values, weights)

    def at_edges(self, x: Tensor) -> Tensor:
        """Infinite values, if any, share all of the probability; a NaN makes the result NaN."""
        values = windows(x, self.size, self.stride)
        weights = values.clamp(min=0)
        infinite = weights == inf
        weights = torch.where(infinite.any(dim=0), infinite.to(x.dtype), weights)
        unknown = weights.isnan().any(dim=0)
        weights = torch.where(weights.sum(dim=0) > 0, weights, torch.ones_like(weights))
        # 0 times minus infinity would be NaN
        kept = values.masked_fill(weights == 0, 0.0)
        mean = (weights / weights.sum(dim=0) * kept).sum(dim=0)
        y = self._drawn(values, weights) if self.training else mean
        return y.masked_fill(unknown, nan)

    def _drawn(self, values: Tensor, weights: Tensor) -> Tensor:
        bounds = weights.detach().cumsum(dim=0)
        total = bounds[-1]
        # contiguous, so that the draw does not depend on the memory layout of x
        drawn = torch.rand(total.shape, dtype=total.dtype, device=total.device) * total
        # the first value whose bound exceeds the draw; a value of weight 0 is never drawn
        index = (bounds <= drawn).sum(dim=0, keepdim=True).clamp(max=self.size**2 - 1)
        return values.gather(0, index).squeeze(0)


@operator(Pooling.FRACTIONAL_MAX)
class FractionalMaxPool(WindowPool):
    """y = max over a k x k window whose first row is floor(a*(i + u)), i = 0, 1, ...; so columns.

    a = (H - k + 1)/h spreads the h outputs over all H - k + 1 places of a window, so steps are
    floor(a) or ceil(a) rows: 1 or 2 for the usual k = s = 2, where a < 2 on even maps. u in [0, 1)
    is drawn for each image and axis in training, for all channels alike; in evaluation u = 1/2.
    On even maps with k = s = 2 evaluation is therefore exactly max pooling, and at stride 1 both
    are. i-th windows start in floor(a*i) .. ceil(a*(i + 1)) - 1, at most s + 1 rows.
    Graham 2014 (pseudorandom, overlapping); there h is chosen, here it is that of the other
    operators, floor((H - k)/s) + 1, with which torch's own operator has an even grid.
    """

    def compute(self, x: Tensor) -> Tensor:
        """x: (N, C, H, W)."""
        return take_grid(F.max_pool2d(x, self.size, 1), *self.starts(x))

    def starts(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """First rows (N, h) and columns (N, w) of the windows: drawn in training."""
        # double precision: floor must not depend on the precision of x
        shape, half = (2, x.shape[0], 1), 0.5
        u = torch.full(shape, half, dtype=torch.float64)
        if self.training:
            u = torch.rand(shape, dtype=torch.float64)
        rows, columns = (
            self._spread(n, drawn.to(x.device)) for n, drawn in zip(x.shape[2:], u, strict=True)
        )
        return rows, columns

    def _spread(self, rows: int, u: Tensor) -> Tensor:
        """First rows of the windows of each image: u (N, 1) -> (N, h)."""
        places = rows - self.size + 1
        outputs = positions(rows, self.size, self.stride)
        index = torch.arange(outputs, dtype=u.dtype, device=u.device)
        starts = ((index + u) * (places / outputs)).floor().long()
        return starts.clamp(max=places - 1)
