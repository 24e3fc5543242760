"""Which random numbers does a tensor start with? Named streams, with and without torch."""

import hashlib

import numpy as np
from numpy.typing import NDArray

MANTISSA_BITS = 53
"""random bits of a number in double precision"""


def stream(seed: int, name: str) -> int:
    """The seed, of 63 bits, of the generator for one purpose."""
    digest = hashlib.sha256(f"{seed}/{name}".encode()).digest()
    # torch takes 64-bit seeds; the sign bit is dropped for portability
    return int.from_bytes(digest[:8], "big") >> 1


def uniform(seed: int, name: str, shape: tuple[int, ...], bound: float) -> NDArray[np.float64]:
    """What torch draws from the same stream between plus and minus a bound, up to rounding.

    torch's generator on the CPU is MT19937, of which it takes the lower half of the seed; a number
    in double precision is made of two of its draws.
    """
    drawn = np.random.RandomState(stream(seed, name) % 2**32).randint(
        0, 2**32, size=(*shape, 2), dtype=np.uint32
    )
    high, low = drawn.astype(np.uint64).transpose(-1, *range(len(shape)))
    bits = (high << np.uint64(32) | low) % np.uint64(2**MANTISSA_BITS)
    numbers: NDArray[np.float64] = (2 * bits.astype(np.float64) / 2**MANTISSA_BITS - 1) * bound
    return numbers
