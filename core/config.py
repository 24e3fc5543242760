"""What a person asks for: the frozen, validated configuration of one training, and its key.

Two configurations that describe the same network, data and recipe are equal and have one key:
defaults of the data set are filled in and fields without effect are set to their default.
"""

import hashlib
import json
from collections.abc import Mapping
from functools import cached_property
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, model_validator

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
    TrainingDefaults,
    shapes_entry,
)
from core.errors import ConfigError
from core.folders import PREFIX, Folder, absolute, look

RECIPE = 1
"""raised when a change of code changes the results of training"""

ALL: Literal["all"] = "all"

KEY_DIGITS = 16


def _widths(value: object) -> object:
    """Accept "16,32" beside (16, 32)."""
    if isinstance(value, int):
        return (value,)
    if isinstance(value, str):
        return tuple(part.strip() for part in value.split(","))
    return value


def _whole_or_all(value: object) -> object:
    """Accept "200" beside 200, and "all"."""
    if not isinstance(value, str) or value == ALL:
        return value
    if not value.isdecimal():
        raise ValueError(f"a whole number or all is allowed; received {value!r}")
    return int(value)


def _dataset(value: object) -> object:
    """Turn the path of a folder into the form in which it is kept, refuse an unknown name."""
    if isinstance(value, str) and value.startswith(PREFIX):
        path = value.removeprefix(PREFIX)
        if not path:
            raise ValueError("folder: a path is needed, as in folder:pictures")
        return PREFIX + absolute(path)
    if isinstance(value, str) and value in DATASETS:
        return value
    raise ValueError(f"{value!r} is not known; allowed: {_words(DATASETS)}, folder:PATH")


def _known(table: Mapping[Any, Any]) -> BeforeValidator:
    """A validator whose message names what there is."""

    def check(value: object) -> object:
        # a list or a dictionary cannot be looked up
        if isinstance(value, str) and value in table:
            return value
        raise ValueError(f"{value!r} is not known; allowed: {_words(table)}")

    return BeforeValidator(check)


def _words(names: Any) -> str:
    return ", ".join(str(name) for name in names)


