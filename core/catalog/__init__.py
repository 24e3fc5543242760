"""The strategies, heads, dropout positions, data sets and pages that exist, with facts about each.

Pure Python. Other modules iterate over these tables instead of naming their entries.
"""

from core.catalog.datasets import (
    DATASETS,
    Dataset,
    DatasetEntry,
    Hyperparameters,
    Splits,
    shapes_entry,
)
from core.catalog.heads import HEADS, HeadEntry, on_one_cell
from core.catalog.names import (
    Body,
    Colour,
    Difficulty,
    DropoutKind,
    DropoutPosition,
    Head,
    Norm,
    Padding,
    Polarity,
    Pooling,
    PoolOrder,
)
from core.catalog.pages import PAGES, Page, PageEntry
from core.catalog.placement import DROPOUT_POSITIONS, DropoutEntry
from core.catalog.poolings import (
    POOLINGS,
    Combining,
    Downsampling,
    Family,
    PoolingEntry,
    PoolShape,
)

__all__ = [
    "DATASETS",
    "DROPOUT_POSITIONS",
    "HEADS",
    "PAGES",
    "POOLINGS",
    "Body",
    "Colour",
    "Combining",
    "Dataset",
    "DatasetEntry",
    "Difficulty",
    "Downsampling",
    "DropoutEntry",
    "DropoutKind",
    "DropoutPosition",
    "Family",
    "Head",
    "HeadEntry",
    "Hyperparameters",
    "Norm",
    "Padding",
    "Page",
    "PageEntry",
    "Polarity",
    "PoolOrder",
    "PoolShape",
    "Pooling",
    "PoolingEntry",
    "Splits",
    "on_one_cell",
    "shapes_entry",
]
