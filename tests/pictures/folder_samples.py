"""Folders of images to test with: digits as people scan them, and pictures of one colour."""

from pathlib import Path

import numpy as np
from PIL import Image

from core.config import DataConfig, Experiment
from core.data import load_splits
from core.pictures import with_folder

DIGIT_CLASSES = (1, 2, 3)


def folder_data(root: Path, **more: object) -> DataConfig:
    """A folder as the data of an experiment."""
    return folder_experiment(root, **more).data


def folder_experiment(root: Path, **more: object) -> Experiment:
    """An experiment on a folder, looked into now."""
    return Experiment.from_flat(with_folder({"dataset": f"folder:{root}", **more}))


def digit_images(part: str = "train") -> tuple[np.ndarray, np.ndarray]:
    """Bundled digits, light on dark from 0 to 255 (N, 8, 8), and their classes."""
    found = getattr(load_splits(DataConfig(), Path()), part)
    return (found.images[:, 0] * (255 / 16)).round().astype(np.uint8), found.labels


def write_digits(root: Path, *, white: bool, count: int = 40) -> Path:
    """Three classes of digits, `count` each: dark ink on white paper, or light on dark."""
    images, labels = digit_images()
    for label in DIGIT_CLASSES:
        for number, image in enumerate(images[labels == label][:count]):
            path = root / str(label) / f"{number:02}.png"
            path.parent.mkdir(parents=True, exist_ok=True)
            Image.fromarray(255 - image if white else image).save(path)
    return root


def write_plain(root: Path, levels: dict[str, int], count: int = 5) -> Path:
    """Classes of grey pictures that no two are the same, byte for byte the same everywhere."""
    for name, level in levels.items():
        for number in range(count):
            path = root / name / f"{number}.pgm"
            path.parent.mkdir(parents=True, exist_ok=True)
            pixels = np.full((8, 8), 255, dtype=np.uint8)
            pixels[2:6, 2:6] = level + number
            path.write_bytes(b"P5 8 8 255\n" + pixels.tobytes())
    return root
