"""Strategies that let a convolution make the map smaller, or add one as a control."""

from core.catalog.names import Pooling
from core.catalog.poolings.entry import (
    CONV_SIZE,
    Combining,
    Downsampling,
    Family,
    PoolingEntry,
    comparisons,
    convolution,
)

CONVOLUTION_ENTRIES = (
    PoolingEntry(
        name=Pooling.STRIDED,
        label="Strided",
        family=Family.CONVOLUTION,
        headline=True,
        sentence="lets the block's own convolution take the stride, without any pool",
        reference="Springenberg et al. 2014, Striving for simplicity (Strided-CNN)",
        combining=Combining.TRANSFORMS,
        downsampling=Downsampling.STRIDE,
        channel_independent=False,
    ),
    PoolingEntry(
        name=Pooling.CONV,
        label="Conv",
        family=Family.CONVOLUTION,
        headline=True,
        sentence="replaces the pool by a learned 3x3 convolution with stride, and ReLU",
        reference="Springenberg et al. 2014, Striving for simplicity (All-CNN)",
        combining=Combining.TRANSFORMS,
        tensors=lambda channels, size: convolution("conv", channels, channels),
        macs=lambda shape: shape.output_values * CONV_SIZE**2 * shape.channels,
        reach=lambda size, stride: CONV_SIZE,
        # half of the rows by which its window exceeds the pool's, rounded up
        lead=lambda size, stride: -((size - CONV_SIZE) // 2),
        channel_independent=False,
    ),
    PoolingEntry(
        name=Pooling.CONV_MAX,
        label="Conv-max",
        family=Family.CONVOLUTION,
        headline=False,
        sentence="puts a learned 3x3 convolution and ReLU before max: the control for conv",
        reference="Springenberg et al. 2014, Striving for simplicity (ConvPool-CNN)",
        combining=Combining.TRANSFORMS,
        tensors=lambda channels, size: convolution("conv", channels, channels),
        # the convolution has stride 1: one position per value of the map
        macs=lambda shape: shape.input_values * CONV_SIZE**2 * shape.channels,
        operations=comparisons,
        reach=lambda size, stride: size + CONV_SIZE - 1,
        lead=lambda size, stride: CONV_SIZE // 2,
        channel_independent=False,
        weight=45,
    ),
    PoolingEntry(
        name=Pooling.PATCH,
        label="Patch",
        family=Family.CONVOLUTION,
        headline=False,
        sentence="turns each window into one vector by a learned convolution, without ReLU",
        reference="Dosovitskiy et al. 2020, An image is worth 16x16 words; Liu et al. 2022, A "
        "ConvNet for the 2020s; Sunkara & Luo 2022, No more strided convolutions or pooling",
        combining=Combining.TRANSFORMS,
        tensors=lambda channels, size: convolution("conv", channels, channels, size),
        macs=lambda shape: shape.output_values * shape.cells * shape.channels,
        channel_independent=False,
    ),
)
