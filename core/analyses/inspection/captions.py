"""What is said below a picture of a network, above all where there is nothing in it to see."""

from collections.abc import Sequence

import numpy as np

from core.analyses.inspection.attribution import Method
from core.analyses.inspection.network import Floats
from core.analyses.inspection.patches import PATCH_ROUNDING, Patch
from core.words import plural

_NOTHING = {
    Method.GRAD_CAM: "no place of this map speaks for the answer",
    Method.CAM: "the last map is zero",
    Method.SALIENCY: "no pixel moves the answer",
    Method.OCCLUSION: "no window that is greyed out changes the answer",
}


def emptiness(values: Floats, method: Method) -> str:
    """Why an attribution (H, W) looks blank; empty if it does not."""
    if not values.any():
        return f"Zero everywhere: {_NOTHING[method]}."
    if values.size == 1:
        return "The map has one cell."
    return "The same everywhere." if np.ptp(values) == 0 else ""


def ranking(patches: Sequence[Patch], asked: int, tested: int) -> str:
    """Which images patches are cut from, and how far their order means anything.

    Args:
        patches: the patches that are shown, the strongest first; one at least.
        asked: how many there could have been.
        tested: how many images were looked at.
    """
    images = (
        f"Test {plural('image', len(patches))} {', '.join(str(each.image) for each in patches)}"
    )
    alone = "; no other excites it" if len(patches) < min(asked, tested) else ""
    text = f"{images}{_order(patches, tested)}{alone}."
    if all(np.ptp(each.pixels) == 0 for each in patches):
        text += " Each of these parts is of one shade."
    return text


def _order(patches: Sequence[Patch], tested: int) -> str:
    first, last = patches[0], patches[-1]
    if len(patches) == 1 and first.tied == 1:
        return ""
    if first.tied >= len(patches):
        others = "" if first.tied == len(patches) else f", like {first.tied:,} of {tested:,}"
        return f": equally strong{others}"
    shown = sum(abs(each.value - last.value) <= PATCH_ROUNDING * last.value for each in patches)
    more = last.tied - shown
    if more <= 0:
        return ", strongest first"
    return f", strongest first; {more:,} more {'is' if more == 1 else 'are'} as strong as the last"
