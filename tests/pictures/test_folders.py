"""Does a folder of images become a data set, and is what is wrong with one named?"""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from core.catalog import Colour
from core.config import Experiment
from core.config import folder as config_folder
from core.data import load_splits
from core.data.folder import read_folder
from core.errors import ConfigError, DataError
from core.pictures import folder as folders
from core.pictures import hashes, layout, look, to_eight_bits, with_folder
from core.settings import PROJECT
from core.training import train
from tests.pictures.folder_samples import folder_data, folder_experiment

RED, GREEN, BLUE = (200, 0, 0), (0, 200, 0), (0, 0, 200)


@pytest.fixture(autouse=True)
def fresh():
    """Nothing is kept from one test, or from one moment, to the next."""
    folders._look.cache_clear()
    load_splits.cache_clear()
    yield
    folders._look.cache_clear()
    load_splits.cache_clear()


def fill(folder, colour, count, size=(20, 30), ending="png"):
    """Images of one colour with some noise, so that no two are the same."""
    folder.mkdir(parents=True, exist_ok=True)
    random = np.random.default_rng(sum(colour))
    for number in range(count):
        noise = random.integers(0, 55, (*size, 3))
        pixels = (np.array(colour) + noise).astype(np.uint8)
        Image.fromarray(pixels).save(folder / f"{number}.{ending}")


@pytest.fixture
def pictures(tmp_path):
    """Two classes, 20 images each, without a test part."""
    root = tmp_path / "pictures"
    fill(root / "apples", RED, 20)
    fill(root / "limes", GREEN, 20)
    return root


@pytest.fixture
def parted(tmp_path):
    """The same two classes in train and test."""
    root = tmp_path / "parted"
    for part, count in (("train", 10), ("test", 4)):
        fill(root / part / "apples", RED, count)
        fill(root / part / "limes", GREEN, count)
    return root


def config(root, **more):
    return folder_data(root, image_size=8, **more)


def changed(root):
    """Its fingerprint after a change."""
    folders._look.cache_clear()
    return look(str(root)).fingerprint


def pixels(root, colour=Colour.RGB, size=8):
    raw = read_folder(look(str(root)), size, colour)
    return raw.images, raw.labels


# what is found


def test_a_folder_of_class_folders_is_split_here(pictures):
    found = look(str(pictures))
    assert ("apples", "limes") == found.classes
    assert (24, 8, 8) == (found.train, found.validation, found.test)


def test_a_test_part_stays_the_test_part(parted):
    found = look(str(parted))
    assert (16, 4, 8) == (found.train, found.validation, found.test)
    entry = config(parted).entry
    splits = load_splits(config(parted).source, Path())
    assert (16, 4, 8) == tuple(map(len, (splits.train, splits.validation, splits.test)))
    assert entry.fingerprint == found.fingerprint


def test_images_of_deeper_folders_belong_to_their_class(pictures):
    fill(pictures / "limes" / "more", GREEN, 3)
    assert 43 == sum(getattr(look(str(pictures)), part) for part in ("train", "validation", "test"))


def test_hidden_files_and_other_files_are_left_out(pictures):
    before = look(str(pictures)).fingerprint
    (pictures / "apples" / "notes.txt").write_text("none of its business")
    (pictures / "apples" / ".hidden.png").write_bytes(b"no image")
    (pictures / ".thumbnails").mkdir()
    assert before == changed(pictures)


def test_every_split_has_every_class_however_few_images_there_are(tmp_path):
    fill(tmp_path / "few" / "a", RED, 5)
    fill(tmp_path / "few" / "b", GREEN, 5)
    splits = load_splits(config(tmp_path / "few").source, Path())
    for part in (splits.train, splits.validation, splits.test):
        assert {0, 1} == set(part.labels.tolist())


def test_the_fingerprint_changes_with_any_file(pictures):
    seen = [look(str(pictures)).fingerprint]
    first = pictures / "apples" / "0.png"
    with Image.open(first) as image:
        image.putpixel((0, 0), (1, 2, 3))
        image.save(first)
    seen.append(changed(pictures))
    shutil.move(pictures / "apples" / "1.png", pictures / "limes" / "100.png")
    seen.append(changed(pictures))
    (pictures / "apples" / "2.png").unlink()
    seen.append(changed(pictures))
    assert 4 == len(set(seen))


