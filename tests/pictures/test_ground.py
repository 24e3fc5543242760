"""Is the background of images measured, reported, settable, and used as fill when images shift?"""

from dataclasses import replace

import numpy as np
import pytest

from core import settings
from core.analyses import ShiftMapRequest
from core.analyses.shift import shift_map
from core.analyses.shift_map import ShiftSettings
from core.analyses.trained import Network, images_of_test
from core.catalog import DATASETS, Colour, Dataset
from core.config import DataConfig, Experiment
from core.config.folder import Folder
from core.data import load, load_splits
from core.errors import ConfigError
from core.pictures import findings, look, remeasured
from core.pictures import folder as folders
from core.pictures.ground import measured
from core.training import train
from tests.inspection import exciting
from tests.pictures.folder_samples import folder_data, folder_experiment, write_digits, write_plain


@pytest.fixture(autouse=True)
def fresh():
    """Nothing is kept from one test to the next."""
    folders._look.cache_clear()
    load_splits.cache_clear()
    yield
    folders._look.cache_clear()
    load_splits.cache_clear()


@pytest.fixture
def white(tmp_path):
    """Digits in dark ink on white."""
    return write_digits(tmp_path / "white", white=True)


@pytest.fixture
def dark(tmp_path):
    """The same digits, light on dark."""
    return write_digits(tmp_path / "dark", white=False)


def experiment(root, **more):
    flat = {"image_size": 8, "colour": "grey", "widths": "4,8", "epochs": 6}
    return folder_experiment(root, **{**flat, **more})


# what is measured


def test_the_ground_and_the_polarity_of_a_folder_are_measured(white, dark):
    for root, level, lighter in ((white, 255, False), (dark, 0, True)):
        entry = folder_data(root).entry
        assert ((level,) * 3, lighter, False) == (
            entry.background,
            entry.light_on_dark,
            entry.photographs,
        )
        assert (level,) == folder_data(root, colour="grey").entry.background


def test_a_coloured_ground_is_measured_by_channel():
    images = np.zeros((6, 3, 8, 8), dtype=np.uint8)
    images[:] = np.array([20, 30, 200])[:, None, None]
    images[:, :, 3:5, 3:5] = 255
    assert (20, 30, 200) == measured(images).colour


def test_a_paper_that_is_not_evenly_white_is_a_ground():
    paper = np.random.default_rng(0).integers(225, 256, (20, 1, 1, 1))
    images = np.broadcast_to(paper, (20, 3, 8, 8)).astype(np.uint8)
    assert abs(240 - measured(images).colour[0]) <= 8


def test_photographs_have_no_ground_in_common():
    levels = np.random.default_rng(0).integers(0, 256, (40, 3, 1, 1))
    images = np.broadcast_to(levels, (40, 3, 8, 8)).astype(np.uint8)
    assert measured(images).colour is None


def test_photographs_of_a_folder_are_what_they_were_taken_for(tmp_path):
    rng = np.random.default_rng(1)
    for name in "ab":
        (tmp_path / name).mkdir()
        for number in range(20):
            pixels = np.full((8, 8), rng.integers(0, 256), dtype=np.uint8)
            (tmp_path / name / f"{number}.pgm").write_bytes(b"P5 8 8 255\n" + pixels.tobytes())
    entry = folder_data(tmp_path).entry
    assert (True, (0, 0, 0), True) == (entry.photographs, entry.background, entry.light_on_dark)


@pytest.mark.parametrize(
    "given",
    [
        {"dataset": Dataset.DIGITS},
        *({"dataset": Dataset.SHAPES, "difficulty": d} for d in ("easy", "default", "hard")),
        {"dataset": Dataset.MNIST},
    ],
)
def test_the_ground_that_the_catalog_states_is_that_of_the_images(given):
    if given["dataset"] is Dataset.MNIST and not (settings.load().data / "MNIST" / "raw").is_dir():
        pytest.skip("MNIST is not under POOLSCOPE_DATA")
    config = DataConfig(**given)
    images = load(config).train.images[:1000]
    levels = (images.astype(float) * 255 / config.entry.white).round().astype(np.uint8)
    found = measured(np.repeat(levels, 3, axis=1))
    assert abs(config.entry.background[0] * 255 / config.entry.white - found.colour[0]) <= 4
    assert config.entry.light_on_dark == (found.brightness >= found.colour[0])


