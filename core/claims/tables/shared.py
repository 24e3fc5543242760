"""What several tables name."""

from typing import Any

from core.catalog import Head

HEADS = ((Head.GAP, "GAP"), (Head.FLATTEN, "Flatten"))


MISHKIN = "Mishkin, Sergievskiy, Matas 2016 (ImageNet, 128 px)"


SMALL: dict[str, Any] = {"train_size": 100, "epochs": 100}
