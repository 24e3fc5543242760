"""Are the parts of a folder of images found by their names, and is nothing left out in silence?"""

import shutil
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from core.data import load_splits
from core.errors import ConfigError
from core.pictures import findings, look
from core.pictures import folder as folders
from core.pictures.findings import Twins, duplicates
from core.pictures.layout import IMAGE_ENDINGS, PART_NAMES, UNREAD_ENDINGS, Part
from tests.pictures.folder_samples import folder_data, folder_experiment, write_plain


@pytest.fixture(autouse=True)
def fresh():
    """Nothing is kept from one test, or from one moment, to the next."""
    folders._look.cache_clear()
    load_splits.cache_clear()
    yield
    folders._look.cache_clear()
    load_splits.cache_clear()


def parted(root, counts):
    """Two classes in each of some parts, named as said."""
    for place, (name, count) in enumerate(counts.items()):
        write_plain(root / name, {"a": 40 * place, "b": 40 * place + 20}, count)
    return root


def sizes(root):
    found = look(str(root))
    return found.train, found.validation, found.test


def warnings(root):
    folders._look.cache_clear()
    return list(findings(str(root)).warnings())


# parts


@pytest.mark.parametrize("train", ["train", "Train", "TRAIN", "training", "Training"])
@pytest.mark.parametrize("test", ["test", "Test", "testing", "TESTING"])
def test_parts_are_recognised_in_any_case_and_are_no_classes(tmp_path, train, test):
    root = parted(tmp_path / "own", {train: 10, test: 3})
    assert ("a", "b") == look(str(root)).classes
    assert (16, 4, 6) == sizes(root)


@pytest.mark.parametrize("name", ["val", "Val", "valid", "VALID", "validation", "Validation"])
def test_a_validation_part_is_the_validation_split(tmp_path, name):
    root = parted(tmp_path / "own", {"train": 10, name: 4, "test": 3})
    assert ("a", "b") == look(str(root)).classes
    assert (20, 8, 6) == sizes(root)
    splits = load_splits(folder_data(root, image_size=8).source, Path())
    assert (20, 8, 6) == tuple(map(len, (splits.train, splits.validation, splits.test)))
    inside = [int(image[0, 4, 4]) for image in splits.validation.images]
    assert [40, 41, 42, 43, 60, 61, 62, 63] == sorted(inside)


def test_a_folder_without_a_test_part_gets_one_from_the_training_images(tmp_path):
    root = parted(tmp_path / "own", {"train": 10, "val": 4})
    assert (16, 8, 4) == sizes(root)
    splits = load_splits(folder_data(root, image_size=8).source, Path())
    assert (16, 8, 4) == tuple(map(len, (splits.train, splits.validation, splits.test)))


@pytest.mark.parametrize("name", PART_NAMES)
def test_no_part_is_taken_for_a_class_beside_class_folders(tmp_path, name):
    root = parted(tmp_path / "own", {".": 10})
    if PART_NAMES[name] is Part.TRAIN:
        (root / name).mkdir()
        with pytest.raises(ConfigError, match="found none"):
            look(str(root))
        return
    parted(root, {name: 5})
    assert ("a", "b") == look(str(root)).classes
    expected = (16, 4, 10) if PART_NAMES[name] is Part.TEST else (16, 10, 4)
    assert expected == sizes(root)


def test_two_folders_for_one_part_are_refused(tmp_path):
    root = parted(tmp_path / "own", {"train": 10, "Training": 10, "test": 3})
    message = "has two folders for train, Training and train; keep one"
    with pytest.raises(ConfigError, match=message):
        look(str(root))


def test_an_empty_validation_part_counts_as_none(tmp_path):
    root = parted(tmp_path / "own", {"train": 10, "test": 3})
    before = look(str(root)).fingerprint
    (root / "val" / "a").mkdir(parents=True)
    folders._look.cache_clear()
    assert ((16, 4, 6), before) == (sizes(root), look(str(root)).fingerprint)


def test_a_validation_class_that_was_never_trained_is_named(tmp_path):
    root = parted(tmp_path / "own", {"train": 10, "val": 3, "test": 3})
    write_plain(root / "val", {"plums": 0}, 3)
    with pytest.raises(ConfigError, match="val: plums is not a class of"):
        look(str(root))


def test_the_fingerprints_of_the_oldest_layouts_stay(tmp_path):
    # as they were before other names were recognised
    plain = parted(tmp_path / "plain", {".": 5})
    both = parted(tmp_path / "both", {"train": 5, "test": 3})
    assert ("00cf69cefdc61500", "d66aa0828d4f0d92") == (
        look(str(plain)).fingerprint[:16],
        look(str(both)).fingerprint[:16],
    )


