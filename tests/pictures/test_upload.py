"""Does an upload become a plain picture, or one clear sentence, quickly and whatever it is?"""

import io
import struct
import time
import tracemalloc
import zlib

import numpy as np
import pytest
from PIL import Image

from core.analyses.trained import Network, images_of_test
from core.config import Experiment
from core.errors import ConfigError
from core.figures import tiles as sheet
from core.pictures import MAX_UPLOAD_BYTES, border, fitted, inverted, is_negative, uploaded
from tests.bundled import bundled
from tests.inspection import prepared, respond
from tests.pictures.folder_samples import digit_images

SECONDS, BYTES = 2, 200 * 2**20


def saved(image, kind, **more):
    file = io.BytesIO()
    image.save(file, kind, **more)
    return file.getvalue()


def rgb(width=20, height=20, colour=(200, 30, 30)):
    return Image.new("RGB", (width, height), colour)


def png_header(width, height):
    """A PNG that says it is so large, with next to nothing in it."""
    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    chunks = [(b"IHDR", head), (b"IDAT", zlib.compress(b"\0" * 1000)), (b"IEND", b"")]
    body = b"".join(
        struct.pack(">I", len(content))
        + name
        + content
        + struct.pack(">I", zlib.crc32(name + content))
        for name, content in chunks
    )
    return b"\x89PNG\r\n\x1a\n" + body


PNG, JPEG = saved(rgb(), "PNG"), saved(rgb(), "JPEG")
NOISE = np.random.default_rng(0).integers(0, 256, 5000, dtype=np.uint8).tobytes()

HOSTILE = {
    "nothing": b"",
    "one byte": b"\x89",
    "noise": NOISE,
    "text": b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>",
    "html": b"<html><body onload=alert(1)>",
    "a zip": b"PK\x03\x04" + NOISE,
    "a pdf": b"%PDF-1.7\n" + NOISE,
    "a pickle": b"cos\nsystem\n(S'true'\ntR.",
    "a program": b"\x7fELF" + NOISE,
    "a gif by another name": saved(rgb(), "GIF"),
    "a bmp by another name": saved(rgb(), "BMP"),
    "a tiff by another name": saved(rgb(), "TIFF"),
    "an icon by another name": saved(rgb(16, 16), "ICO"),
    "a ppm by another name": saved(rgb(), "PPM"),
    "an eps": b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 10 10\n",
    "png signature alone": PNG[:8],
    "png without pixels": PNG[:33],
    "png cut off": saved(
        Image.fromarray(np.random.default_rng(1).integers(0, 256, (90, 90, 3), dtype=np.uint8)),
        "PNG",
    )[:9000],
    "png with a broken checksum": PNG[:40] + bytes([PNG[40] ^ 255]) + PNG[41:],
    "jpeg cut off": JPEG[:200],
    "jpeg signature alone": JPEG[:3],
    "jpeg with noise inside": JPEG[:300] + NOISE,
    "webp cut off": saved(rgb(), "WEBP")[:20],
    "a bomb": png_header(60_000, 60_000),
    "a strip": png_header(1, 65_535),
    "a wide strip": png_header(65_535, 1),
    "just too many pixels": saved(rgb(2001, 2000), "PNG"),
    "too many bytes": PNG + b"\0" * MAX_UPLOAD_BYTES,
    "no width": png_header(0, 10),
    "fractions": b"II*\0" + NOISE,
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_upload_is_one_sentence_soon(name):
    tracemalloc.start()
    began = time.monotonic()
    with pytest.raises(ConfigError) as caught:
        uploaded(HOSTILE[name])
    seconds, (_, most) = time.monotonic() - began, tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert seconds < SECONDS
    assert most < BYTES
    message = str(caught.value)
    assert message.startswith("upload: ")
    assert "\n" not in message
    assert len(message) < 200


def test_there_are_enough_hostile_uploads():
    assert len(HOSTILE) >= 25


def turned():
    halves = np.zeros((16, 16, 3), dtype=np.uint8)
    halves[:8] = 255
    image = Image.fromarray(halves)
    exif = image.getexif()
    exif[0x0112] = 6
    return saved(image, "JPEG", exif=exif, quality=95)


def animated():
    first, second = rgb(colour=(255, 0, 0)), rgb(colour=(0, 0, 255))
    return saved(first, "WEBP", save_all=True, append_images=[second], lossless=True)


def mean(picture):
    return np.asarray(picture.image.convert("RGB")).mean(axis=(0, 1)).round().tolist()


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (PNG, (200, 30, 30)),
        (saved(rgb(), "WEBP", lossless=True), (200, 30, 30)),
        (saved(Image.new("CMYK", (20, 20), (0, 255, 255, 0)), "JPEG", quality=95), (254, 0, 0)),
        (saved(Image.new("RGBA", (20, 20), (0, 0, 0, 0)), "PNG"), (255, 255, 255)),
        (saved(Image.fromarray(np.full((9, 9), 32_768, np.uint16)), "PNG"), (128, 128, 128)),
        (saved(Image.new("1", (9, 9), 1), "PNG"), (255, 255, 255)),
    ],
)
def test_every_kind_keeps_the_colours_that_a_person_sees(content, expected):
    assert pytest.approx(expected, abs=2) == mean(uploaded(content))


