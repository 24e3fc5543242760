"""Which data sets this version loads: shapes, sizes, splits, licence, fingerprint, recipe."""

from dataclasses import dataclass
from enum import StrEnum


class Dataset(StrEnum):
    """Data sets by name; a folder of images is `folder:PATH` and has no name here."""

    DIGITS = "digits"
    SHAPES = "shapes"
    MNIST = "mnist"
    FASHION_MNIST = "fashion-mnist"
    KMNIST = "kmnist"
    CIFAR10 = "cifar10"
    SVHN = "svhn"


@dataclass(frozen=True, slots=True)
class Splits:
    """Number of images for training, validation and test."""

    train: int
    validation: int
    test: int


@dataclass(frozen=True, slots=True)
class TrainingDefaults:
    """The recipe of a data set; a configuration that leaves a field out gets it from here."""

    epochs: int
    batch_size: int
    lr: float
    weight_decay: float


@dataclass(frozen=True, slots=True)
class DatasetEntry:
    """Facts about one data set.

    Attributes:
        name: the public name.
        label: how a page writes it.
        shape: channels, height and width of an image.
        classes: names of the classes, in label order.
        splits: sizes of the three splits.
        white: the stored value that means 1.0 (16 for the digits, 255 for bytes).
        mean: mean over the training split of the images scaled to 0..1.
        std: their standard deviation.
        light_on_dark: whether the stored images show light strokes on a dark ground.
        background: stored value of what lies around an image when it is moved.
        training: its recipe.
        fingerprint: SHA-256 of pixels and labels as loaded, checked on loading.
        source: where it comes from.
        licence: under which terms.
    """

    name: Dataset
    label: str
    shape: tuple[int, int, int]
    classes: tuple[str, ...]
    splits: Splits
    white: int
    mean: float
    std: float
    light_on_dark: bool
    background: int
    training: TrainingDefaults
    fingerprint: str
    source: str
    licence: str


_TEN_DIGITS = tuple("0123456789")

_ENTRIES = (
    DatasetEntry(
        name=Dataset.DIGITS,
        label="digits",
        shape=(1, 8, 8),
        classes=_TEN_DIGITS,
        splits=Splits(train=1_197, validation=300, test=300),
        white=16,
        mean=0.3058305,
        std=0.3763625,
        light_on_dark=True,
        background=0,
        training=TrainingDefaults(epochs=20, batch_size=64, lr=0.1, weight_decay=5e-4),
        fingerprint="65e5b4619795efb40c1082f4c350c049e4ad552200d369b6ae99e21eef5e72c5",
        source="UCI, Optical recognition of handwritten digits; ships with scikit-learn",
        licence="CC BY 4.0",
    ),
    DatasetEntry(
        name=Dataset.MNIST,
        label="MNIST",
        shape=(1, 28, 28),
        classes=_TEN_DIGITS,
        splits=Splits(train=55_000, validation=5_000, test=10_000),
        white=255,
        mean=0.1306451,
        std=0.3080851,
        light_on_dark=True,
        background=0,
        training=TrainingDefaults(epochs=5, batch_size=64, lr=0.1, weight_decay=5e-4),
        fingerprint="1e35582d42a90940c55b956deb61875c020b567ed20e3c5b174f52bf7809ed9b",
        source="LeCun, Cortes, Burges: the MNIST database, through torchvision",
        licence="CC BY-SA 3.0",
    ),
)

DATASETS: dict[Dataset, DatasetEntry] = {entry.name: entry for entry in _ENTRIES}
