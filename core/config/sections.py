"""Data, network and training, each validated; fields without effect are set to their default."""

from typing import Annotated, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from core.catalog import (
    DATASETS,
    HEADS,
    POOLINGS,
    Colour,
    Dataset,
    DatasetEntry,
    Difficulty,
    Downsampling,
    DropoutKind,
    DropoutPosition,
    Head,
    Norm,
    Padding,
    Polarity,
    Pooling,
    PoolOrder,
    shapes_entry,
)
from core.config import values
from core.config.folder import MEASURED, PREFIX, Folder, look
from core.config.values import ALL, known, listed, whole_or_all


class Section(BaseModel):
    """A frozen part of a configuration, which refuses names that it does not know."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    def _set(self, **changes: object) -> None:
        """Replace fields while validating: the object is frozen only from then on."""
        for name, value in changes.items():
            object.__setattr__(self, name, value)


class DataConfig(Section):
    """Which images, how many, and how they are shown to the network."""

    dataset: Annotated[
        Dataset | Annotated[str, Field(pattern=f"^{PREFIX}", examples=[f"{PREFIX}PATH"])],
        # a text would fit both: the names come first
        Field(union_mode="left_to_right"),
        BeforeValidator(values.dataset),
    ] = Dataset.DIGITS
    train_size: Annotated[
        Annotated[int, Field(ge=1)] | Literal["all"], BeforeValidator(whole_or_all)
    ] = ALL
    image_size: int = Field(default=32, ge=8, le=128, description="of shapes and folders, px")
    colour: Colour = Field(default=Colour.RGB, description="of folders")
    difficulty: Difficulty = Field(default=Difficulty.DEFAULT, description="of shapes")
    ground: Annotated[
        Annotated[int, Field(ge=0, le=255)] | Literal["measured"],
        BeforeValidator(values.whole_or_measured),
    ] = Field(default=MEASURED, description="of folders, what lies around the objects")
    polarity: Polarity = Polarity.STORED
    augment_shift: int = Field(default=0, ge=0, le=8)
    folder: Folder | None = None
    """what is in the folder, if it is one: found on validation, and kept with stored runs, which
    outlive their folder. No flat name of its own"""

    @property
    def entry(self) -> DatasetEntry:
        """The facts about the data set."""
        if self.folder:
            return self.folder.entry(self.image_size, self.colour, self.ground)
        if self.dataset is Dataset.SHAPES:
            return shapes_entry(self.image_size, self.difficulty)
        return DATASETS[Dataset(self.dataset)]

    @property
    def source(self) -> "DataConfig":
        """The images alone, without what is done to them: the same for many configurations."""
        return self.model_copy(
            update={
                "train_size": ALL,
                "ground": MEASURED,
                "polarity": Polarity.STORED,
                "augment_shift": 0,
            }
        )

    @property
    def negative(self) -> bool:
        """Whether the network sees the negatives of the stored images."""
        return self.polarity is not Polarity.STORED

    @property
    def fill(self) -> tuple[int, ...] | None:
        """What comes in around images that are moved; None where it always was: it has no key."""
        background = self.entry.background
        return background if self.folder and any(background) else None

    @property
    def training_images(self) -> int:
        """How many images one epoch of training sees."""
        return self.entry.splits.train if self.train_size == ALL else self.train_size

    @property
    def remeasured(self) -> "DataConfig":
        """The same with the ground of the folder, for a run that is older than its measuring.

        Raises:
            ConfigError: the folder is not there any more, or is no data set.
        """
        known = self.folder is None or self.folder.brightness is not None
        # with random shifts it was trained on black that comes in
        if self.folder is None or known or self.augment_shift:
            return self
        found = look(self.folder.path)
        if found.fingerprint != self.folder.fingerprint:
            return self
        fresh = self.model_copy(update={"folder": found, "polarity": Polarity.STORED})
        other = Polarity.DARK_ON_LIGHT if fresh.entry.light_on_dark else Polarity.LIGHT_ON_DARK
        return fresh.model_copy(update={"polarity": other}) if self.negative else fresh

    @model_validator(mode="after")
    def _normalise(self) -> "DataConfig":
        self._find()
        entry = self.entry
        if self.train_size != ALL:
            if not len(entry.classes) <= self.train_size <= entry.splits.train:
                raise ValueError(
                    f"train_size: {entry.name} has {entry.splits.train} training images in "
                    f"{len(entry.classes)} classes, so {len(entry.classes)} to "
                    f"{entry.splits.train} or all is allowed; received {self.train_size}"
                )
            if self.train_size == entry.splits.train:
                self._set(train_size=ALL)
        stored = Polarity.LIGHT_ON_DARK if entry.light_on_dark else Polarity.DARK_ON_LIGHT
        if self.polarity == stored:
            self._set(polarity=Polarity.STORED)
        return self

    def _find(self) -> None:
        """Look into the folder, and set what has no effect on this data set to its default."""
        path = self.dataset.removeprefix(PREFIX) if self.dataset.startswith(PREFIX) else None
        if path is None:
            self._set(folder=None, colour=Colour.RGB, ground=MEASURED)
        elif self.folder is None or self.folder.path != path:
            self._set(folder=look(path))
        if self.folder and self.folder.ground == (self.ground,) * 3:
            self._set(ground=MEASURED)
        if self.dataset is not Dataset.SHAPES:
            self._set(difficulty=Difficulty.DEFAULT)
            if path is None:
                self._set(image_size=32)


class ModelConfig(Section):
    """Which network: its blocks, what makes the maps smaller, its head and its dropout."""

    widths: Annotated[
        tuple[Annotated[int, Field(ge=1, le=1024)], ...],
        Field(min_length=1, max_length=8),
        BeforeValidator(values.widths),
    ] = (16, 32)
    pooling: Annotated[Pooling, known(POOLINGS)] = Pooling.MAX
    pools: Annotated[
        Annotated[int, Field(ge=0, le=8)] | Literal["all"], BeforeValidator(whole_or_all)
    ] = ALL
    pool_size: int = Field(default=2, ge=2, le=4)
    pool_stride: int = Field(default=2, ge=1, le=4)
    pool_order: PoolOrder = PoolOrder.AFTER_ACTIVATION
    padding: Padding = Padding.ZEROS
    norm: Norm = Norm.NONE
    head: Annotated[Head, known(HEADS)] = Head.GAP
    hidden: int = Field(default=0, ge=0, le=512)
    dropout: DropoutPosition = DropoutPosition.NONE
    dropout_rate: float = Field(default=0.25, ge=0.0, le=0.9)
    dropout_kind: DropoutKind = DropoutKind.ELEMENT

    @property
    def downsampling_blocks(self) -> int:
        """How many blocks make the map smaller, from the first on."""
        if POOLINGS[self.pooling].downsampling is Downsampling.NOTHING:
            return 0
        return len(self.widths) if self.pools == ALL else self.pools

    @property
    def last_pool_block(self) -> int:
        """Index of the block whose pool, or the place of whose pool, is the last one."""
        return max(self.downsampling_blocks, 1) - 1 if self._pools_here else len(self.widths) - 1

    @property
    def _pools_here(self) -> bool:
        return self.downsampling_blocks > 0

    @model_validator(mode="after")
    def _normalise(self) -> "ModelConfig":
        self._normalise_pooling()
        self._normalise_dropout()
        return self

    def _normalise_pooling(self) -> None:
        if self.pools != ALL and self.pools > len(self.widths):
            raise ValueError(
                f"pools: the network has {len(self.widths)} blocks (widths "
                f"{listed(self.widths)}), so 0 to {len(self.widths)} or all is allowed; "
                f"received {self.pools}"
            )
        if self.pools == len(self.widths):
            self._set(pools=ALL)
        if self.pools == 0:
            self._set(pooling=Pooling.NONE)
        entry = POOLINGS[self.pooling]
        if entry.downsampling is Downsampling.NOTHING:
            self._set(pools=ALL, pool_stride=2)
        if entry.downsampling is not Downsampling.POOL:
            self._set(pool_size=2)
        if entry.downsampling is not Downsampling.POOL or entry.commutes_with_relu:
            self._set(pool_order=PoolOrder.AFTER_ACTIVATION)

    def _normalise_dropout(self) -> None:
        if self.dropout_rate == 0:
            self._set(dropout=DropoutPosition.NONE)
        in_blocks = (DropoutPosition.BEFORE_POOL, DropoutPosition.AFTER_POOL)
        pool_layer = POOLINGS[self.pooling].downsampling is Downsampling.POOL
        if self.dropout in in_blocks and not pool_layer:
            # both are the place where the pool would be
            self._set(dropout=DropoutPosition.AFTER_POOL)
        if self.dropout is DropoutPosition.AFTER_POOL and len(self.widths) == 1:
            self._set(dropout=DropoutPosition.AFTER_LAST_POOL)
        if self.dropout is DropoutPosition.NONE:
            self._set(dropout_rate=0.25)
        if self.dropout in (DropoutPosition.NONE, DropoutPosition.HEAD):
            # the head's vector has one value per channel
            self._set(dropout_kind=DropoutKind.ELEMENT)


class TrainingConfig(Section):
    """Hyperparameters. A field that is left out gets the default of the data set."""

    epochs: int | None = Field(default=None, ge=1, le=1000)
    batch_size: int | None = Field(default=None, ge=1, le=4096)
    lr: float | None = Field(default=None, gt=0, le=10)
    weight_decay: float | None = Field(default=None, ge=0, le=1)
