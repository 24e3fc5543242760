"""From a data set to its splits: loading, subsets, and the input of the network.

Images stay in memory as bytes and become floats batch by batch. Importing this package imports no
torch; its module `tensors` does. Every split is drawn with one
fixed seed, in an order whose prefixes are all stratified: a smaller training set is a subset of
every larger one, and the same for all training seeds.
"""

from core.data.loading import load, load_splits
from core.data.sources import LOADERS
from core.data.splits import LabelledImages, Normalisation, Raw, Splits, split
from core.pictures.stratified import stratified_order

__all__ = [
    "LOADERS",
    "LabelledImages",
    "Normalisation",
    "Raw",
    "Splits",
    "load",
    "load_splits",
    "split",
    "stratified_order",
]
