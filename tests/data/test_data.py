"""Are the splits as documented, and do images enter the network as intended?"""

import struct
from dataclasses import replace

import numpy as np
import pytest
import torch

from core import data, settings
from core.catalog import DATASETS, Dataset
from core.config import DataConfig
from core.data import (
    LabelledImages,
    Normalisation,
    Raw,
    load,
    load_splits,
    split,
    stratified_order,
)
from core.data.tensors import as_tensors, to_input, translate
from core.errors import DataError


def _mnist_or_skip():
    root = settings.load().data
    if not (root / "MNIST" / "raw").is_dir():
        pytest.skip("MNIST is not under POOLSCOPE_DATA")
    return root


def test_splits_of_the_digits_have_their_sizes_and_share_no_image():
    splits = load_splits(DataConfig(), settings.load().data)
    parts = (splits.train, splits.validation, splits.test)
    assert (1197, 300, 300) == tuple(len(part) for part in parts)
    raw = data.LOADERS[Dataset.DIGITS](settings.load().data)
    together = sorted(bytes(image) for part in parts for image in part.images)
    assert sorted(bytes(image) for image in raw.images) == together


def test_the_digits_are_those_that_scikit_learn_gives(monkeypatch, tmp_path):
    read = data.LOADERS[Dataset.DIGITS](tmp_path)
    # where it keeps its file elsewhere, it is asked
    monkeypatch.setattr("core.data.sources.find_spec", lambda name: None)
    asked = data.LOADERS[Dataset.DIGITS](tmp_path)
    assert np.array_equal(asked.images, read.images)
    assert np.array_equal(asked.labels, read.labels)
    assert DATASETS[Dataset.DIGITS].fingerprint == read.fingerprint == asked.fingerprint


def test_splits_of_mnist_keep_its_own_test_set():
    splits = load_splits(DataConfig(dataset=Dataset.MNIST), _mnist_or_skip())
    parts = (splits.train, splits.validation, splits.test)
    assert (55_000, 5_000, 10_000) == tuple(len(part) for part in parts)
    # the first test labels of the file, as published
    assert [7, 2, 1, 0, 4, 1, 4, 9, 5, 9] == splits.test.labels[:10].tolist()


@pytest.mark.parametrize("part", ["train", "validation", "test"])
def test_every_split_of_the_digits_is_stratified(part):
    labels = getattr(load_splits(DataConfig(), settings.load().data), part).labels
    counts = np.bincount(labels)
    assert counts.max() - counts.min() <= 0.05 * len(labels) / 10 + 2


def test_a_smaller_training_set_is_the_beginning_of_a_larger_one():
    small = load(DataConfig(train_size=50)).train
    large = load(DataConfig(train_size=400)).train
    assert np.array_equal(small.images, large.images[:50])
    assert [5] * 10 == np.bincount(small.labels).tolist()


def test_every_prefix_of_the_order_holds_the_classes_in_proportion():
    labels = np.repeat([0, 1, 2], [600, 300, 100]).astype(np.int64)
    order = stratified_order(labels, seed=0)
    assert sorted(order) == list(range(1000))
    for length in range(10, 1001, 10):
        counts = np.bincount(labels[order[:length]], minlength=3)
        assert np.abs(counts - np.array([0.6, 0.3, 0.1]) * length).max() <= 1


def test_another_seed_gives_another_order():
    labels = np.zeros(100, dtype=np.int64)
    assert list(stratified_order(labels, 0)) != list(stratified_order(labels, 1))


@pytest.mark.parametrize("dataset", [Dataset.DIGITS, Dataset.SHAPES, Dataset.MNIST])
def test_mean_and_deviation_of_the_catalog_are_those_of_the_training_split(dataset):
    root = _mnist_or_skip() if dataset is Dataset.MNIST else settings.load().data
    entry = DATASETS[dataset]
    images = load_splits(DataConfig(dataset=dataset), root).train.images / entry.white
    assert pytest.approx(entry.mean, abs=1e-6) == images.mean().item()
    assert pytest.approx(entry.std, abs=1e-6) == images.std().item()


