"""How an uploaded file becomes a plain picture, or an error message of one sentence.

Headers are checked before anything is decoded, because a small file can unpack to more than fits
into memory. Nothing is written to disk.
"""

from dataclasses import dataclass
from io import BytesIO

from PIL import Image, ImageOps, UnidentifiedImageError

from core.errors import ConfigError
from core.pictures.pixels import to_eight_bits

MAX_UPLOAD_BYTES = 2 * 2**20
MAX_UPLOAD_PIXELS = 4_000_000
MAX_UPLOAD_SIDE = 20_000
UPLOAD_FORMATS = ("PNG", "JPEG", "WEBP")
UPLOAD_ENDINGS = ("png", "jpg", "jpeg", "jfif", "webp")


@dataclass(frozen=True, slots=True)
class Picture:
    """A decoded picture.

    Attributes:
        image: upright, 8 bits per channel, no transparency.
        remarks: changes to the picture that a person might not expect.
    """

    image: Image.Image
    remarks: tuple[str, ...] = ()


def uploaded(content: bytes) -> Picture:
    """Decode an uploaded picture.

    Args:
        content: the bytes of a PNG, JPEG or WebP file.

    Raises:
        ConfigError: it is too large, damaged, or in another format.
    """
    if len(content) > MAX_UPLOAD_BYTES:
        raise ConfigError(
            f"upload: {len(content) / 2**20:.1f} MB; at most {MAX_UPLOAD_BYTES // 2**20} MB are "
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
    except Exception as error:  # Pillow's decoders raise exceptions of many types
        raise ConfigError(f"upload: the image is damaged ({_line(error)})") from error
    remarks = (f"an animation of {frames} pictures: the first is used",) if frames > 1 else ()
    return Picture(plain, remarks)


def _check_size(width: int, height: int) -> None:
    if width * height > MAX_UPLOAD_PIXELS or max(width, height) > MAX_UPLOAD_SIDE:
        raise ConfigError(
            f"upload: {width:,} × {height:,} pixels; at most {MAX_UPLOAD_PIXELS:,} are allowed, "
            f"and {MAX_UPLOAD_SIDE:,} on a side"
        )


def _line(error: BaseException) -> str:
    return " ".join(str(error).split()) or type(error).__name__
