"""Operators that cut high frequencies off before they make a map smaller.

The discrete Fourier transform takes a map for periodic, whatever the padding. Both operators work
axis by axis and are linear, so each is a matrix with a row for every output: y = A x B^T.
"""

from math import pi

import torch
from torch import Tensor

from core.catalog import Pooling
from core.network.pooling.registry import operator
from core.network.pooling.windows import WindowPool, positions


class FrequencyPool(WindowPool):
    """y = A x B^T with A (h, H) for the rows and B (w, W) for the columns."""

    def compute(self, x: Tensor) -> Tensor:
        """x: (N, C, H, W)."""
        rows, columns = (self._matrix(n, x) for n in x.shape[2:])
        return rows @ x @ columns.T

    def _matrix(self, rows: int, x: Tensor) -> Tensor:
        outputs = positions(rows, self.size, self.stride)
        # double precision, so that what a matrix holds does not depend on the precision of x
        return self.matrix(rows, outputs).to(x.device, x.dtype)

    def matrix(self, rows: int, outputs: int) -> Tensor:
        """What each output takes of each row: (outputs, rows), double precision."""
        raise NotImplementedError


@operator(Pooling.SPECTRAL)
class SpectralPool(FrequencyPool):
    """y = inverse DFT of the lowest h frequencies of the DFT of x, times h/H; so the columns.

    h = floor((H - k)/s) + 1, at places i * H/h. Where h is even, the highest frequency h/2 stands
    for both of its signs with half the weight each, so that y is real. A constant stays. Rippel,
    Snoek, Adams 2015, without the random loss of frequencies in training.
    """

    def matrix(self, rows: int, outputs: int) -> Tensor:
        """Row i: (1/H) * sum over |f| <= h/2 of w_f * cos(2*pi*f*(i/h - j/H))."""
        places = torch.arange(outputs, dtype=torch.float64) / outputs
        return low_pass(places, rows, outputs / 2)


@operator(Pooling.FLC)
class FrequencyLowCutPool(FrequencyPool):
    """y = x without the frequencies from H/(2s) on, at rows 0, s, 2s, ...; so the columns.

    What is left lies below the highest frequency that the coarser grid can hold: nothing is
    aliased. On maps of which s is a divisor this is spectral without its highest frequency, whose
    phase the coarser grid cannot hold; the authors keep its real part. At stride 1 nothing is cut.
    A constant stays. Grabinski, Jung, Keuper, Keuper 2022.
    """

    def matrix(self, rows: int, outputs: int) -> Tensor:
        """Row i: (1/H) * sum over |f| < H/(2s) of cos(2*pi*f*(i*s - j)/H)."""
        places = self.stride * torch.arange(outputs, dtype=torch.float64) / rows
        limit = rows / (2 * self.stride)
        return low_pass(places, rows, limit, with_limit=self.stride == 1)


def low_pass(places: Tensor, rows: int, limit: float, *, with_limit: bool = True) -> Tensor:
    """What a low-pass filter makes of each row at some places: (places, rows).

    Args:
        places: in periods of the map, 0 to 1.
        rows: H.
        limit: highest frequency, in periods per map.
        with_limit: whether the limit itself passes, if it is a whole number: at half the weight
            for each sign, so that the pair stands for one frequency.
    """
    distance = places[:, None] - torch.arange(rows, dtype=torch.float64) / rows
    frequencies = torch.arange(-int(limit), int(limit) + 1, dtype=torch.float64)
    at_limit = frequencies.abs() == limit
    weights = torch.where(at_limit, 0.5 if with_limit else 0.0, 1.0)
    waves = torch.cos(2 * pi * frequencies[:, None, None] * distance)
    return (weights[:, None, None] * waves).sum(dim=0) / rows