def test_the_key_knows_a_folder_by_what_is_in_it(pictures, tmp_path):
    copy = tmp_path / "elsewhere"
    shutil.copytree(pictures, copy)
    here, there = (folder_experiment(root) for root in (pictures, copy))
    assert here.key == there.key
    assert str(pictures) not in here.canonical_json
    assert here.key != here.with_flat(image_size=16).key
    assert here.key != here.with_flat(colour="grey").key
    assert here.key == here.with_flat(difficulty="hard").key


def test_a_path_may_start_at_home_or_here(pictures, monkeypatch):
    monkeypatch.setenv("HOME", str(pictures.parent))
    monkeypatch.chdir(pictures.parent)
    wanted = f"folder:{pictures.resolve()}"
    assert wanted == with_folder({"dataset": "folder:~/pictures"})["dataset"]
    assert wanted == with_folder({"dataset": "folder:pictures"})["dataset"]


def test_what_was_found_comes_along_when_the_folder_is_gone(pictures):
    experiment = folder_experiment(pictures, image_size=8)
    shutil.rmtree(pictures)
    folders._look.cache_clear()
    again = Experiment.from_flat(json.loads(json.dumps(experiment.to_flat())))
    assert experiment == again
    assert experiment.key == again.key
    assert 5 == experiment.with_flat(seed=5).seed
    assert "digits" == experiment.with_flat(dataset="digits").data.dataset


def test_shape_and_classes_follow_size_and_colour(pictures):
    rgb = folder_experiment(pictures, image_size=16)
    assert ((3, 16, 16), 2) == (rgb.input_shape, rgb.classes)
    assert (1, 16, 16) == rgb.with_flat(colour="grey").input_shape


def test_files_are_hashed_once_as_long_as_they_stay_what_they_were(pictures, monkeypatch):
    read = []
    original = hashes.content_hash
    monkeypatch.setattr(hashes, "content_hash", lambda c: read.append(1) or original(c))
    first = changed(pictures)
    assert 40 == len(read)
    assert first == changed(pictures)
    assert 40 == len(read)
    os.utime(pictures / "apples" / "3.png", ns=(1, 1))
    assert first == changed(pictures)
    assert 41 == len(read)


@pytest.mark.parametrize("content", [b"", b"no json", b"[1, 2]", b'{"apples/0.png": "x"}'])
def test_a_damaged_list_of_hashes_is_made_again(pictures, content, monkeypatch, tmp_path):
    monkeypatch.setenv("POOLSCOPE_HOME", str(tmp_path / "home"))
    first = look(str(pictures)).fingerprint
    (kept,) = (tmp_path / "home" / "folders").iterdir()
    kept.write_bytes(content)
    assert first == changed(pictures)


def test_a_home_that_cannot_be_written_does_not_matter(pictures, monkeypatch, tmp_path):
    (tmp_path / "file").write_text("in the way")
    monkeypatch.setenv("POOLSCOPE_HOME", str(tmp_path / "file" / "home"))
    assert look(str(pictures)).classes


