"""Is the bundled part of Fashion-MNIST stratified, original, whole, and refused when damaged?"""

import io
import shutil
from pathlib import Path

import numpy as np
import pytest

from core import settings
from core.catalog import DATASETS, Dataset
from core.config import DataConfig
from core.data import LOADERS, load_splits, sources
from core.errors import DataError

FILE = settings.PROJECT / "assets" / "data" / "fashion.npz"
FASHION = DataConfig(dataset=Dataset.FASHION)
MEGABYTE = 2**20


@pytest.fixture(scope="module")
def splits():
    return load_splits(FASHION, Path("nowhere"))


def _pictures(images):
    return {bytes(image) for image in images}


def test_every_part_holds_as_many_of_each_class(splits):
    parts = (splits.train, splits.validation, splits.test)
    assert [[600] * 10, [100] * 10, [300] * 10] == [
        np.bincount(part.labels).tolist() for part in parts
    ]


def test_no_two_images_are_the_same_in_any_parts(splits):
    parts = (splits.train, splits.validation, splits.test)
    assert 10_000 == len(set().union(*(_pictures(part.images) for part in parts)))


def test_images_and_labels_are_those_of_the_original_parts(splits):
    root = settings.load().data
    if not (root / "FashionMNIST" / "raw").is_dir():
        pytest.skip("Fashion-MNIST is not under POOLSCOPE_DATA")
    whole = LOADERS[Dataset.FASHION_MNIST](root)
    training = dict(zip(map(bytes, whole.images), whole.labels.tolist(), strict=True))
    test = dict(zip(map(bytes, whole.test_images), whole.test_labels.tolist(), strict=True))
    for part, original in (
        (splits.train, training),
        (splits.validation, training),
        (splits.test, test),
    ):
        pictures = map(bytes, part.images)
        assert part.labels.tolist() == [original[picture] for picture in pictures]


def test_it_is_small_and_its_licence_lies_beside_it():
    assert FILE.stat().st_size <= 6 * MEGABYTE
    licence = FILE.with_name("LICENSE-fashion-mnist").read_text(encoding="utf-8")
    assert "The MIT License (MIT)" in licence
    assert "Copyright © 2017 Zalando SE" in licence
    # the wheel carries file and licence
    project = (settings.PROJECT / "pyproject.toml").read_text(encoding="utf-8")
    assert '"assets/data/fashion.npz" = "core/data/fashion.npz"' in project
    assert "assets/data/LICENSE-fashion-mnist" in project


def test_classes_and_ground_are_those_of_the_whole_set():
    part, whole = DATASETS[Dataset.FASHION], DATASETS[Dataset.FASHION_MNIST]
    assert (whole.classes, whole.shape, whole.ground) == (part.classes, part.shape, part.ground)


def test_mean_and_deviation_of_the_catalog_are_those_of_the_training_split(splits):
    entry, images = DATASETS[Dataset.FASHION], splits.train.images / 255
    assert pytest.approx(entry.mean, abs=1e-6) == images.mean().item()
    assert pytest.approx(entry.std, abs=1e-6) == images.std().item()


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """Stands for the folders of bundled data."""
    monkeypatch.setattr(sources, "BUNDLED_DATA", (tmp_path / "none", tmp_path))
    return tmp_path


def test_an_installed_package_finds_it_next_to_its_code(folder):
    shutil.copy(FILE, folder)
    assert DATASETS[Dataset.FASHION].fingerprint == LOADERS[Dataset.FASHION](folder).fingerprint


def _flipped(content):
    middle = len(content) // 2
    return content[:middle] + bytes([content[middle] ^ 1]) + content[middle + 1 :]


def _saved(**arrays):
    file = io.BytesIO()
    np.savez(file, **arrays)
    return file.getvalue()


DAMAGES = {
    "missing": None,
    "empty": lambda content: b"",
    "cut": lambda content: content[:100_000],
    "one bit": _flipped,
    "text": lambda content: b"version https://git-lfs.github.com/spec/v1",
    "another archive": lambda content: _saved(images=np.zeros(3)),
    "one array": lambda content: _saved(train_images=np.zeros(3), train_labels=np.zeros(3)),
    "objects": lambda content: _saved(train_images=np.array([{}])),
}


@pytest.mark.parametrize("damage", DAMAGES.values(), ids=DAMAGES)
def test_damage_is_refused_in_a_sentence(folder, damage):
    if damage:
        (folder / "fashion.npz").write_bytes(damage(FILE.read_bytes()))
    with pytest.raises(DataError, match=r"^fashion: .*fashion.npz cannot be read") as refused:
        load_splits.__wrapped__(FASHION, folder)
    assert "\n" not in str(refused.value)


def test_another_label_is_refused_in_a_sentence(folder):
    with np.load(FILE) as file:
        arrays = dict(file)
    arrays["test_labels"][7] ^= 1
    (folder / "fashion.npz").write_bytes(_saved(**arrays))
    with pytest.raises(DataError, match=r"^fashion: .* have fingerprint .*; take assets/data"):
        load_splits.__wrapped__(FASHION, folder)