class _Section(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    def _set(self, **changes: object) -> None:
        """Replace fields while validating: the object is frozen only from then on."""
        for name, value in changes.items():
            object.__setattr__(self, name, value)


class DataConfig(_Section):
    """Which images, how many, and how they are shown to the network."""

    dataset: Annotated[
        Dataset | Annotated[str, Field(pattern=f"^{PREFIX}", examples=[f"{PREFIX}PATH"])],
        # a text would fit both: the names come first
        Field(union_mode="left_to_right"),
        BeforeValidator(_dataset),
    ] = Dataset.DIGITS
    train_size: Annotated[
        Annotated[int, Field(ge=1)] | Literal["all"], BeforeValidator(_whole_or_all)
    ] = ALL
    image_size: int = Field(default=32, ge=8, le=128, description="of shapes and folders, px")
    colour: Colour = Field(default=Colour.RGB, description="of folders")
    difficulty: Difficulty = Field(default=Difficulty.DEFAULT, description="of shapes")
    polarity: Polarity = Polarity.STORED
    augment_shift: int = Field(default=0, ge=0, le=8)
    folder: Folder | None = None
    """what is in the folder, if it is one: found on validation, and kept with stored runs, which
    outlive their folder. No flat name of its own"""

    @property
    def entry(self) -> DatasetEntry:
        """The facts about the data set."""
        if self.folder:
            return self.folder.entry(self.image_size, self.colour)
        if self.dataset is Dataset.SHAPES:
            return shapes_entry(self.image_size, self.difficulty)
        return DATASETS[Dataset(self.dataset)]

    @property
    def source(self) -> "DataConfig":
        """The images alone, without what is done to them: the same for many configurations."""
        return self.model_copy(
            update={"train_size": ALL, "polarity": Polarity.STORED, "augment_shift": 0}
        )

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
            self._set(folder=None, colour=Colour.RGB)
        elif self.folder is None or self.folder.path != path:
            self._set(folder=look(path))
        if self.dataset is not Dataset.SHAPES:
            self._set(difficulty=Difficulty.DEFAULT)
            if path is None:
                self._set(image_size=32)


class ModelConfig(_Section):
    """Which network: its blocks, what makes the maps smaller, its head and its dropout."""

    widths: Annotated[
        tuple[Annotated[int, Field(ge=1, le=1024)], ...],
        Field(min_length=1, max_length=8),
        BeforeValidator(_widths),
    ] = (16, 32)
    pooling: Annotated[Pooling, _known(POOLINGS)] = Pooling.MAX
    pools: Annotated[
        Annotated[int, Field(ge=0, le=8)] | Literal["all"], BeforeValidator(_whole_or_all)
    ] = ALL
    pool_size: int = Field(default=2, ge=2, le=4)
    pool_stride: int = Field(default=2, ge=1, le=4)
    pool_order: PoolOrder = PoolOrder.AFTER_ACTIVATION
    padding: Padding = Padding.ZEROS
    norm: Norm = Norm.NONE
    head: Annotated[Head, _known(HEADS)] = Head.GAP
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
                f"{_words(self.widths)}), so 0 to {len(self.widths)} or all is allowed; "
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


class TrainingConfig(_Section):
    """The recipe. A field that is left out gets the default of the data set."""

    epochs: int | None = Field(default=None, ge=1, le=1000)
    batch_size: int | None = Field(default=None, ge=1, le=4096)
    lr: float | None = Field(default=None, gt=0, le=10)
    weight_decay: float | None = Field(default=None, ge=0, le=1)


class Experiment(_Section):
    """One training: data, network, recipe and seed."""

    data: DataConfig = DataConfig()
    model: ModelConfig = ModelConfig()
    training: TrainingConfig = TrainingConfig()
    seed: int = Field(default=0, ge=0, le=2**31 - 1)

    @model_validator(mode="after")
    def _resolve(self) -> "Experiment":
        defaults = self.data.entry.training
        missing = {
            name: getattr(defaults, name)
            for name in TrainingConfig.model_fields
            if getattr(self.training, name) is None
        }
        self._set(training=self.training.model_copy(update=missing))
        if self.model.norm is Norm.BATCH and self.training.batch_size == 1:
            raise ValueError("batch_size: batch norm needs 2 images or more; received 1")
        return self

    @property
    def input_shape(self) -> tuple[int, int, int]:
        """Channels, height and width of the images that the network sees."""
        return self.data.entry.shape

    @property
    def classes(self) -> int:
        """Number of classes."""
        return len(self.data.entry.classes)

    @property
    def recipe(self) -> TrainingDefaults:
        """The recipe with every field filled in."""
        return TrainingDefaults(**self.training.model_dump())

    @property
    def canonical_json(self) -> str:
        """The text whose hash is the key: sorted names, no spaces, data set by fingerprint."""
        content = {
            "recipe": RECIPE,
            "fingerprint": self.data.entry.fingerprint,
            **self.model_dump(mode="json", exclude={"data": {"folder"}}),
        }
        if self.data.folder:
            # known by its fingerprint, wherever it lies
            content["data"]["dataset"] = PREFIX
        return json.dumps(content, sort_keys=True, separators=(",", ":"))

    @cached_property
    def key(self) -> str:
        """First 16 hex digits of the SHA-256 of the canonical JSON."""
        return hashlib.sha256(self.canonical_json.encode()).hexdigest()[:KEY_DIGITS]

    def to_flat(self) -> dict[str, Any]:
        """Flat names to plain values; `from_flat` takes it back.

        What was found in a folder comes along, as `folder`.
        """
        dumped = self.model_dump(mode="json")
        flat = {name: dumped[section][name] for name, section in SECTION_OF.items() if section}
        flat["widths"] = ",".join(str(width) for width in self.model.widths)
        found = {"folder": dumped["data"]["folder"]} if self.data.folder else {}
        return {**flat, "seed": self.seed, **found}

    @classmethod
    def from_flat(cls, flat: Mapping[str, Any]) -> "Experiment":
        """Build an experiment from flat names, with defaults for the rest.

        Raises:
            ConfigError: a name is unknown or a value is not allowed; the message names each.
        """
        unknown = [name for name in flat if name not in (*SECTION_OF, "folder")]
        if unknown:
            raise ConfigError(f"{_words(unknown)}: not known; allowed: {_words(SECTION_OF)}")
        nested: dict[str, Any] = {"data": {}, "model": {}, "training": {}}
        for name, value in flat.items():
            section = SECTION_OF.get(name, "data")
            (nested[section] if section else nested)[name] = value
        try:
            return cls.model_validate(nested)
        except ValidationError as error:
            # one clause per field: a union or a tuple reports one error per branch or item
            clauses = {_field(item): _explain(item) for item in reversed(error.errors())}
            raise ConfigError("; ".join(reversed(clauses.values()))) from None

    def with_flat(self, **changes: Any) -> "Experiment":
        """The same experiment with some flat fields changed."""
        return Experiment.from_flat({**self.to_flat(), **changes})


SECTION_OF: dict[str, str] = {
    **dict.fromkeys([name for name in DataConfig.model_fields if name != "folder"], "data"),
    **dict.fromkeys(ModelConfig.model_fields, "model"),
    **dict.fromkeys(TrainingConfig.model_fields, "training"),
    "seed": "",
}
"""flat name -> section of the experiment that holds it; the seed stands by itself"""


def _field(item: Any) -> str:
    """The flat name that a validation error is about, or an empty string."""
    return next((str(part) for part in item["loc"] if part in SECTION_OF), "")


def _explain(item: Any) -> str:
    """The field, what is wrong, what was received."""
    message = str(item["msg"]).removeprefix("Value error, ")
    name = _field(item)
    if not name or message.startswith(f"{name}: "):
        return message
    if "received" in message or repr(item["input"]) in message:
        return f"{name}: {message}"
    return f"{name}: {message[0].lower()}{message[1:]}; received {item['input']!r}"