def test_a_folder_is_described_without_torch(pictures):
    code = (
        "import sys; from core import Experiment, with_folder; "
        f"print(Experiment.from_flat(with_folder({{'dataset': 'folder:{pictures}'}})).key); "
        "sys.exit('torch' in sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True, cwd=PROJECT)


# what is trained


def test_a_folder_trains_to_a_sensible_accuracy(pictures):
    experiment = folder_experiment(pictures, image_size=8, widths="8", epochs=15)
    assert 1.0 == train(experiment).test_accuracy


def test_a_folder_that_changed_since_is_refused(pictures):
    wanted = config(pictures)
    (pictures / "apples" / "0.png").unlink()
    with pytest.raises(DataError, match="the files have changed since; ask again"):
        load_splits(wanted.source, Path())


def test_the_images_are_standardised_by_their_own_mean(pictures):
    splits = load_splits(config(pictures).source, Path())
    images = splits.train.images / 255
    assert pytest.approx(1 / (255 * images.std().item())) == splits.train.normalisation.scale


# how images are converted


def colour_of(root, name, colour=Colour.RGB):
    """Mean colour of the image of that name."""
    files = [Path(file.name).name for file in folders.images(str(root))]
    images, _ = pixels(root, colour)
    return images[files.index(name)].mean(axis=(1, 2)).round().tolist()


def test_an_image_is_resized_on_its_shorter_side_and_cropped_in_the_middle(pictures):
    # a wide image: red, a square of green in the middle, red
    wide = np.zeros((10, 40, 3), dtype=np.uint8)
    wide[:, :, 0] = 255
    wide[:, 15:25] = (0, 255, 0)
    Image.fromarray(wide).save(pictures / "apples" / "wide.png")
    red, green, blue = colour_of(pictures, "wide.png")
    assert red < 10
    assert green > 245
    assert 0 == blue


def test_grey_is_one_channel(pictures):
    images, _ = pixels(pictures, Colour.GREY, 12)
    assert (40, 1, 12, 12) == images.shape


def save_cmyk(path):
    Image.new("CMYK", (20, 20), (0, 255, 255, 0)).save(path.with_suffix(".jpg"), quality=95)
    return path.with_suffix(".jpg")


def save_palette(path):
    Image.new("RGB", (20, 20), (255, 0, 0)).convert("P", palette=Image.Palette.ADAPTIVE).save(path)
    return path


def save_transparent(path):
    # black that nobody can see, over a half of it
    pixels = np.zeros((20, 20, 4), dtype=np.uint8)
    Image.fromarray(pixels).save(path)
    return path


def save_palette_with_transparency(path):
    image = Image.new("P", (20, 20), 0)
    image.putpalette([0, 0, 0, 255, 0, 0])
    image.save(path, transparency=0)
    return path


def save_grey_with_alpha(path):
    Image.new("LA", (20, 20), (0, 0)).save(path)
    return path


def save_sixteen_bits(path):
    Image.fromarray(np.full((20, 20), 32_768, dtype=np.uint16)).save(path)
    return path


def save_sixteen_bit_tiff(path):
    Image.fromarray(np.full((20, 20), 257 * 7, dtype=np.uint16)).save(path.with_suffix(".tif"))
    return path.with_suffix(".tif")


def save_one_bit(path):
    Image.new("1", (20, 20), 1).save(path)
    return path


def save_animation(path):
    first, second = (Image.new("RGB", (20, 20), colour) for colour in ((255, 0, 0), (0, 0, 255)))
    first.save(path.with_suffix(".gif"), save_all=True, append_images=[second])
    return path.with_suffix(".gif")


def save_webp(path):
    Image.new("RGB", (20, 20), (0, 0, 255)).save(path.with_suffix(".webp"), lossless=True)
    return path.with_suffix(".webp")


@pytest.mark.parametrize(
    ("save", "expected"),
    [
        (save_cmyk, (254, 0, 0)),
        (save_palette, (255, 0, 0)),
        (save_transparent, (255, 255, 255)),
        (save_palette_with_transparency, (255, 255, 255)),
        (save_grey_with_alpha, (255, 255, 255)),
        (save_sixteen_bits, (128, 128, 128)),
        (save_sixteen_bit_tiff, (7, 7, 7)),
        (save_one_bit, (255, 255, 255)),
        (save_animation, (255, 0, 0)),
        (save_webp, (0, 0, 255)),
    ],
    ids=lambda value: getattr(value, "__name__", None),
)
def test_every_kind_of_image_keeps_the_colours_that_a_person_sees(pictures, save, expected):
    path = save(pictures / "apples" / "special.png")
    assert pytest.approx(expected, abs=2) == colour_of(pictures, path.name)


def test_a_photograph_is_turned_as_its_camera_says(pictures):
    # the upper half is light; orientation 6 says: turn a quarter to the right
    halves = np.zeros((16, 16, 3), dtype=np.uint8)
    halves[:8] = 255
    image = Image.fromarray(halves)
    exif = image.getexif()
    exif[0x0112] = 6
    image.save(pictures / "apples" / "turned.jpg", exif=exif, quality=95)
    files = [Path(file.name).name for file in folders.images(str(pictures))]
    turned = pixels(pictures)[0][files.index("turned.jpg")]
    assert turned[:, :, 5:].mean() > 240
    assert turned[:, :, :3].mean() < 15


@pytest.mark.parametrize("mode", ["F", "I"])
def test_values_whose_white_nobody_knows_are_refused(pictures, mode):
    image = Image.new(mode, (20, 20), 100_000)
    with pytest.raises(ValueError, match="save it with 8 or 16"):
        to_eight_bits(image)
    image.save(pictures / "apples" / "special.tif")
    with pytest.raises(DataError, match=r"special.tif: the image is damaged or cannot be conv"):
        pixels(pictures)


def test_sixteen_bits_in_thirty_two_are_scaled():
    image = Image.fromarray(np.full((2, 2), 65_535, dtype=np.int32))
    assert 255 == np.asarray(to_eight_bits(image)).max()


def test_a_file_that_is_cut_off_is_named(pictures):
    path = pictures / "apples" / "0.png"
    path.write_bytes(path.read_bytes()[:-500])
    with pytest.raises(DataError, match=r"apples/0.png: the image is damaged") as caught:
        load_splits(config(pictures).source, Path())
    assert "\n" not in str(caught.value)


# what is wrong with a folder


def refuse_permission(root):
    (root / "apples").chmod(0)


WRONG = {
    "missing": (shutil.rmtree, "there is no such folder"),
    "file": (
        lambda root: (shutil.rmtree(root), root.write_text("x")),
        "is a file, and a folder is needed",
    ),
    "one class": (lambda root: shutil.rmtree(root / "limes"), "found only one"),
    "no class": (
        lambda root: [shutil.rmtree(root / name) for name in ("limes", "apples")],
        "found none",
    ),
    "empty class": (
        lambda root: [file.unlink() for file in (root / "limes").iterdir()],
        r"limes: has no images \(.jpg",
    ),
    "few images": (
        lambda root: [file.unlink() for file in sorted((root / "limes").iterdir())[1:]],
        r"limes: has 1 image \(.jpg.* needs 5 or more",
    ),
    "train without test": (
        lambda root: [fill(root / "train" / name, RED, 5) for name in "ab"],
        "has a train folder and no test folder",
    ),
    "no image": (
        lambda root: (root / "limes" / "x.png").write_text("no image"),
        "x.png: is not an image that can be read",
    ),
    "empty file": (
        lambda root: (root / "limes" / "x.jpg").write_bytes(b""),
        "x.jpg: is not an image that can be read",
    ),
    "link to nowhere": (
        lambda root: (root / "limes" / "x.png").symlink_to("nowhere.png"),
        "x.png: cannot be read",
    ),
}


@pytest.mark.parametrize("name", WRONG)
def test_what_is_wrong_with_a_folder_is_one_clear_sentence(pictures, name):
    spoil, message = WRONG[name]
    spoil(pictures)
    with pytest.raises(ConfigError, match=message) as caught:
        folder_experiment(pictures)
    assert "\n" not in str(caught.value)
    assert str(pictures) in str(caught.value)


def test_a_huge_image_is_named_before_it_is_unpacked(pictures, monkeypatch):
    monkeypatch.setattr(hashes, "MAX_FILE_PIXELS", 100)
    with pytest.raises(ConfigError, match=r"png: has 30 × 20 pixels; at most 100 are allowed"):
        look(str(pictures))


def test_a_bomb_is_no_image_that_can_be_read(pictures, monkeypatch):
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", 100)
    with pytest.raises(ConfigError, match="is not an image that can be read"):
        look(str(pictures))


def test_more_classes_than_a_byte_can_tell_are_refused(pictures, monkeypatch):
    monkeypatch.setattr(layout, "MAX_CLASSES", 1)
    with pytest.raises(ConfigError, match="has 2 class folders; at most 1 are allowed"):
        look(str(pictures))


def test_more_images_than_memory_holds_are_refused(pictures, monkeypatch):
    monkeypatch.setattr(config_folder, "MAX_FOLDER_BYTES", 1000)
    with pytest.raises(ConfigError, match=r"image_size: 40 images with 8 × 8 pixels take 0.0 GiB"):
        folder_experiment(pictures, image_size=8)


def test_a_test_class_that_was_never_trained_is_named(parted):
    fill(parted / "test" / "plums", BLUE, 3)
    with pytest.raises(ConfigError, match="test: plums is not a class of"):
        look(str(parted))


def test_a_test_part_without_images_is_named(parted):
    shutil.rmtree(parted / "test")
    (parted / "test").mkdir()
    with pytest.raises(ConfigError, match="test: has no images"):
        look(str(parted))


def test_a_class_may_be_missing_from_the_test_part(parted):
    shutil.rmtree(parted / "test" / "limes")
    assert 4 == look(str(parted)).test


@pytest.mark.parametrize("path", ["\0", "a\0b", "~nobody-has-this-name/x"])
def test_a_path_that_can_be_none_is_refused_in_a_sentence(path):
    with pytest.raises(ConfigError, match="cannot be a folder") as caught:
        with_folder({"dataset": f"folder:{path}"})
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    "flat", [{}, {"dataset": "mnist"}, {"dataset": 3}, {"dataset": "folder:"}, {"widths": "8"}]
)
def test_without_a_folder_nothing_is_added(flat):
    assert flat == with_folder(flat)


def test_what_is_known_of_a_folder_is_kept(pictures):
    flat = folder_experiment(pictures).to_flat()
    shutil.rmtree(pictures)
    assert flat == with_folder(flat)
