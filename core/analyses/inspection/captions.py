"""Captions of pictures of a network, above all of those in which there is nothing to see."""

from collections.abc import Sequence

import numpy as np

from core.analyses.inspection.results import PATCH_ROUNDING, Floats, Method, Patch
from core.words import plural

_NOTHING = {
    Method.GRAD_CAM: "no place of this map speaks for the answer",
    Method.CAM: "the last map is zero",
    Method.SALIENCY: "no pixel moves the answer",
    Method.OCCLUSION: "no window that is greyed out changes the answer",
}


def emptiness(values: Floats, method: Method) -> str:
    """A sentence on why an attribution (H, W) looks blank; empty if it does not."""
    if not values.any():
        return f"Zero everywhere: {_NOTHING[method]}."
    if values.size == 1:
        return "The map has one cell."
    return "The same everywhere." if np.ptp(values) == 0 else ""


def ranking(patches: Sequence[Patch], asked: int, tested: int) -> str:
    """Sentences on the images that patches are cut from, and on ties in their order.

    Args:
        patches: the patches shown, strongest first; at least one.
        asked: number of patches asked for.
        tested: number of images that were searched.
    """
    numbers = ", ".join(str(patch.image) for patch in patches)
    images = f"Test {plural('image', len(patches))} {numbers}"
    alone = "; no other activates it" if len(patches) < min(asked, tested) else ""
    text = f"{images}{_order(patches, tested)}{alone}."
    if all(np.ptp(patch.pixels) == 0 for patch in patches):
        text += " Each of these parts is of one shade."
    return text


def _order(patches: Sequence[Patch], tested: int) -> str:
    first, last = patches[0], patches[-1]
    if len(patches) == 1 and first.tied == 1:
        return ""
    if first.tied >= len(patches):
        others = "" if first.tied == len(patches) else f", like {first.tied:,} of {tested:,}"
        return f": equally strong{others}"
    shown = sum(abs(patch.value - last.value) <= PATCH_ROUNDING * last.value for patch in patches)
    more = last.tied - shown
    if more <= 0:
        return ", strongest first"
    return f", strongest first; {more:,} more {'is' if more == 1 else 'are'} as strong as the last"
