"""Are the generated shapes the same everywhere, and can their classes be distinguished?"""

import hashlib

import numpy as np
import pytest

from core.catalog import DATASETS, Dataset, Difficulty, shapes_entry
from core.config import DataConfig, Experiment
from core.data import load, load_splits
from core.data.shapes import generate
from core.training import train

ENTRY = DATASETS[Dataset.SHAPES]

# of the bytes of all pictures; the generator uses nothing that may differ between processors
KNOWN = {
    (8, Difficulty.DEFAULT): "d7c01c69882851389a0e019c5ea804e470932be810024fab4b2ef985aa529724",
    (32, Difficulty.EASY): "ad81cfcdfb50ec742a3a0515f3f96eec04c6b42abf698c67f551d0a7e429876c",
    (32, Difficulty.HARD): "e5eca58a844ff066d4b56a609c5575da9bfc18f8f6442deb19cf2730a8bed784",
}


@pytest.fixture(scope="module")
def shapes():
    return generate(32, Difficulty.DEFAULT)


def test_there_are_as_many_of_each_class_as_the_catalog_says(shapes):
    count = ENTRY.splits.train + ENTRY.splits.validation + ENTRY.splits.test
    assert (count, *ENTRY.shape) == shapes.images.shape
    assert [count // 10] * 10 == np.bincount(shapes.labels).tolist()


def test_they_are_what_they_were(shapes):
    assert shapes.known_as is None
    assert ENTRY.fingerprint == shapes.fingerprint


@pytest.mark.parametrize(("settings", "known"), KNOWN.items())
def test_other_settings_give_what_they_gave(settings, known):
    assert known == hashlib.sha256(generate(*settings).images.tobytes()).hexdigest()


def test_other_settings_are_known_by_their_name():
    raw = generate(8, Difficulty.EASY)
    assert shapes_entry(8, Difficulty.EASY).fingerprint == raw.fingerprint
    assert (1, 8, 8) == raw.images.shape[1:]


def test_no_picture_comes_twice(shapes):
    assert len(shapes.images) == len({image.tobytes() for image in shapes.images})


@pytest.mark.parametrize("label", range(5))
def test_an_outline_is_lighter_than_its_ground(shapes, label):
    pictures = shapes.images[shapes.labels == label, 0].astype(float)
    border = np.concatenate([pictures[:, 0], pictures[:, -1]], axis=1)
    assert pictures[:, 8:24, 8:24].mean() > border.mean() + 15


def test_stripes_lie_or_stand(shapes):
    def change(label, axis):
        return np.abs(np.diff(shapes.images[shapes.labels == label, 0].astype(float), axis=axis))

    horizontal, vertical = map(ENTRY.classes.index, ("horizontal stripes", "vertical stripes"))
    assert change(horizontal, 1).mean() > 1.05 * change(horizontal, 2).mean()
    assert change(vertical, 2).mean() > 1.05 * change(vertical, 1).mean()


def test_discs_stand_out_less_with_difficulty():
    def lightness(difficulty):
        raw = generate(8, difficulty)
        discs = raw.images[raw.labels == ENTRY.classes.index("disc"), 0].astype(float)
        return discs.max(axis=(1, 2)).mean() - np.median(discs, axis=(1, 2)).mean()

    easy, default, hard = map(lightness, ("easy", "default", "hard"))
    assert easy > default > hard > 0


def test_a_negative_is_the_dark_version():
    light = load(DataConfig(dataset=Dataset.SHAPES))
    dark = load(DataConfig(dataset=Dataset.SHAPES, polarity="dark-on-light"))
    assert dark.train.normalisation == light.train.normalisation.negative
    assert dark.train.images is light.train.images


def test_one_load_serves_every_size_of_training_set_and_both_polarities():
    load_splits.cache_clear()
    for more in ({}, {"train_size": 100}, {"polarity": "dark-on-light"}, {"augment_shift": 2}):
        load(DataConfig(dataset=Dataset.SHAPES, **more))
    assert 1 == load_splits.cache_info().misses


def test_a_small_network_tells_most_of_them_apart():
    flat = {"dataset": "shapes", "train_size": 3000, "epochs": 3, "norm": "batch"}
    run = train(Experiment.from_flat(flat))
    assert 0.6 < run.test_accuracy < 0.97