def test_a_photograph_is_turned_as_its_camera_says():
    picture = np.asarray(uploaded(turned()).image)
    assert picture[:, 9:].mean() > 240
    assert picture[:, :7].mean() < 15


def test_the_first_picture_of_an_animation_is_used_and_said_so():
    picture = uploaded(animated())
    assert pytest.approx((255, 0, 0), abs=2) == mean(picture)
    assert ("an animation of 2 pictures: the first is used",) == picture.remarks


@pytest.mark.parametrize("shape", [(1, 8, 8), (3, 32, 32), (1, 28, 28)])
def test_a_picture_is_fitted_to_what_the_network_takes(shape):
    picture = uploaded(saved(rgb(90, 40, (255, 255, 255)), "PNG"))
    found = fitted(picture.image, shape, 16)
    assert shape == found.shape
    assert {16} == set(found.ravel().tolist())


def test_a_stored_image_is_drawn_in_the_ink_of_the_page():
    image = np.array([[[0, 16]]], dtype=np.uint8)
    picture = sheet.grey(image, 16)
    assert (255, 255, 255) == tuple(picture[0, 0])
    assert sum(picture[0, -1].tolist()) < 90
    colours = sheet.grey(np.full((3, 2, 2), 7, dtype=np.uint8), 255)
    assert {7} == set(colours.ravel().tolist())


# ink and ground


def digits_as_uploads(*, white):
    """The first hundred test digits as people scan them, or light on dark, and their classes."""
    images, labels = digit_images("test")
    levels = [255 - image if white else image for image in images[:100]]
    enlarged = [np.kron(image, np.ones((10, 10), dtype=np.uint8)) for image in levels]
    return [saved(Image.fromarray(image), "PNG") for image in enlarged], labels[:100]


def right_answers(contents, labels, *, match):
    """How many of the uploads a bundled network reads."""
    experiment = Experiment.from_flat({})
    entry = experiment.data.entry
    weights = bundled().weights(experiment.key)
    network, data = Network.of(experiment, weights), images_of_test(experiment)
    right = 0
    for content, label in zip(contents, labels, strict=True):
        image = fitted(uploaded(content).image, entry.shape, entry.white)
        if match and is_negative(image, entry.background, entry.white):
            image = inverted(image, entry.white)
        right += respond(network, prepared(image, data)).answer == label
    return right


def test_dark_ink_on_white_is_read_once_it_is_inverted():
    contents, labels = digits_as_uploads(white=True)
    assert right_answers(contents, labels, match=False) < 30
    assert right_answers(contents, labels, match=True) >= 95


def test_uploads_that_fit_stay_as_they_are():
    contents, _ = digits_as_uploads(white=False)
    images = [fitted(uploaded(content).image, (1, 8, 8), 16) for content in contents]
    assert not [image for image in images if is_negative(image, (0,), 16)]


def test_light_ink_is_inverted_for_a_set_of_dark_ink():
    contents, _ = digits_as_uploads(white=False)
    images = [fitted(uploaded(content).image, (3, 32, 32), 255) for content in contents]
    assert all(is_negative(image, (250, 248, 240), 255) for image in images)
    assert not any(is_negative(inverted(image, 255), (250, 248, 240), 255) for image in images)


@pytest.mark.parametrize(("level", "ground"), [(0, 128), (255, 128), (128, 0), (120, 255)])
def test_a_grey_ground_or_border_inverts_nothing(level, ground):
    image = np.full((1, 8, 8), level, dtype=np.uint8)
    image[0, 3:5, 3:5] = 90
    assert not is_negative(image, (ground,), 255)


def test_an_even_picture_has_no_ground_to_match():
    assert not is_negative(np.full((1, 8, 8), 255, dtype=np.uint8), (0,), 255)


def test_the_border_of_a_picture_is_its_outermost_ring():
    image = np.full((2, 4, 5), 7, dtype=np.uint8)
    image[:, 1:-1, 1:-1] = 200
    image[1] += 1
    assert [7, 8] == border(image).tolist()
