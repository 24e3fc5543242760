"""Is each of torchvision's sets read in its own format? On small files that the tests write."""

import hashlib
import pickle
import struct
from dataclasses import replace

import numpy as np
import pytest
import scipy.io
from torchvision.datasets import CIFAR10, KMNIST, SVHN, FashionMNIST

from core.catalog import DATASETS, Dataset, Splits
from core.config import DataConfig, Experiment
from core.data import LOADERS, load_splits
from core.data.sources import known_by
from core.errors import DataError
from core.training import train

FOLDERS = {Dataset.FASHION_MNIST: "FashionMNIST", Dataset.KMNIST: "KMNIST"}
SIZES = {"train": 60, "test": 30}


def _pictures(count, channels, side, seed):
    """Two classes that anybody can tell: light on the left, light on the right."""
    random = np.random.default_rng(seed)
    labels = (np.arange(count) % 10).astype(np.int64)
    images = random.integers(0, 40, (count, channels, side, side)).astype(np.uint8)
    left = labels % 2 == 0
    images[left, :, :, : side // 2] += 150
    images[~left, :, :, side // 2 :] += 150
    return images, labels


def _write_idx(path, array):
    header = struct.pack(">BBBB", 0, 0, 8, array.ndim)
    sizes = struct.pack(f">{array.ndim}I", *array.shape)
    path.write_bytes(header + sizes + array.tobytes())


def _md5(path):
    return hashlib.md5(path.read_bytes(), usedforsecurity=False).hexdigest()


def _write_greys(root, folder):
    raw = root / folder / "raw"
    raw.mkdir(parents=True)
    parts = {}
    for part, prefix in (("train", "train"), ("test", "t10k")):
        images, labels = parts[part] = _pictures(SIZES[part], 1, 28, seed=len(part))
        _write_idx(raw / f"{prefix}-images-idx3-ubyte", images[:, 0])
        _write_idx(raw / f"{prefix}-labels-idx1-ubyte", labels.astype(np.uint8))
    return parts


def _write_cifar10(root, monkeypatch):
    folder = root / CIFAR10.base_folder
    folder.mkdir(parents=True)
    images, labels = _pictures(SIZES["train"], 3, 32, seed=1)
    test = _pictures(SIZES["test"], 3, 32, seed=2)

    def write(name, part_images, part_labels):
        content = {"data": part_images.reshape(len(part_images), -1), "labels": list(part_labels)}
        (folder / name).write_bytes(pickle.dumps(content))
        return [name, _md5(folder / name)]

    size = SIZES["train"] // 5
    names = [name for name, _ in CIFAR10.train_list]
    written = [
        write(name, images[i * size : (i + 1) * size], labels[i * size : (i + 1) * size])
        for i, name in enumerate(names)
    ]
    monkeypatch.setattr(CIFAR10, "train_list", written)
    monkeypatch.setattr(CIFAR10, "test_list", [write("test_batch", *test)])
    (folder / "batches.meta").write_bytes(pickle.dumps({"label_names": list("abcdefghij")}))
    meta = {**CIFAR10.meta, "md5": _md5(folder / "batches.meta")}
    monkeypatch.setattr(CIFAR10, "meta", meta)
    return {"train": (images, labels), "test": test}


def _write_svhn(root, monkeypatch):
    parts, listed = {}, {}
    for part in ("train", "test"):
        images, labels = parts[part] = _pictures(SIZES[part], 3, 32, seed=len(part))
        path = root / f"{part}_32x32.mat"
        # as published: (H, W, C, N), and a 0 is class 10
        stored = {
            "X": images.transpose(2, 3, 1, 0),
            "y": np.where(labels == 0, 10, labels)[:, None],
        }
        scipy.io.savemat(path, stored)
        listed[part] = ["nowhere", path.name, _md5(path)]
    monkeypatch.setattr(SVHN, "split_list", listed)
    return parts


@pytest.fixture(params=[*FOLDERS, Dataset.CIFAR10, Dataset.SVHN])
def written(request, tmp_path, monkeypatch):
    """A data set, and the parts that a test wrote for it into `tmp_path`."""
    name = request.param
    if name in FOLDERS:
        return name, _write_greys(tmp_path, FOLDERS[name])
    write = _write_cifar10 if name is Dataset.CIFAR10 else _write_svhn
    return name, write(tmp_path, monkeypatch)


def test_a_set_is_read_as_it_was_written(written, tmp_path):
    name, parts = written
    raw = LOADERS[name](tmp_path)
    assert np.array_equal(parts["train"][0], raw.images)
    assert np.array_equal(parts["test"][0], raw.test_images)
    assert parts["train"][1].tolist() == raw.labels.tolist()
    assert parts["test"][1].tolist() == raw.test_labels.tolist()
    assert DATASETS[name].shape == raw.images.shape[1:]


def test_a_small_set_trains_to_a_sensible_accuracy(written, tmp_path, monkeypatch):
    name, _ = written
    monkeypatch.setenv("POOLSCOPE_DATA", str(tmp_path))
    raw = LOADERS[name](tmp_path)
    small = replace(DATASETS[name], splits=Splits(50, 10, 30), fingerprint=raw.fingerprint)
    monkeypatch.setitem(DATASETS, name, small)
    load_splits.cache_clear()
    experiment = Experiment.from_flat(
        {
            "dataset": name,
            "head": "flatten",
            "widths": "8",
            "epochs": 20,
            "batch_size": 10,
            "lr": 0.01,
        }
    )
    # ten classes share two pictures, so a class can be told from half of the others: 0.2
    predicted = np.frombuffer(train(experiment).predictions, dtype=np.uint8)
    load_splits.cache_clear()
    assert np.mean(predicted % 2 == raw.test_labels % 2) > 0.9


@pytest.mark.parametrize(
    ("name", "archives"),
    [
        (Dataset.FASHION_MNIST, FashionMNIST.resources),
        (Dataset.KMNIST, KMNIST.resources),
        (Dataset.CIFAR10, CIFAR10.train_list + CIFAR10.test_list),
        (Dataset.SVHN, [SVHN.split_list["train"], SVHN.split_list["test"]]),
    ],
)
def test_a_large_set_is_known_by_the_checksums_that_torchvision_publishes(name, archives):
    assert DATASETS[name].fingerprint == known_by(archives)


def test_another_checksum_gives_another_fingerprint():
    assert known_by([["a", "1"], ["b", "2"]]) != known_by([["a", "1"], ["b", "3"]])


def test_files_with_another_checksum_are_not_taken_for_the_set(written, tmp_path):
    name, _ = written
    raw = LOADERS[name](tmp_path)
    if name in FOLDERS:
        # torchvision checks these when it downloads them
        assert raw.fingerprint == DATASETS[name].fingerprint
    else:
        with pytest.raises(DataError, match=f"{name}: the data found have fingerprint"):
            load_splits.__wrapped__(DataConfig(dataset=name), tmp_path)


@pytest.mark.parametrize("name", [*FOLDERS, Dataset.CIFAR10, Dataset.SVHN])
def test_a_missing_set_without_network_is_one_clear_sentence(name, monkeypatch, tmp_path):
    def refuse(*_args, **_kwargs):
        raise OSError("no route to host")

    for module in ("mnist", "cifar", "svhn"):
        for function in ("download_and_extract_archive", "download_url"):
            monkeypatch.setattr(f"torchvision.datasets.{module}.{function}", refuse, raising=False)
    with pytest.raises(DataError, match=f"{name}: not found under .*set POOLSCOPE_DATA") as caught:
        LOADERS[name](tmp_path)
    assert "\n" not in str(caught.value)
