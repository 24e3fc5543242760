"""A file that somebody hands over becomes a plain picture, or one clear sentence.

Headers are checked before anything is decoded: a small file can unpack to more than the memory
holds. Nothing is written to disk.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from io import BytesIO

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageOps, UnidentifiedImageError

from core.catalog.luminance import luminance
from core.errors import ConfigError

GROUND = (255, 255, 255, 255)
"""what shows through transparent pixels: white, as on a page"""

WHITE_16 = 65_535

MOST_UPLOAD_BYTES = 2 * 2**20
MOST_UPLOAD_PIXELS = 4_000_000
LONGEST_SIDE = 20_000
UPLOAD_FORMATS = ("PNG", "JPEG", "WEBP")
UPLOAD_ENDINGS = ("png", "jpg", "jpeg", "jfif", "webp")

MARGIN = 0.25
"""part of the range by which a negative must fit better before an upload is inverted"""


@dataclass(frozen=True, slots=True)
class Picture:
    """A decoded picture.

    Attributes:
        image: upright, 8 bits per channel, nothing transparent.
        remarks: what was done to it that a person might not expect.
    """

    image: Image.Image
    remarks: tuple[str, ...] = ()


def uploaded(content: bytes) -> Picture:
    """Decode an upload.

    Args:
        content: the bytes of a PNG, JPEG or WebP file.

    Raises:
        ConfigError: it is too large, damaged, or of another kind.
    """
    if len(content) > MOST_UPLOAD_BYTES:
        raise ConfigError(
            f"upload: {len(content) / 2**20:.1f} MB; at most {MOST_UPLOAD_BYTES // 2**20} MB are "
            f"allowed"
        )
    try:
        with Image.open(BytesIO(content), formats=UPLOAD_FORMATS) as image:
            _check_size(*image.size)
            frames = getattr(image, "n_frames", 1)
            plain = to_eight_bits(ImageOps.exif_transpose(image))
            plain.load()
    except ConfigError:
        raise
    except (UnidentifiedImageError, Image.DecompressionBombError):
        raise ConfigError(
            f"upload: not an image that can be read; {', '.join(UPLOAD_FORMATS)} are allowed"
        ) from None
    except Exception as error:  # Pillow's decoders raise whatever their formats lead to
        raise ConfigError(f"upload: the image is damaged ({_line(error)})") from error
    remarks = (f"an animation of {frames} pictures: the first is used",) if frames > 1 else ()
    return Picture(plain, remarks)


def _check_size(width: int, height: int) -> None:
    if width * height > MOST_UPLOAD_PIXELS or max(width, height) > LONGEST_SIDE:
        raise ConfigError(
            f"upload: {width:,} × {height:,} pixels; at most {MOST_UPLOAD_PIXELS:,} are allowed, "
            f"and {LONGEST_SIDE:,} on a side"
        )


def _line(error: BaseException) -> str:
    return " ".join(str(error).split()) or type(error).__name__


def fitted(image: Image.Image, shape: tuple[int, int, int], white: int) -> NDArray[np.uint8]:
    """Resize and crop a picture to what a network takes.

    Args:
        image: as `uploaded` gives it.
        shape: (channels, height, width) of the network's input.
        white: the stored value that means white in its data set.

    Returns:
        (channels, height, width).
    """
    channels, height, width = shape
    plain = image.convert("RGB" if channels > 1 else "L")
    square = ImageOps.fit(plain, (width, height), Image.Resampling.BICUBIC)
    values = np.moveaxis(np.atleast_3d(np.asarray(square)), 2, 0)
    return (values.astype(np.uint16) * white / 255).round().astype(np.uint8)


def border(image: NDArray[np.uint8]) -> NDArray[np.float64]:
    """Median of the outermost pixels of an image (C, H, W), for each channel."""
    ring = np.ones(image.shape[1:], dtype=bool)
    ring[1:-1, 1:-1] = False
    middle: NDArray[np.float64] = np.median(image[:, ring], axis=1)
    return middle


def brightness(image: NDArray[np.uint8]) -> float:
    """Mean brightness of an image (C, H, W), in its own levels."""
    return luminance(image.reshape(len(image), -1).mean(axis=1).tolist())


def is_negative(image: NDArray[np.uint8], background: Sequence[float], white: int) -> bool:
    """Whether the inverted image would fit better to images with that ground.

    Args:
        image: (C, H, W), as stored.
        background: what lies around the objects of the other images, in the same levels.
        white: the level that means white.
    """
    if np.ptp(image) == 0:
        # nothing tells the ground of an even picture from what lies on it
        return False
    level, ground = luminance(border(image).tolist()), luminance(background)
    # of a grey border that fits about as well either way nobody can tell
    return abs(level - ground) - abs(white - level - ground) > white * MARGIN


def inverted(image: NDArray[np.uint8], white: int) -> NDArray[np.uint8]:
    """The negative of an image."""
    return (white - image).astype(np.uint8)


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
