"""What is known about a folder of images, as plain data. Nothing here reads the disk.

`core.pictures` reads a folder where a person names it: on the command line, in the sidebar or in a
grid file.
"""

from pathlib import PurePath
from typing import Literal

from pydantic import BaseModel, ConfigDict

from core.catalog import Colour, DatasetEntry, Hyperparameters, Splits
from core.catalog.luminance import luminance
from core.errors import ConfigError

FOLDER_PREFIX = "folder:"

MEASURED: Literal["measured"] = "measured"
"""value of `ground` that means: as measured on the images"""

WHITE_LEVEL = 255
MAX_FOLDER_BYTES = 4 * 2**30
"""most memory for all images of a folder at the chosen size"""

FOLDER_HYPERPARAMETERS = Hyperparameters(epochs=20, batch_size=32, lr=0.05, weight_decay=5e-4)


class Folder(BaseModel):
    """What is known about a folder of images.

    Attributes:
        path: absolute path.
        fingerprint: SHA-256 of the names and contents of its images.
        classes: names of its class folders, in label order.
        train: number of training images.
        validation: number of validation images.
        test: number of test images.
        ground: red, green and blue of the background of the objects, 0 to 255; None if the images
            have none in common, or if it has not been measured.
        brightness: mean over training images, 0 to 255; None if it has not been measured.
        commonest: number of test images of the most frequent class; None if not counted.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    path: str
    fingerprint: str
    classes: tuple[str, ...]
    train: int
    validation: int
    test: int
    ground: tuple[int, int, int] | None = None
    brightness: float | None = None
    commonest: int | None = None

    def entry(
        self, image_size: int, colour: Colour, ground: int | Literal["measured"] = MEASURED
    ) -> DatasetEntry:
        """The facts about its images, resized to squares of one size.

        Args:
            image_size: side of the squares in pixels.
            colour: one channel or three.
            ground: background of the objects, 0 to 255, or "measured".

        Raises:
            ConfigError: the images would not fit into memory.
        """
        channels = 3 if colour is Colour.RGB else 1
        self._check_size(image_size, channels)
        around = self.ground if ground == MEASURED else (ground,) * 3
        level = luminance(around or (0, 0, 0))
        return DatasetEntry(
            name=FOLDER_PREFIX + self.path,
            label=PurePath(self.path).name,
            shape=(channels, image_size, image_size),
            classes=self.classes,
            splits=Splits(self.train, self.validation, self.test),
            white=WHITE_LEVEL,
            mean=None,
            std=None,
            light_on_dark=self._is_lighter_than(level),
            background=(around or (0, 0, 0)) if channels > 1 else (round(level),),
            training=FOLDER_HYPERPARAMETERS,
            fingerprint=self.fingerprint,
            source=self.path,
            licence="your own",
            commonest=self.commonest,
            photographs=around is None,
        )

    def _check_size(self, image_size: int, channels: int) -> None:
        count = self.train + self.validation + self.test
        size = count * channels * image_size**2
        if size > MAX_FOLDER_BYTES:
            raise ConfigError(
                f"image_size: {count:,} images with {image_size} × {image_size} pixels take "
                f"{size / 2**30:.1f} GiB; at most {MAX_FOLDER_BYTES // 2**30} GiB is allowed; "
                f"received {image_size}"
            )

    def _is_lighter_than(self, level: float) -> bool:
        return (WHITE_LEVEL / 2 if self.brightness is None else self.brightness) >= level
