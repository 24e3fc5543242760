"""The settings of data, network and hyperparameters: their types, limits, defaults and labels.

Each setting is declared once: type, limits and default for pydantic; label, help, unit and scope
as `About`. `core.config.fields` reads both into one table, from which flags, sidebar, links, grids
and the README take them.
"""

from functools import lru_cache
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from core.catalog import (
    DATASETS,
    HEADS,
    POOLINGS,
    Body,
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
    on_one_cell,
    shapes_entry,
)
from core.catalog.poolings import CONV_SIZE
from core.config import values
from core.config.about import (
    OF_DOWNSAMPLING,
    OF_DROPOUT,
    OF_DROPOUT_ON_MAPS,
    OF_FOLDERS,
    OF_ORDERED_POOLS,
    OF_POOL_LAYERS,
    OF_SHAPES,
    OF_SHAPES_AND_FOLDERS,
    About,
)
from core.config.folder import FOLDER_PREFIX, MEASURED, Folder
from core.config.values import ALL, known, listed, whole_or

UNIT_CONVOLUTIONS = 2
"""convolutions of a residual unit"""


class Section(BaseModel):
    """A frozen part of a configuration, which refuses unknown names."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    def _set(self, **changes: object) -> None:
        """Replace fields during validation, bypassing the freeze."""
        for name, value in changes.items():
            object.__setattr__(self, name, value)

    def _reset_idle(self) -> None:
        """Set fields that have no effect in this configuration to their defaults."""
        for name, about, default in declared(type(self)):
            if about.scope and not about.scope.holds(self):
                self._set(**{name: default})

    def later_at_default(self) -> set[str]:
        """Fields that the key leaves out: added after keys became public, and at their default."""
        return {
            name
            for name, about, default in declared(type(self))
            if about.later and getattr(self, name) == default
        }


@lru_cache
def declared(section: type[Section]) -> tuple[tuple[str, About, Any], ...]:
    """The settings of a section: name, description, default."""
    return tuple(
        (name, about, field.default)
        for name, field in section.model_fields.items()
        for about in field.metadata
        if isinstance(about, About)
    )


class DataConfig(Section):
    """Which images are used, how many, and how the network sees them."""

    dataset: Annotated[
        Dataset
        | Annotated[str, Field(pattern=f"^{FOLDER_PREFIX}", examples=[f"{FOLDER_PREFIX}PATH"])],
        # a name is also valid text, so the enumeration must be tried first
        Field(union_mode="left_to_right"),
        BeforeValidator(values.dataset),
        About("Dataset"),
    ] = Dataset.DIGITS
    train_size: Annotated[
        Annotated[int, Field(ge=1)] | Literal["all"],
        whole_or(ALL),
        About("Training images", own=True),
    ] = ALL
    image_size: Annotated[
        int,
        Field(ge=8, le=128),
        About("Image size", unit="px", scope=OF_SHAPES_AND_FOLDERS),
    ] = 32
    colour: Annotated[Colour, About("Colour", scope=OF_FOLDERS)] = Colour.RGB
    difficulty: Annotated[Difficulty, About("Difficulty", scope=OF_SHAPES)] = Difficulty.DEFAULT
    ground: Annotated[
        Annotated[int, Field(ge=0, le=255)] | Literal["measured"],
        whole_or(MEASURED),
        About(
            "Ground",
            "What lies around the objects: measured on the borders of the training images, or 0 "
            "(black) to 255 (white).",
            scope=OF_FOLDERS,
        ),
    ] = MEASURED
    polarity: Annotated[
        Polarity,
        About(
            "Polarity",
            "Light objects on a dark ground, or dark ones on a light ground; stored: as the images "
            "are.",
        ),
    ] = Polarity.STORED
    augment_shift: Annotated[
        int,
        Field(ge=0, le=8),
        About("Random shift", "How far images move at random while training.", unit="px"),
    ] = 0
    folder: Folder | None = None
    """contents of the folder, if the data set is one; read where a person names the folder, and
    kept with stored runs, which outlive their folder. Without `About`, it is not a setting"""

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
        """The images alone, before they are cut or modified: shared by many configurations."""
        modified = ("train_size", "ground", "polarity", "augment_shift")
        defaults = {name: default for name, _, default in declared(type(self)) if name in modified}
        return self.model_copy(update=defaults)

    @property
    def negative(self) -> bool:
        """Whether the network sees the negatives of the stored images."""
        return self.polarity is not Polarity.STORED

    @property
    def fill(self) -> tuple[int, ...] | None:
        """Value per channel shifted in with moved images; None where keys do not include it."""
        background = self.entry.background
        return background if self.folder and any(background) else None

    @property
    def training_images(self) -> int:
        """How many images one epoch of training sees."""
        return self.entry.splits.train if self.train_size == ALL else self.train_size

    @model_validator(mode="after")
    def _normalise(self) -> "DataConfig":
        self._check_folder()
        self._reset_idle()
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

    def _check_folder(self) -> None:
        """Refuse a folder whose contents have not been read."""
        if not self.dataset.startswith(FOLDER_PREFIX):
            self._set(folder=None)
        elif self.folder is None or self.dataset != FOLDER_PREFIX + self.folder.path:
            path = self.dataset.removeprefix(FOLDER_PREFIX)
            raise ValueError(
                f"dataset: what {path} holds is not known; look into it with core.with_folder"
            )
        elif self.folder.ground == (self.ground,) * 3:
            self._set(ground=MEASURED)


class ModelConfig(Section):
    """Which network is trained: its blocks, downsampling, head and dropout."""

    widths: Annotated[
        tuple[Annotated[int, Field(ge=1, le=1024)], ...],
        Field(min_length=1, max_length=8),
        BeforeValidator(values.widths),
        About("Widths", "Channels of each block, such as 16,32.", own=True),
    ] = (16, 32)
    body: Annotated[
        Body,
        About(
            "Body",
            "What a block computes before its pool: convolutions one after the other, or residual "
            "units, each of two convolutions whose result is added to their input.",
            later=True,
        ),
    ] = Body.PLAIN
    depth: Annotated[
        int,
        Field(ge=1, le=4),
        About("Depth", "Convolutions of a block, or its residual units.", later=True),
    ] = 1
    pooling: Annotated[
        Pooling,
        known(POOLINGS),
        About("Pooling", "How each block makes its map smaller."),
    ] = Pooling.MAX
    pools: Annotated[
        Annotated[int, Field(ge=0, le=8)] | Literal["all"],
        whole_or(ALL),
        # a control starts at 1, because 0 is the same as pooling "none"
        About(
            "Pools",
            "How many blocks downsample, from the first on.",
            least=1,
            scope=OF_DOWNSAMPLING,
        ),
    ] = ALL
    pool_size: Annotated[int, Field(ge=2, le=4), About("Window side", scope=OF_POOL_LAYERS)] = 2
    pool_stride: Annotated[int, Field(ge=1, le=4), About("Stride", scope=OF_DOWNSAMPLING)] = 2
    pool_order: Annotated[PoolOrder, About("Order of pool and ReLU", scope=OF_ORDERED_POOLS)] = (
        PoolOrder.AFTER_ACTIVATION
    )
    padding: Annotated[Padding, About("Padding")] = Padding.ZEROS
    norm: Annotated[Norm, About("Norm", own=True)] = Norm.NONE
    head: Annotated[
        Head,
        known(HEADS),
        About(
            "Head",
            "How the last map becomes a vector: flatten keeps every value with its place, gap "
            "(global average pooling) keeps the mean of each channel.",
        ),
    ] = Head.GAP
    hidden: Annotated[int, Field(ge=0, le=512), About("Hidden units")] = 0
    dropout: Annotated[
        DropoutPosition,
        About("Dropout", "Where activations are dropped at random while training."),
    ] = DropoutPosition.NONE
    dropout_rate: Annotated[
        float, Field(ge=0.0, le=0.9), About("Dropout rate", step=0.05, scope=OF_DROPOUT)
    ] = 0.25
    dropout_kind: Annotated[DropoutKind, About("Dropout kind", scope=OF_DROPOUT_ON_MAPS)] = (
        DropoutKind.ELEMENT
    )

    @property
    def convolutions(self) -> int:
        """How many convolutions follow one another in a block."""
        return self.depth * (UNIT_CONVOLUTIONS if self.body is Body.RESIDUAL else 1)

    @property
    def downsampling_blocks(self) -> int:
        """How many blocks make the map smaller, from the first on."""
        if POOLINGS[self.pooling].downsampling is Downsampling.NOTHING:
            return 0
        return len(self.widths) if self.pools == ALL else self.pools

    @property
    def last_pool_block(self) -> int:
        """Index of the last block that downsamples, or of the last block if none does."""
        return max(self.downsampling_blocks, 1) - 1 if self._pools_here else len(self.widths) - 1

    def maps(self, rows: int) -> tuple[int, ...]:
        """Rows of the map after each block, for an image with `rows`; below 1: none are left."""
        valid = self.padding is Padding.VALID
        lost = self.convolutions * (CONV_SIZE - 1) if valid else 0
        strides = POOLINGS[self.pooling].downsampling is Downsampling.STRIDE
        # of a residual unit the first convolution takes the stride, so the second loses rows later
        later = CONV_SIZE - 1 if valid and strides and self.body is Body.RESIDUAL else 0
        after = []
        for block in range(len(self.widths)):
            rows -= lost
            if block < self.downsampling_blocks:
                rows = (rows + later - self.pool_size) // self.pool_stride + 1 - later
            after.append(rows)
        return tuple(after)

    def on_images(self, shape: tuple[int, int, int]) -> "ModelConfig":
        """The same network, with what has no effect on images (C, H, W) at its default.

        Its window is the smallest that gives it. On a map of one cell, to drop a channel is to drop
        an element, and a head that keeps the cell is GAP.
        """
        sides = [self.maps(rows) for rows in shape[1:]]
        window = self._least_window(shape)
        changes: dict[str, object] = {
            "pool_size": window,
            "pool_stride": self._stride_of_one_window(shape, window),
        }
        one_cell = all(rows[self.last_pool_block] == 1 for rows in sides)
        if one_cell and self.dropout is DropoutPosition.AFTER_LAST_POOL:
            changes["dropout_kind"] = DropoutKind.ELEMENT
        if all(rows[-1] == 1 for rows in sides):
            changes["head"] = on_one_cell(self.head)
        return self.model_copy(update=changes)

    def _least_window(self, shape: tuple[int, int, int]) -> int:
        """The side of the smallest window that gives the same network."""
        entry = POOLINGS[self.pooling]
        least: int = type(self).model_fields["pool_size"].default
        for size in range(least, self.pool_size):
            smaller = self.model_copy(update={"pool_size": size})
            fits = all(smaller.maps(rows) == self.maps(rows) for rows in shape[1:])
            if fits and entry.reads_alike(size, self.pool_size, self.pool_stride):
                return size
        return self.pool_size

    def _stride_of_one_window(self, shape: tuple[int, int, int], window: int) -> int:
        """The default stride, if with it, too, every pool has one window: then none is taken."""
        stride: int = type(self).model_fields["pool_stride"].default
        blocks = self.downsampling_blocks
        # asked of every experiment, so what costs least comes first
        if self.pool_stride == stride or not blocks:
            return self.pool_stride
        if not POOLINGS[self.pooling].takes_steps_only:
            return self.pool_stride
        network = self.model_copy(update={"pool_size": window})
        default = network.model_copy(update={"pool_stride": stride})
        sides = [either.maps(rows) for either in (network, default) for rows in shape[1:]]
        one = all(rows[block] == 1 for rows in sides for block in range(blocks))
        return stride if one else self.pool_stride

    @property
    def _pools_here(self) -> bool:
        return self.downsampling_blocks > 0

    @model_validator(mode="after")
    def _normalise(self) -> "ModelConfig":
        self._normalise_pooling()
        self._normalise_dropout()
        self._reset_idle()
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
        if self.pool_stride == 1 and (other := POOLINGS[self.pooling].at_stride_1):
            self._set(pooling=other)

    def _normalise_dropout(self) -> None:
        if self.dropout_rate == 0:
            self._set(dropout=DropoutPosition.NONE)
        in_blocks = (DropoutPosition.BEFORE_POOL, DropoutPosition.AFTER_POOL)
        entry, channels = POOLINGS[self.pooling], self.dropout_kind is DropoutKind.CHANNEL
        commutes = channels and entry.commutes_with_channel_dropout
        if self.dropout in in_blocks and (entry.downsampling is not Downsampling.POOL or commutes):
            # without a pool layer, or with one that commutes, both positions are the same place
            self._set(dropout=DropoutPosition.AFTER_POOL)
        if self.dropout is DropoutPosition.AFTER_POOL and len(self.widths) == 1:
            self._set(dropout=DropoutPosition.AFTER_LAST_POOL)


class TrainingConfig(Section):
    """Hyperparameters. A field that is left out takes the default of the data set."""

    epochs: Annotated[int | None, Field(ge=1, le=1000), About("Epochs")] = None
    batch_size: Annotated[int | None, Field(ge=1, le=4096), About("Batch size")] = None
    lr: Annotated[
        float | None, Field(gt=0, le=10), About("Learning rate", step=0.01, least=1e-6)
    ] = None
    weight_decay: Annotated[float | None, Field(ge=0, le=1), About("Weight decay", step=0.0001)] = (
        None
    )