def test_what_enters_the_network_is_standardised_and_channels_last():
    train = as_tensors(load(DataConfig()).train)
    x = to_input(train.images, train.normalisation)
    assert torch.float32 == x.dtype
    assert x.is_contiguous(memory_format=torch.channels_last)
    assert pytest.approx(0, abs=1e-5) == x.mean().item()
    assert pytest.approx(1, abs=1e-3) == x.std().item()


def test_the_other_polarity_turns_light_into_dark():
    images = torch.tensor([[[[0, 16], [4, 8]]]], dtype=torch.uint8)
    entry = DATASETS[Dataset.DIGITS]

    def pixels(polarity):
        x = to_input(images, load(DataConfig(polarity=polarity)).test.normalisation)
        sign = -1 if polarity == "dark-on-light" else 1
        mean = 1 - entry.mean if sign < 0 else entry.mean
        return (x * entry.std + mean)[0, 0]

    assert torch.allclose(torch.tensor([[0.0, 1.0], [0.25, 0.5]]), pixels("stored"), atol=1e-6)
    dark = torch.tensor([[1.0, 0.0], [0.75, 0.5]])
    assert torch.allclose(dark, pixels("dark-on-light"), atol=1e-6)


@pytest.mark.parametrize(
    ("shift", "expected"),
    [
        ((0, 0), [[1, 2, 3], [4, 5, 6]]),
        ((1, 0), [[9, 9, 9], [1, 2, 3]]),
        ((0, -1), [[2, 3, 9], [5, 6, 9]]),
        ((-1, 2), [[9, 9, 4], [9, 9, 9]]),
        ((5, 5), [[9, 9, 9], [9, 9, 9]]),
    ],
)
def test_an_image_moves_by_whole_pixels_and_the_rest_is_filled(shift, expected):
    images = torch.tensor([[[[1, 2, 3], [4, 5, 6]]]], dtype=torch.uint8)
    moved = translate(images, torch.tensor([shift]), fill=9)
    assert expected == moved[0, 0].tolist()
    assert images.dtype == moved.dtype


def test_each_image_of_a_batch_moves_by_its_own_shift():
    images = torch.arange(18, dtype=torch.uint8).reshape(2, 1, 3, 3)
    moved = translate(images, torch.tensor([[0, 0], [0, 1]]), fill=9)
    assert torch.equal(images[0], moved[0])
    assert torch.equal(images[1, :, :, :2], moved[1, :, :, 1:])


def test_a_fingerprint_changes_with_any_pixel_or_label():
    images = np.zeros((2, 1, 3, 3), dtype=np.uint8)
    labels = np.zeros(2, dtype=np.int64)
    first = Raw(images, labels).fingerprint
    one_pixel, one_label = images.copy(), labels.copy()
    one_pixel[1, 0, 2, 2], one_label[0] = 1, 1
    assert 3 == len({first, Raw(one_pixel, labels).fingerprint, Raw(images, one_label).fingerprint})


def test_data_that_are_not_what_they_were_are_refused(monkeypatch, tmp_path):
    original = data.LOADERS[Dataset.DIGITS](tmp_path)
    changed = original.images.copy()
    changed[0, 0, 0, 0] += 1
    monkeypatch.setitem(data.LOADERS, Dataset.DIGITS, lambda root: Raw(changed, original.labels))
    with pytest.raises(DataError, match="digits: the data found have fingerprint"):
        load_splits.__wrapped__(DataConfig(), tmp_path)


