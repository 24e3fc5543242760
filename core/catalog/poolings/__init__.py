"""The downsampling strategies this version builds, and facts about each.

Window arithmetic: a pool with window k and stride s turns n rows into floor((n - k)/s) + 1.
Every strategy produces that size, so that the arms of a comparison have maps of equal size, even
where the size is odd.
"""

from core.catalog.names import Pooling
from core.catalog.poolings.antialiased import ANTIALIASED_ENTRIES
from core.catalog.poolings.convolution import CONVOLUTION_ENTRIES
from core.catalog.poolings.entry import (
    CONV_SIZE,
    Combining,
    Downsampling,
    Family,
    PoolingEntry,
    PoolShape,
)
from core.catalog.poolings.fixed import FIXED_ENTRIES
from core.catalog.poolings.learned import LEARNED_ENTRIES
from core.catalog.poolings.sampled import SAMPLED_ENTRIES

__all__ = [
    "CONV_SIZE",
    "POOLINGS",
    "Combining",
    "Downsampling",
    "Family",
    "PoolShape",
    "PoolingEntry",
]

_ENTRIES = {
    entry.name: entry
    for entry in (
        *FIXED_ENTRIES,
        *SAMPLED_ENTRIES,
        *LEARNED_ENTRIES,
        *ANTIALIASED_ENTRIES,
        *CONVOLUTION_ENTRIES,
    )
}

POOLINGS: dict[Pooling, PoolingEntry] = {name: _ENTRIES[name] for name in Pooling}
"""strategy -> facts, in the order of `Pooling`: the headline strategies come first"""
