"""The description of the network that a configuration builds: layers, shapes and costs.

It is the only description of a network: `core.network.build` builds modules from these layers, and
the cost ledger is read from them, so the two cannot disagree. Pure Python, without torch.

How quantities are counted
    macs            multiply-accumulate operations in convolutions and dense layers, for one image;
                    biases are not counted
    pooling_ops     elementary operations of everything that pools, for one image, as the catalog
                    counts them (core/catalog/poolings/entry.py)
    activation      bytes of a layer's output as float32, for one image
    receptive_field side of the square of an endless input that one output value can depend on:
                    r = 1 + sum over layers of (k_l - 1) * product of the earlier strides
                    (Araujo, Norris, Sim 2019, Computing receptive fields);
                    `core.network.receptive_field` computes which pixels of an image these are,
                    with borders and circular padding
    jump            distance in input pixels between neighbouring output values
    dropped         rows and columns of a layer's input that no window reads, on any grid that a
                    pool may choose
"""

from core.network.description import (
    convolution_window,
    describe,
    describe_model,
    reading_window,
)
from core.network.layers import Architecture, Layer, LayerKind, Totals, Window
from core.network.stages import is_pooled, same_stage

__all__ = [
    "Architecture",
    "Layer",
    "LayerKind",
    "Totals",
    "Window",
    "convolution_window",
    "describe",
    "describe_model",
    "is_pooled",
    "reading_window",
    "same_stage",
]
