"""Which part of the field does a trained network use? Gradients of a middle cell, over images.

The effective receptive field of Luo et al. 2016 (Understanding the effective receptive field in
deep convolutional neural networks): the gradient of one cell of a layer in the pixels of the image.
"""

import torch

from core.analyses import Sight
from core.analyses.inspection import Network, images_of_test
from core.data import to_input

SHOWN = ("conv", "pool")
"""layers of a block that make the field larger"""
IMAGES = 100
"""test images over which it is averaged: the first ones"""


def sight(network: Network) -> Sight:
    """The share of every pixel in the absolute gradient of the middle cell, layer by layer.

    After each convolution and pool of the blocks; the channels of the cell are added up, and
    images on which it is zero altogether do not count.
    """
    data = images_of_test(network.experiment).first(IMAGES)
    x = to_input(data.images, data.standard).requires_grad_()
    shares = {}
    with network.lock:
        y = x
        for part_name, part in network.model.named_children():
            if not part_name.startswith("block"):
                continue
            for name, layer in part.named_children():
                y = layer(y)
                if name not in SHOWN:
                    continue
                middle = y[:, :, y.shape[2] // 2, y.shape[3] // 2].sum()
                (gradient,) = torch.autograd.grad(middle, x, retain_graph=True)
                found = gradient.abs().sum((0, 1)).double()
                total = found.sum()
                even = found / total if total > 0 else found
                shares[f"{part_name}.{name}"] = tuple(tuple(row) for row in even.tolist())
    return Sight(len(data), shares)