def test_what_a_part_is_for_changes_the_key(tmp_path):
    keys = set()
    for number, names in enumerate(
        [("Train", "test"), ("training", "testing"), ("Training", "Test"), ("train", "test")]
    ):
        root = parted(tmp_path / str(number), dict.fromkeys(names, 5))
        keys.add(folder_experiment(root).key)
    assert 4 == len(keys)


# the same image twice


def test_test_images_that_are_training_images_are_named(tmp_path):
    root = parted(tmp_path / "own", {"train": 10, "val": 5, "test": 5})
    assert [] == warnings(root)
    shutil.copy(root / "train" / "a" / "0.pgm", root / "test" / "a" / "0.pgm")
    said = "1 of 10 test images is byte-identical to training images."
    assert [said] == warnings(root)
    shutil.copy(root / "train" / "a" / "1.pgm", root / "test" / "b" / "other.pgm")
    shutil.copy(root / "train" / "a" / "0.pgm", root / "val" / "b" / "0.pgm")
    assert [
        (
            "1 of 10 validation images is byte-identical to training images, "
            "1 of them in another class."
        ),
        "2 of 11 test images are byte-identical to training images, 1 of them in another class.",
    ] == warnings(root)


def test_the_same_image_in_two_splits_that_are_drawn_here_is_named(tmp_path):
    root = write_plain(tmp_path / "own", {"a": 0, "b": 100}, 20)
    for number in range(20):
        shutil.copy(root / "a" / f"{number}.pgm", root / "a" / f"again {number}.pgm")
    config = folder_data(root, image_size=8)
    splits = load_splits(config.source, Path())
    training = {image.tobytes() for image in splits.train.images}
    expected = sum(image.tobytes() in training for image in splits.test.images)
    (twins,) = [each for each in findings(str(root)).twins if each.part is Part.TEST]
    assert expected == twins.count
    assert expected > 0


def test_an_image_of_both_classes_is_in_its_own_one_too():
    training = [("x", 0), ("x", 1), ("y", 0)]
    assert Twins(Part.TEST, 2, 3, 1) == duplicates(
        training, [("x", 1), ("y", 1), ("z", 0)], Part.TEST
    )


# formats


@pytest.mark.parametrize("ending", ["jfif", "JFIF", "jpe"])
def test_a_jpeg_by_another_name_is_read(tmp_path, ending):
    root = write_plain(tmp_path / "own", {"a": 0, "b": 100}, 10)
    Image.new("L", (8, 8), 9).save(root / "a" / "x.jpg")
    (root / "a" / "x.jpg").rename(root / "a" / f"x.{ending}")
    assert 21 == sum(sizes(root))
    assert [] == warnings(root)


def test_avif_is_read(tmp_path):
    root = write_plain(tmp_path / "own", {"a": 0, "b": 100}, 10)
    Image.new("RGB", (8, 8), (9, 9, 9)).save(root / "a" / "x.avif")
    assert 21 == sum(sizes(root))
    load_splits(folder_data(root, image_size=8).source, Path())


def test_files_that_cannot_be_read_are_named_with_their_number(tmp_path):
    root = write_plain(tmp_path / "own", {"a": 0, "b": 100}, 10)
    for name in ("a/1.heic", "b/2.HEIC", "b/deeper/3.heif", "a/.hidden.heic", "b/4.jxl"):
        path = root / name
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(b"x")
    said = (
        "4 image files are left out because Poolscope cannot read the format (2 .heic, 1 .heif, "
        "1 .jxl); save as JPEG or PNG."
    )
    assert [said] == warnings(root)
    (root / "a" / "notes.txt").write_text("no image")
    assert 1 == len(warnings(root))


def test_a_class_of_nothing_but_heic_says_so(tmp_path):
    root = write_plain(tmp_path / "own", {"a": 0}, 10)
    (root / "b").mkdir()
    for number in range(12):
        (root / "b" / f"{number}.heic").write_bytes(b"x")
    message = r"b: has no images \(.*; each class needs 5 or more; 12 in .heic are not read"
    with pytest.raises(ConfigError, match=message):
        look(str(root))


def test_images_beside_the_class_folders_are_named(tmp_path):
    root = parted(tmp_path / "own", {"train": 10, "test": 3})
    pixels = np.zeros((8, 8), dtype=np.uint8)
    Image.fromarray(pixels).save(root / "cover.png")
    assert ["1 image file lies outside the class folders and is left out."] == warnings(root)
    Image.fromarray(pixels).save(root / "test" / "unsorted.png")
    assert ["2 image files lie outside the class folders and are left out."] == warnings(root)


def test_no_format_is_both_read_and_not_read():
    assert {".avif"} >= set(IMAGE_ENDINGS) & set(UNREAD_ENDINGS)
