"""Image files: what a folder of them holds, and how an uploaded file becomes a picture.

This is the only package that reads a folder named by a person. `with_folder` does so for the
command line, the sidebar and grid files; from there on, the contents of a folder are plain data.
"""

from core.pictures.folder import findings, look, remeasured, with_folder
from core.pictures.pixels import (
    border,
    brightness,
    fitted,
    inverted,
    is_negative,
    to_eight_bits,
)
from core.pictures.upload import MAX_UPLOAD_BYTES, UPLOAD_ENDINGS, Picture, uploaded

__all__ = [
    "MAX_UPLOAD_BYTES",
    "UPLOAD_ENDINGS",
    "Picture",
    "border",
    "brightness",
    "findings",
    "fitted",
    "inverted",
    "is_negative",
    "look",
    "remeasured",
    "to_eight_bits",
    "uploaded",
    "with_folder",
]