def test_sets_of_photographs_say_that_they_have_no_ground():
    named = {name for name, entry in DATASETS.items() if entry.photographs}
    assert {Dataset.CIFAR10, Dataset.SVHN} == named
    assert "no common ground" in DATASETS[Dataset.SVHN].ground
    assert "light on dark, ground 64 of 255" == DATASETS[Dataset.SHAPES].ground


def test_the_ground_is_measured_once(white, monkeypatch):
    look(str(white))
    folders._look.cache_clear()
    monkeypatch.setattr("core.pictures.folder.measured", lambda _: pytest.fail("measured again"))
    assert (255, 255, 255) == look(str(white)).ground


def test_the_ground_is_said_with_how_it_is_known(white):
    data = experiment(white).data
    (said,) = findings(data.folder.path).sentences(data.entry, as_set=False)
    assert (
        "white: dark on light, ground 255 of 255 (measured on the borders of 72 training images)."
        == said
    )
    data = experiment(white, ground=200).data
    (said,) = findings(data.folder.path).sentences(data.entry, as_set=True)
    assert "white: dark on light, ground 200 of 255 (as set)." == said


# what polarity does


@pytest.mark.parametrize(
    ("polarity", "mean"), [("stored", 1), ("dark-on-light", 1), ("light-on-dark", -1)]
)
def test_polarity_does_what_it_says_to_dark_ink_on_white(white, polarity, mean):
    # the sign of what stored white becomes
    normalisation = load(experiment(white, polarity=polarity).data).train.normalisation
    assert mean == np.sign(255 * normalisation.scale + normalisation.shift)


def test_the_polarity_that_a_folder_has_is_as_stored(white, dark):
    for root, same, other in (
        (white, "dark-on-light", "light-on-dark"),
        (dark, "light-on-dark", "dark-on-light"),
    ):
        assert experiment(root).key == experiment(root, polarity=same).key
        assert experiment(root).key != experiment(root, polarity=other).key


# what comes in


def both_ways(white, dark, **more):
    """The same network for one folder and its negative, turned to one polarity."""
    run = train(experiment(dark, **more))
    return (
        Network.of(experiment(dark, **more), run.weights),
        Network.of(experiment(white, polarity="light-on-dark", **more), run.weights),
    )


@pytest.mark.parametrize("circular", [False, True])
def test_a_shift_map_of_dark_ink_on_white_is_that_of_its_negative(white, dark, circular):
    settings = ShiftSettings(circular=circular, reach=2)
    expected, found = (shift_map(each, settings) for each in both_ways(white, dark))
    assert expected.same == found.same


def test_random_shifts_of_dark_ink_on_white_train_as_those_of_its_negative(white, dark):
    expected = train(experiment(dark, augment_shift=2)).epochs[-1]
    found = train(experiment(white, polarity="light-on-dark", augment_shift=2)).epochs[-1]
    assert pytest.approx(expected.train_loss, rel=1e-3) == found.train_loss


def test_patches_of_dark_ink_on_white_are_the_negatives_of_its_negative(white, dark):
    networks = both_ways(white, dark)
    expected, found = (
        [patch.pixels for patch in exciting(n, "block2.pool", 0, images_of_test(n.experiment))]
        for n in networks
    )
    assert [(255 - pixels).tolist() for pixels in expected] == [p.tolist() for p in found]


def test_a_ground_that_is_set_comes_in_instead(white):
    entry = experiment(white, ground="17").data.entry
    assert ((17,), True) == (entry.background, entry.light_on_dark)
    assert (17, 17, 17) == experiment(white, ground=17, colour="rgb").data.entry.background


