"""The images of a folder as bytes: decoded, turned upright, resized, cropped to a square."""

from io import BytesIO

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageOps

from core.catalog import Colour
from core.config.folder import Folder
from core.data.splits import Raw
from core.errors import DataError
from core.pictures import to_eight_bits
from core.pictures.folder import fingerprint, images
from core.pictures.hashes import content_hash
from core.pictures.layout import ImageFile, Part, layout


def read_folder(folder: Folder, image_size: int, colour: Colour) -> Raw:
    """Read and decode every image of a folder.

    Args:
        folder: the folder, with the contents it had when it was looked at.
        image_size: side of the squares in pixels.
        colour: one channel or three.

    Raises:
        ConfigError: the folder is no longer a data set.
        DataError: an image is damaged, or of a kind that cannot be converted.
    """
    files = images(folder.path)
    channels = 3 if colour is Colour.RGB else 1
    pixels = np.empty((len(files), channels, image_size, image_size), dtype=np.uint8)
    hashes = []
    for number, file in enumerate(files):
        content = _content(file)
        # hashed again, because these are the bytes that are decoded: the file may have changed
        hashes.append((file, content_hash(content)))
        pixels[number] = _decode(content, file, image_size, colour)
    labels = np.array([file.label for file in files], dtype=np.int64)
    known_as = fingerprint(hashes, layout(folder.path))
    parts = np.array([file.part for file in files])
    train, test, validation = (parts == part for part in (Part.TRAIN, Part.TEST, Part.VALIDATION))
    return Raw(
        pixels[train],
        labels[train],
        pixels[test] if test.any() else None,
        labels[test] if test.any() else None,
        pixels[validation] if validation.any() else None,
        labels[validation] if validation.any() else None,
        known_as,
    )


def _content(file: ImageFile) -> bytes:
    try:
        return file.path.read_bytes()
    except OSError as error:
        raise DataError(f"{file.path}: cannot be read ({error.strerror})") from error


def _decode(content: bytes, file: ImageFile, image_size: int, colour: Colour) -> NDArray[np.uint8]:
    """One image (channels, image_size, image_size)."""
    try:
        with Image.open(BytesIO(content)) as image:
            # of an animation, Pillow decodes the first picture
            upright = ImageOps.exif_transpose(image)
            plain = to_eight_bits(upright).convert("RGB" if colour is Colour.RGB else "L")
            square = ImageOps.fit(plain, (image_size, image_size), Image.Resampling.BICUBIC)
    except Exception as error:  # Pillow's decoders raise exceptions of many types
        raise DataError(
            f"{file.path}: the image is damaged or cannot be converted ({error})"
        ) from error
    return np.moveaxis(np.atleast_3d(np.asarray(square)), 2, 0)
