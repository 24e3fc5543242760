"""Write assets/data/fashion.npz: 10,000 images of the two parts of Fashion-MNIST.

    .venv/bin/python assets/data/write_fashion.py ROOT

ROOT holds FashionMNIST/raw as torchvision lays it out. Nothing is drawn anew: the stratified
order that cuts every data set into its splits is read from its start, so the same images are
written each time, in the same bytes where zlib is the same. Training and validation images
come from the original training part (700 of each class), test images from the original test part
(300 of each).
"""

import sys
from pathlib import Path

import numpy as np
from torchvision.datasets import FashionMNIST

from core.data.splits import SPLIT_SEED, stratified_order

TARGET = Path(__file__).with_name("fashion.npz")
SIZES = {True: 7_000, False: 3_000}
"""images of the training part (validation included) and of the test part"""


def main(root: Path) -> None:
    """Read the original files below a folder, and write the chosen images beside this script."""
    arrays = {}
    for is_train, size in SIZES.items():
        source = FashionMNIST(root, train=is_train)
        labels = source.targets.numpy()
        # in the order of the source, so that the file does not depend on how it is cut later
        chosen = np.sort(stratified_order(labels, SPLIT_SEED)[:size])
        part = "train" if is_train else "test"
        arrays[f"{part}_images"] = source.data.numpy()[chosen]
        arrays[f"{part}_labels"] = labels[chosen].astype(np.uint8)
    np.savez_compressed(TARGET, **arrays)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
