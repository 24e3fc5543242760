"""The images of a folder as bytes: decoded, turned upright, resized, cropped to a square."""

from io import BytesIO

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageOps

from core import folders
from core.catalog import Colour
from core.data.splits import Raw
from core.errors import DataError
from core.folders import Folder, ImageFile

GROUND = (255, 255, 255, 255)
"""what shows through transparent pixels: white, as on a page"""

WHITE_16 = 65_535


def read_folder(folder: Folder, image_size: int, colour: Colour) -> Raw:
    """Read and decode every image.

    Args:
        folder: what it is expected to hold.
        image_size: side of the squares in pixels.
        colour: one channel or three.

    Raises:
        ConfigError: the folder is no data set any more.
        DataError: an image is damaged, or of a kind that cannot be converted.
    """
    files = folders.images(folder.path)
    channels = 3 if colour is Colour.RGB else 1
    pixels = np.empty((len(files), channels, image_size, image_size), dtype=np.uint8)
    hashes = []
    for number, file in enumerate(files):
        content = _content(file)
        # hashed here once more: these are the bytes that are decoded
        hashes.append((file, folders.content_hash(content)))
        pixels[number] = _decode(content, file, image_size, colour)
    labels = np.array([file.label for file in files], dtype=np.int64)
    test = np.array([file.test for file in files])
    known_as = folders.fingerprint(hashes)
    if not test.any():
        return Raw(pixels, labels, known_as=known_as)
    return Raw(pixels[~test], labels[~test], pixels[test], labels[test], known_as=known_as)


def _content(file: ImageFile) -> bytes:
    try:
        return file.path.read_bytes()
    except OSError as error:
        raise DataError(f"{file.path}: cannot be read ({error.strerror})") from error


def _decode(content: bytes, file: ImageFile, image_size: int, colour: Colour) -> NDArray[np.uint8]:
    """One image (channels, image_size, image_size)."""
    try:
        with Image.open(BytesIO(content)) as image:
            # an animation counts by its first picture
            upright = ImageOps.exif_transpose(image)
            plain = to_eight_bits(upright).convert("RGB" if colour is Colour.RGB else "L")
            square = ImageOps.fit(plain, (image_size, image_size), Image.Resampling.BICUBIC)
    except Exception as error:  # Pillow's decoders raise whatever their formats lead to
        raise DataError(
            f"{file.path}: the image is damaged or cannot be converted ({error})"
        ) from error
    return np.moveaxis(np.atleast_3d(np.asarray(square)), 2, 0)


def to_eight_bits(image: Image.Image) -> Image.Image:
    """An image of any mode with 8 bits per channel and nothing transparent, its colours kept.

    Pillow clips 16-bit values when it converts them, which turns nearly all of them white, and
    drops transparency, which shows colours that nobody was meant to see.

    Raises:
        ValueError: its values are fractions or of 32 bits, whose white nobody can know.
    """
    if image.mode.startswith("I"):
        # some 16-bit files come as 32 bits
        values = np.asarray(image).astype(np.int64)
        if values.min() < 0 or values.max() > WHITE_16:
            raise ValueError("it has 32 bits per channel; save it with 8 or 16")
        step = WHITE_16 // 255
        return Image.fromarray(((values + step // 2) // step).astype(np.uint8))
    if image.mode == "F":
        raise ValueError("its values are fractions; save it with 8 or 16 bits per channel")
    if image.has_transparency_data:
        overlaid = image.convert("RGBA")
        return Image.alpha_composite(Image.new("RGBA", overlaid.size, GROUND), overlaid)
    return image
