"""Are the test images that browsers fetch those of the data set, bounded in number and size?"""

import gzip

import numpy as np

from core.config import DataConfig
from core.data import load
from pages.shared import networks
from pages.shared.images import FILES, INSPECTED_IMAGES, MOST_IMAGE_FILES, ImageFiles


def test_a_file_holds_the_classes_and_then_the_images():
    data = DataConfig(dataset="shapes")
    file = networks.image_file(data)
    assert (INSPECTED_IMAGES, INSPECTED_IMAGES, (1, 32, 32)) == (file.held, file.count, file.shape)
    content = gzip.decompress(FILES.content(file.address.removeprefix("images/")))
    test = load(data).test.first(file.count)
    assert test.labels.astype(np.uint8).tobytes() == content[: file.held]
    assert test.images.tobytes() == content[file.held :]


def test_what_does_not_concern_test_images_leaves_the_file_as_it_is():
    plain, other = DataConfig(), DataConfig(train_size=200, augment_shift=1)
    assert networks.image_file(plain) == networks.image_file(other)


def test_of_larger_images_there_are_fewer(monkeypatch):
    monkeypatch.setattr("pages.shared.networks.MOST_IMAGE_BYTES", 8 * 8 * 70)
    monkeypatch.setattr("pages.shared.networks.FILES", ImageFiles())
    assert 70 == networks.image_file(DataConfig()).held


def test_the_files_last_asked_for_are_kept():
    files = ImageFiles()
    sets = [DataConfig(dataset="shapes", image_size=side) for side in range(16, 48, 2)]
    names = [files.put(data, bytes([number])) for number, data in enumerate(sets[:-1])]
    kept = sets[-1 - MOST_IMAGE_FILES]
    assert names[-MOST_IMAGE_FILES:] == [n for n in names if files.content(n) is not None]
    assert files.name(kept)
    files.put(sets[-1], b"last")
    # it was asked for meanwhile
    assert files.name(kept)
    assert files.name(sets[-MOST_IMAGE_FILES]) is None


def test_two_data_sets_may_share_a_file():
    files = ImageFiles()
    one, other = DataConfig(), DataConfig(dataset="shapes")
    assert files.put(one, b"same") == files.put(other, b"same")
    assert b"same" == files.content(files.name(one))
