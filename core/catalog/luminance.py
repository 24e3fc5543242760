"""How bright is a colour?"""

from collections.abc import Sequence

LUMINANCE_WEIGHTS = (299, 587, 114)
"""thousandths of red, green and blue: ITU-R 601-2, as Pillow turns colours grey"""


def luminance(channels: Sequence[float]) -> float:
    """Brightness of a colour, or of the one value of a grey, in the same levels."""
    if len(channels) == 1:
        return float(channels[0])
    return (
        sum(w * float(level) for w, level in zip(LUMINANCE_WEIGHTS, channels, strict=True)) / 1000
    )
