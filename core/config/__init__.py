"""The frozen, validated configuration of one training, and its key.

Two configurations that describe the same network, data and training are equal and have one key:
defaults of the data set are filled in, and fields without effect are set to their defaults.
"""

from core.config.experiment import (
    CODE_VERSION,
    FEW_STEPS,
    KEY_DIGITS,
    MOMENTUM,
    SECTION_OF,
    Experiment,
)
from core.config.sections import DataConfig, ModelConfig, TrainingConfig
from core.config.values import ALL

__all__ = [
    "ALL",
    "CODE_VERSION",
    "FEW_STEPS",
    "KEY_DIGITS",
    "MOMENTUM",
    "SECTION_OF",
    "DataConfig",
    "Experiment",
    "ModelConfig",
    "TrainingConfig",
]
