"""How bright is a colour?"""

from collections.abc import Sequence

LUMINANCE_WEIGHTS = (299, 587, 114)
"""thousandths of red, green and blue, after ITU-R 601-2: Pillow's conversion to grey"""


def luminance(channels: Sequence[float]) -> float:
    """Brightness of a colour (R, G, B) or of a grey (one value), in the levels of its channels."""
    if len(channels) == 1:
        return float(channels[0])
    return (
        sum(w * float(level) for w, level in zip(LUMINANCE_WEIGHTS, channels, strict=True)) / 1000
    )