def test_missing_mnist_without_network_is_one_clear_sentence(monkeypatch, tmp_path):
    monkeypatch.setattr(
        "torchvision.datasets.MNIST.download",
        lambda self: (_ for _ in ()).throw(RuntimeError("Error downloading train-images")),
    )
    with pytest.raises(DataError, match=r"mnist: not found under .*set POOLSCOPE_DATA") as caught:
        load_splits.__wrapped__(DataConfig(dataset=Dataset.MNIST), tmp_path)
    assert "\n" not in str(caught.value)


def _write_idx(path, array):
    header = struct.pack(">BBBB", 0, 0, 8, array.ndim)
    sizes = struct.pack(f">{array.ndim}I", *array.shape)
    path.write_bytes(header + sizes + array.tobytes())


def test_mnist_files_are_read_in_the_layout_of_torchvision(tmp_path):
    raw = tmp_path / "MNIST" / "raw"
    raw.mkdir(parents=True)
    random = np.random.default_rng(0)
    parts = {}
    for part, count in (("train", 6), ("t10k", 3)):
        images = random.integers(0, 256, (count, 28, 28)).astype(np.uint8)
        labels = np.arange(count, dtype=np.uint8)
        _write_idx(raw / f"{part}-images-idx3-ubyte", images)
        _write_idx(raw / f"{part}-labels-idx1-ubyte", labels)
        parts[part] = images
    loaded = data.LOADERS[Dataset.MNIST](tmp_path)
    assert np.array_equal(parts["train"][:, None], loaded.images)
    assert np.array_equal(parts["t10k"][:, None], loaded.test_images)
    assert [0, 1, 2] == loaded.test_labels.tolist()


def test_a_truncated_mnist_file_is_one_clear_sentence(tmp_path):
    raw = tmp_path / "MNIST" / "raw"
    raw.mkdir(parents=True)
    for part in ("train", "t10k"):
        for kind in ("images-idx3", "labels-idx1"):
            (raw / f"{part}-{kind}-ubyte").write_bytes(b"\0\0\10\3\0")
    with pytest.raises(DataError, match=r"mnist: the files under .* cannot be read"):
        data.LOADERS[Dataset.MNIST](tmp_path)


def test_a_set_without_a_test_part_is_cut_in_three():
    raw = Raw(np.zeros((1797, 1, 8, 8), np.uint8), np.arange(1797, dtype=np.int64) % 10)
    splits = split(raw, DATASETS[Dataset.DIGITS])
    parts = (splits.train, splits.validation, splits.test)
    assert (1197, 300, 300) == tuple(len(part) for part in parts)


def test_without_mean_in_the_catalog_that_of_the_training_images_serves():
    entry = replace(DATASETS[Dataset.DIGITS], mean=None, std=None, white=255)
    images = np.random.default_rng(0).integers(0, 200, (1797, 1, 8, 8)).astype(np.uint8)
    parts = split(Raw(images, np.arange(1797, dtype=np.int64) % 10), entry)
    train = as_tensors(parts.train)
    x = to_input(train.images, train.normalisation)
    assert pytest.approx(0, abs=1e-5) == x.mean().item()
    assert pytest.approx(1, abs=1e-5) == x.std(correction=0).item()
    assert parts.train.normalisation == parts.validation.normalisation == parts.test.normalisation


def test_images_of_one_colour_are_only_moved_to_zero():
    entry = replace(DATASETS[Dataset.DIGITS], mean=None, std=None, white=255)
    images = np.full((1797, 1, 8, 8), 51, dtype=np.uint8)
    parts = split(Raw(images, np.arange(1797, dtype=np.int64) % 10), entry)
    test = as_tensors(parts.test)
    assert pytest.approx(0, abs=1e-6) == to_input(test.images, test.normalisation).max()


def test_the_first_images_of_a_part_are_a_part():
    images, labels = np.zeros((5, 1, 2, 2), np.uint8), np.arange(5)
    whole = LabelledImages(images, labels, Normalisation(1, 0))
    for part in (whole, as_tensors(whole)):
        assert [0, 1] == part.first(2).labels.tolist()
        assert 2 == len(part.first(2))
