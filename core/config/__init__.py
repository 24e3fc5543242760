"""What a person asks for: the frozen, validated configuration of one training, and its key.

Two configurations that describe the same network, data and recipe are equal and have one key:
defaults of the data set are filled in and fields without effect are set to their default.
"""

from core.config.experiment import KEY_DIGITS, MOMENTUM, RECIPE, SECTION_OF, Experiment
from core.config.sections import DataConfig, ModelConfig, TrainingConfig
from core.config.values import ALL

__all__ = [
    "ALL",
    "KEY_DIGITS",
    "MOMENTUM",
    "RECIPE",
    "SECTION_OF",
    "DataConfig",
    "Experiment",
    "ModelConfig",
    "TrainingConfig",
]