@pytest.mark.parametrize("ground", ["256", "-1", "white", "2.5"])
def test_a_ground_that_is_none_is_refused(white, ground):
    with pytest.raises(ConfigError, match=r"^ground: .*received"):
        experiment(white, ground=ground)


def test_the_ground_of_other_sets_is_fixed():
    flat = {"ground": 200}
    assert Experiment.from_flat({}) == Experiment.from_flat(flat)


# keys

OLD_STORED, OLD_NEGATIVE, OLD_SHIFTED = (
    *("43e6be1589ebbd06", "2c5d7d1777458eef", "4b9ce6eb16806021"),
)
"""of a white-ground folder, from when all were taken for light on dark"""


def plain(tmp_path, **more):
    root = write_plain(tmp_path / "plain", {"a": 0, "b": 100})
    # enough steps for a schedule that has always been what it is
    return folder_experiment(root, **{"image_size": 8, "epochs": 200, **more})


def test_keys_stay_where_the_network_sees_what_it_saw(tmp_path):
    assert OLD_STORED == plain(tmp_path).key
    assert OLD_STORED == plain(tmp_path, polarity="dark-on-light").key
    assert OLD_STORED == plain(tmp_path, ground=3).key
    assert OLD_NEGATIVE == plain(tmp_path, polarity="light-on-dark").key
    assert OLD_NEGATIVE == plain(tmp_path, ground=3, polarity="dark-on-light").key


def test_keys_change_where_another_ground_comes_in(tmp_path):
    shifted = plain(tmp_path, augment_shift=1)
    assert OLD_SHIFTED != shifted.key
    assert OLD_SHIFTED == plain(tmp_path, augment_shift=1, ground=0).key
    assert shifted.key == plain(tmp_path, augment_shift=1, ground=255).key
    assert shifted.key != plain(tmp_path, augment_shift=1, ground=254).key


def test_a_shift_map_is_kept_by_what_came_in(tmp_path):
    how = ShiftSettings(circular=False, reach=2)
    wanted = [ShiftMapRequest(plain(tmp_path, ground=g), how).settings for g in ("measured", 9, 0)]
    assert 3 == len(set(wanted))
    assert how.text == wanted[-1]
    circular = replace(how, circular=True)
    assert circular.text == ShiftMapRequest(plain(tmp_path), circular).settings


def without_ground(experiment):
    """An experiment as it was stored before grounds were measured."""
    flat = experiment.to_flat()
    del flat["ground"], flat["folder"]["ground"], flat["folder"]["brightness"]
    return flat


def test_a_run_from_before_the_measuring_stays_what_it_was(tmp_path):
    flat = without_ground(plain(tmp_path)) | {"polarity": "dark-on-light"}
    old = Experiment.from_flat(flat)
    assert OLD_NEGATIVE == old.key
    assert (True, (0, 0, 0)) == (old.data.negative, old.data.entry.background)


def test_a_run_from_before_the_measuring_is_moved_on_its_own_ground(tmp_path):
    flat = without_ground(plain(tmp_path))
    for polarity, expected in (("stored", "stored"), ("dark-on-light", "light-on-dark")):
        data = remeasured(Experiment.from_flat({**flat, "polarity": polarity}).data)
        assert (expected, (255, 255, 255)) == (data.polarity, data.entry.background)


def test_a_ground_needs_images():
    assert measured([]) is None


def test_colour_turns_grey_as_the_images_do():
    images = np.zeros((4, 3, 8, 8), dtype=np.uint8)
    images[:, 2] = 255
    colour = measured(images).colour
    folder = Folder(
        path="/x", fingerprint="", classes=("a", "b"), train=1, validation=1, test=1, ground=colour
    )
    assert (29,) == folder.entry(8, Colour.GREY).background
    assert (0, 0, 255) == folder.entry(8, Colour.RGB).background
