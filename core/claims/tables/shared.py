"""Papers and settings that several tables use."""

from typing import Any

from core.catalog import Head
from core.claims.claim import Certainty, Finding

BOTH_HEADS = ((Head.GAP, "GAP"), (Head.FLATTEN, "Flatten"))

MISHKIN = "Mishkin, Sergievskiy, Matas 2016 (ImageNet, 128 px)"

WU_GU = Finding(
    "Wu and Gu 2015",
    "Dropout before a max pool amounts to sampling from the window with fixed probabilities.",
    Certainty.ABSTRACT,
)

MOUTON = Finding(
    "Mouton et al. 2020",
    "Larger pooling windows gain invariance at the expense of generalisation.",
    Certainty.ABSTRACT,
)

SMALL_SET: dict[str, Any] = {"train_size": 100, "epochs": 100}
