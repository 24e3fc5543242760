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


def emptiness(found: Floats, method: Method) -> str:
    """Why an attribution (H, W) looks blank; empty if it does not."""
    if not found.any():
        return f"Zero everywhere: {_NOTHING[method]}."
    if found.size == 1:
        return "The map has one cell."
    return "The same everywhere." if np.ptp(found) == 0 else ""


def ranking(found: Sequence[Patch], asked: int, tested: int) -> str:
    """Which images patches are cut from, and how far their order means anything.

    Args:
        found: the patches that are shown, the strongest first; one at least.
        asked: how many there could have been.
        tested: how many images were looked at.
    """
    images = f"Test {plural('image', len(found))} {', '.join(str(each.image) for each in found)}"
    alone = "; no other excites it" if len(found) < min(asked, tested) else ""
    text = f"{images}{_order(found, tested)}{alone}."
    if all(np.ptp(each.pixels) == 0 for each in found):
        text += " Each of these parts is of one shade."
    return text


def _order(found: Sequence[Patch], tested: int) -> str:
    first, last = found[0], found[-1]
    if len(found) == 1 and first.tied == 1:
        return ""
    if first.tied >= len(found):
        others = "" if first.tied == len(found) else f", like {first.tied:,} of {tested:,}"
        return f": equally strong{others}"
    shown = sum(abs(each.value - last.value) <= PATCH_ROUNDING * last.value for each in found)
    more = last.tied - shown
    if more <= 0:
        return ", strongest first"
    return f", strongest first; {more:,} more {'is' if more == 1 else 'are'} as strong as the last"
