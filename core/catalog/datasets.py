"""The data sets this version loads: shapes, sizes, splits, hyperparameters and licences."""

import hashlib
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from enum import StrEnum
from typing import Any

from core.catalog.names import Difficulty, Norm


class Dataset(StrEnum):
    """Data sets by name; a folder of images is `folder:PATH` and has no name here."""

    DIGITS = "digits"
    SHAPES = "shapes"
    MNIST = "mnist"
    FASHION_MNIST = "fashion-mnist"
    KMNIST = "kmnist"
    CIFAR10 = "cifar10"
    SVHN = "svhn"
    FASHION = "fashion"


@dataclass(frozen=True, slots=True)
class Splits:
    """Number of images for training, validation and test."""

    train: int
    validation: int
    test: int


@dataclass(frozen=True, slots=True)
class Hyperparameters:
    """Hyperparameters of a data set: the defaults of fields that a configuration leaves out."""

    epochs: int
    batch_size: int
    lr: float
    weight_decay: float


@dataclass(frozen=True, slots=True)
class DatasetEntry:
    """Facts about one data set.

    Attributes:
        name: its public name; folder:PATH for a folder.
        label: its name on a page.
        shape: channels, height and width of an image.
        classes: names of the classes, in label order.
        splits: sizes of the three splits.
        white: the stored value that means 1.0 (16 for the digits, 255 for bytes).
        mean: mean over the training split, with images scaled to 0..1; None if it is measured
            when the images are loaded.
        std: standard deviation over the same images; None if it is measured.
        light_on_dark: whether the objects are lighter than their background as stored;
            photographs count as such, so that dark-on-light means their negatives.
        background: stored value of each channel of the pixels shifted in when an image is moved:
            the ground of the images, or black for photographs.
        training: its hyperparameters.
        fingerprint: checked on loading. SHA-256 of pixels and labels, or, for a large set, of the
            checksums of its archives, which torchvision publishes and checks.
        source: where it comes from.
        licence: its terms of use.
        commonest: number of test images of the most frequent class, which a network gets right by
            always predicting that class. None for a folder whose classes have not been counted.
        photographs: whether the images have no common background.
        own: what else it is trained with unless told otherwise: flat name of a setting -> value.
        evaluated: number of training images on which an epoch is evaluated: the first ones, for
            every seed.
    """

    name: str
    label: str
    shape: tuple[int, int, int]
    classes: tuple[str, ...]
    splits: Splits
    white: int
    mean: float | None
    std: float | None
    light_on_dark: bool
    background: tuple[int, ...]
    training: Hyperparameters
    fingerprint: str
    source: str
    licence: str
    commonest: int | None = None
    photographs: bool = False
    own: Mapping[str, Any] = field(default_factory=dict)
    evaluated: int = 5_000

    @property
    def own_defaults(self) -> dict[str, Any]:
        """The defaults of its own: hyperparameters, and whatever else it sets."""
        return {**asdict(self.training), **self.own}

    @property
    def ground(self) -> str:
        """Ground and polarity of the stored images, as a clause."""
        if self.photographs:
            return "no common ground, as in photographs; black around images that are moved"
        polarity = "light on dark" if self.light_on_dark else "dark on light"
        same = len(set(self.background)) == 1
        value = self.background[0] if same else f"({', '.join(map(str, self.background))})"
        return f"{polarity}, ground {value} of {self.white}"


_TEN_DIGITS = tuple("0123456789")
_GARMENTS = (
    *("T-shirt or top", "trouser", "pullover", "dress", "coat"),
    *("sandal", "shirt", "sneaker", "bag", "ankle boot"),
)
_KANA = ("o", "ki", "su", "tsu", "na", "ha", "ma", "ya", "re", "wo")
_CIFAR = (
    *("airplane", "automobile", "bird", "cat", "deer"),
    *("dog", "frog", "horse", "ship", "truck"),
)

