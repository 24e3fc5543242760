"""Image files: what a folder of them holds, and how one that somebody uploads becomes a picture.

Here, and only here, Poolscope looks into a folder that a person names. `with_folder` does so for
the command line, the sidebar and grid files; from there on, what a folder holds is data.
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
