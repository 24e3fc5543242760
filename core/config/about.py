"""Label, help and unit of a field of a configuration, and where the field has an effect."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from core.catalog import POOLINGS, Dataset, Downsampling, DropoutPosition
from core.config.folder import FOLDER_PREFIX

FOLDERS = "folders"


@dataclass(frozen=True, slots=True)
class DataScope:
    """The data sets for which a field has an effect.

    Attributes:
        datasets: their names; FOLDERS means all folders of images.
    """

    datasets: tuple[str, ...]

    def __str__(self) -> str:
        return " and ".join(self.datasets)

    def covers(self, dataset: str) -> bool:
        """Whether the field has an effect on a data set, given by name or as folder:PATH."""
        return (FOLDERS if dataset.startswith(FOLDER_PREFIX) else dataset) in self.datasets

    def holds(self, data: Any) -> bool:
        """Whether the field has an effect on the data set of a `DataConfig`."""
        return self.covers(data.dataset)


@dataclass(frozen=True, slots=True)
class ModelScope:
    """The networks for which a field has an effect.

    Attributes:
        words: the networks in words, to follow "of".
        holds: returns whether a `ModelConfig` is one of them.
    """

    words: str
    holds: Callable[[Any], bool]

    def __str__(self) -> str:
        return self.words


@dataclass(frozen=True, slots=True)
class About:
    """What people are told about a field. A field without it cannot be set by anyone.

    Attributes:
        label: its name next to a control.
        help: one sentence of plain text; empty where label and values are self-explanatory.
        unit: unit of its numbers.
        step: step of a control.
        least: smallest number of a control, if it differs from the smallest one allowed.
        scope: where it has an effect; None means everywhere. Elsewhere it is set to its default,
            so that one network has one key.
        later: whether it was added after keys became public. The key then leaves it out at its
            default, so that old keys stay valid.
        own: whether a data set may have a default of its own (`DatasetEntry.own`).
    """

    label: str
    help: str = ""
    unit: str = ""
    step: float = 1
    least: float | None = None
    scope: DataScope | ModelScope | None = None
    later: bool = False
    own: bool = False


OF_SHAPES = DataScope((Dataset.SHAPES,))
OF_FOLDERS = DataScope((FOLDERS,))
OF_SHAPES_AND_FOLDERS = DataScope((Dataset.SHAPES, FOLDERS))

OF_DOWNSAMPLING = ModelScope(
    "poolings that downsample",
    lambda model: POOLINGS[model.pooling].downsampling is not Downsampling.NOTHING,
)
OF_POOL_LAYERS = ModelScope(
    "pooling layers",
    lambda model: POOLINGS[model.pooling].downsampling is Downsampling.POOL,
)
OF_ORDERED_POOLS = ModelScope(
    "pooling layers that do not commute with ReLU",
    lambda model: OF_POOL_LAYERS.holds(model) and not POOLINGS[model.pooling].commutes_with_relu,
)
OF_DROPOUT = ModelScope("dropout", lambda model: model.dropout is not DropoutPosition.NONE)
# the head's vector has one value per channel
OF_DROPOUT_ON_MAPS = ModelScope(
    "dropout outside the head",
    lambda model: model.dropout not in (DropoutPosition.NONE, DropoutPosition.HEAD),
)