_SHAPES = (
    *("disc", "ring", "square", "triangle", "cross"),
    *("horizontal stripes", "vertical stripes", "checks", "dots", "speckle"),
)

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
        background=(0,),
        training=Hyperparameters(epochs=20, batch_size=64, lr=0.1, weight_decay=5e-4),
        fingerprint="65e5b4619795efb40c1082f4c350c049e4ad552200d369b6ae99e21eef5e72c5",
        source="UCI, Optical recognition of handwritten digits; ships with scikit-learn",
        licence="CC BY 4.0",
        commonest=31,
    ),
    DatasetEntry(
        name=Dataset.SHAPES,
        label="shapes",
        shape=(1, 32, 32),
        classes=_SHAPES,
        splits=Splits(train=6_000, validation=1_000, test=3_000),
        white=255,
        mean=0.3075288,
        std=0.1719531,
        light_on_dark=True,
        background=(64,),
        training=Hyperparameters(epochs=8, batch_size=64, lr=0.05, weight_decay=5e-4),
        fingerprint="3d0e0bd8f0680985ab440c6051713eebe9d1415f2479459ad8ab7f68b3269d94",
        source="drawn by Poolscope from a seed",
        licence="MIT",
        commonest=300,
        # without batch norm some seeds of none, conv and strided never learn
        own={"train_size": 4_000, "norm": Norm.BATCH},
        evaluated=1_000,
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
        background=(0,),
        training=Hyperparameters(epochs=3, batch_size=64, lr=0.1, weight_decay=5e-4),
        fingerprint="1e35582d42a90940c55b956deb61875c020b567ed20e3c5b174f52bf7809ed9b",
        source="LeCun, Cortes, Burges: the MNIST database, through torchvision",
        licence="CC BY-SA 3.0",
        commonest=1_135,
        # a part that trains in seconds; `--train-size all` takes the whole
        own={"train_size": 12_000},
    ),
    DatasetEntry(
        name=Dataset.FASHION_MNIST,
        label="Fashion-MNIST",
        shape=(1, 28, 28),
        classes=_GARMENTS,
        splits=Splits(train=55_000, validation=5_000, test=10_000),
        white=255,
        # as published for the whole training part
        mean=0.286,
        std=0.353,
        light_on_dark=True,
        background=(0,),
        training=Hyperparameters(epochs=5, batch_size=64, lr=0.1, weight_decay=5e-4),
        fingerprint="45989d5fa2a25229cd8307b37c2cc7e86784af7fab725122c693c7cd762c33cf",
        source="Zalando Research, Fashion-MNIST, through torchvision",
        licence="MIT",
        commonest=1_000,
        own={"widths": (16, 32, 64), "norm": Norm.BATCH},
    ),
    DatasetEntry(
        name=Dataset.KMNIST,
        label="KMNIST",
        shape=(1, 28, 28),
        classes=_KANA,
        splits=Splits(train=55_000, validation=5_000, test=10_000),
        white=255,
        # as published for the whole training part
        mean=0.1918,
        std=0.3483,
        light_on_dark=True,
        background=(0,),
        training=Hyperparameters(epochs=5, batch_size=64, lr=0.1, weight_decay=5e-4),
        fingerprint="37187df9c9d1df4f733fd3fb56ca26c52ad8019051395ef5a8f8ee292356a3d5",
        source="Clanuwat et al. 2018, Kuzushiji-MNIST, through torchvision",
        licence="CC BY-SA 4.0",
        commonest=1_000,
    ),
    DatasetEntry(
        name=Dataset.CIFAR10,
        label="CIFAR-10",
        shape=(3, 32, 32),
        classes=_CIFAR,
        splits=Splits(train=45_000, validation=5_000, test=10_000),
        white=255,
        # as published for the whole training part; one number for all channels
        mean=0.4734,
        std=0.2516,
        light_on_dark=True,
        background=(0, 0, 0),
        training=Hyperparameters(epochs=10, batch_size=64, lr=0.1, weight_decay=5e-4),
        fingerprint="3b9f8663eaf9a28d65231a93e782bb9d77afdbad47cc7c6dccf486b5d822c9fa",
        source="Krizhevsky 2009, CIFAR-10, through torchvision",
        licence="not stated; for research",
        commonest=1_000,
        photographs=True,
    ),
    DatasetEntry(
        name=Dataset.SVHN,
        label="SVHN",
        shape=(3, 32, 32),
        classes=_TEN_DIGITS,
        splits=Splits(train=68_257, validation=5_000, test=26_032),
        white=255,
        # as published for the whole training part; one number for all channels
        mean=0.4514,
        std=0.1993,
        light_on_dark=True,
        background=(0, 0, 0),
        training=Hyperparameters(epochs=5, batch_size=64, lr=0.1, weight_decay=5e-4),
        fingerprint="f71a7f37a69a9bec24e43ac52c9d0d60a2bf581b6cd26270cf2b6b983a30fbc0",
        source="Netzer et al. 2011, street view house numbers, through torchvision",
        licence="non-commercial use",
        commonest=5_099,
        photographs=True,
    ),
    DatasetEntry(
        name=Dataset.FASHION,
        label="fashion",
        shape=(1, 28, 28),
        classes=_GARMENTS,
        splits=Splits(train=6_000, validation=1_000, test=3_000),
        white=255,
        mean=0.2855864,
        std=0.3529152,
        light_on_dark=True,
        background=(0,),
        training=Hyperparameters(epochs=6, batch_size=64, lr=0.1, weight_decay=5e-4),
        fingerprint="2df865513f541f831cfcb4c9edcba62a07fa7f358b30ea90d24c0744ec2ca262",
        source="Zalando Research: 10,000 images of Fashion-MNIST; ship with Poolscope",
        licence="MIT",
        commonest=300,
        own={"widths": (16, 32, 64), "norm": Norm.BATCH},
        # evaluation then takes less than 15 % of a training
        evaluated=1_500,
    ),
)

DATASETS: dict[Dataset, DatasetEntry] = {Dataset(entry.name): entry for entry in _ENTRIES}


def shapes_entry(image_size: int, difficulty: Difficulty) -> DatasetEntry:
    """The facts about the generated shapes at one size and difficulty.

    With settings other than the defaults, the fingerprint covers the generator and the settings
    instead of the pixels.
    """
    entry = DATASETS[Dataset.SHAPES]
    if image_size == entry.shape[-1] and difficulty is Difficulty.DEFAULT:
        return entry
    known_as = f"{entry.fingerprint}/{image_size}/{difficulty}"
    return replace(
        entry,
        label=entry.label if difficulty is Difficulty.DEFAULT else f"{difficulty} {entry.label}",
        shape=(1, image_size, image_size),
        mean=None,
        std=None,
        fingerprint=hashlib.sha256(known_as.encode()).hexdigest(),
    )
