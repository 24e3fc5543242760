"""Captions of the images that excite a channel."""

from collections.abc import Sequence

import numpy as np

from core.analyses.inspection.results import PATCH_ROUNDING, Patch
from core.words import plural


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
