"""The configuration of one training, its key, and its flat form."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict
from functools import cached_property
from math import ceil
from typing import Annotated, Any

from pydantic import Field, ValidationError, model_validator

from core.catalog import DATASETS, POOLINGS, Dataset, Hyperparameters, Norm, Polarity
from core.config.about import About
from core.config.folder import FOLDER_HYPERPARAMETERS, FOLDER_PREFIX
from core.config.sections import DataConfig, ModelConfig, Section, TrainingConfig, declared
from core.config.values import listed
from core.errors import ConfigError

CODE_VERSION = 1
"""incremented when a change of the code changes the results of training"""

MOMENTUM = 0.9
"""momentum of the optimiser (SGD with Nesterov momentum), the same for every data set"""

KEY_DIGITS = 16

FEW_STEPS = 100
"""below this many steps, the one nearest to the peak may have a rate that is clearly lower"""


class Experiment(Section):
    """One training: data, network, hyperparameters and seed."""

    data: DataConfig = DataConfig()
    model: ModelConfig = ModelConfig()
    training: TrainingConfig = TrainingConfig()
    seed: Annotated[int, Field(ge=0, le=2**31 - 1), About("Seed")] = 0

    @model_validator(mode="before")
    @classmethod
    def _take_own_defaults(cls, given: Any) -> Any:
        """Fill in what was left out and has a default that depends on the data set.

        Done before anything is checked, because what is allowed depends on it too.
        """
        if not isinstance(given, Mapping):
            return given
        parts = {name: _as_given(given.get(name)) for name in OWN_SECTIONS}
        if not all(isinstance(part, dict) for part in parts.values()):
            return given
        named = parts["data"].get("dataset", DataConfig.model_fields["dataset"].default)
        own = own_values(str(named))
        for section, part in parts.items():
            for name, about, default in declared(SECTIONS[section]):
                left_out = name not in part if about.own else part.get(name) is None
                if name in own and left_out and (about.own or default is None):
                    part[name] = own[name]
        return {**given, **parts}

    @model_validator(mode="after")
    def _resolve(self) -> "Experiment":
        self._set(model=self.model.on_images(self.input_shape))
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
    def hyperparameters(self) -> Hyperparameters:
        """The hyperparameters, with every field filled in."""
        return Hyperparameters(**self.training.model_dump())

    @property
    def batches(self) -> int:
        """How many batches one epoch has."""
        return ceil(self.data.training_images / self.hyperparameters.batch_size)

    @property
    def steps(self) -> int:
        """How many batches it is trained on."""
        return self.hyperparameters.epochs * self.batches

    @property
    def canonical_json(self) -> str:
        """The text whose hash is the key: sorted names, no spaces, the data set's fingerprint."""
        left_out = {name: getattr(self, name).later_at_default() for name in SECTIONS if name}
        left_out["data"] |= {"folder", "ground"}
        content = {
            "recipe": CODE_VERSION,
            "fingerprint": self.data.entry.fingerprint,
            **self.model_dump(mode="json", exclude=left_out),
        }
        if self.data.folder:
            # a folder is identified by its fingerprint, wherever it is
            content["data"]["dataset"] = FOLDER_PREFIX
        # negatives keep the name they had before grounds were measured, so that keys stay valid
        if self.data.negative:
            content["data"]["polarity"] = Polarity.DARK_ON_LIGHT
        # a pooling whose formula was mended has keys of its own since then
        if (revision := POOLINGS[self.model.pooling].revision) > 1:
            content["revision"] = revision
        # so has a schedule that once jumped over the rate that was asked for
        if self.steps < FEW_STEPS:
            content["schedule"] = 2
        # the network sees the ground only where random shifts move it in
        if self.data.augment_shift and (fill := self.data.fill):
            content["data"]["fill"] = fill
        return json.dumps(content, sort_keys=True, separators=(",", ":"))

    @cached_property
    def key(self) -> str:
        """First 16 hex digits of the SHA-256 of the canonical JSON."""
        return hashlib.sha256(self.canonical_json.encode()).hexdigest()[:KEY_DIGITS]

    def to_flat(self) -> dict[str, Any]:
        """Flat name -> plain value, the inverse of `from_flat`.

        The contents of a folder of images are included, as `folder`.
        """
        dumped = self.model_dump(mode="json")
        flat = {name: dumped[section][name] for name, section in SECTION_OF.items() if section}
        flat["widths"] = ",".join(str(width) for width in self.model.widths)
        folder = {"folder": dumped["data"]["folder"]} if self.data.folder else {}
        return {**flat, "seed": self.seed, **folder}

    @classmethod
    def from_flat(cls, flat: Mapping[str, Any]) -> "Experiment":
        """Build an experiment from flat names, with defaults for the rest. Never reads the disk.

        Args:
            flat: flat name -> value; for a folder of images also `folder`, its contents, which
                `core.with_folder` adds.

        Raises:
            ConfigError: a name is unknown or a value is not allowed; the message names each.
        """
        unknown = [name for name in flat if name not in (*SECTION_OF, "folder")]
        if unknown:
            raise ConfigError(f"{listed(unknown)}: not known; allowed: {listed(SECTION_OF)}")
        nested: dict[str, Any] = {"data": {}, "model": {}, "training": {}}
        for name, value in flat.items():
            section = SECTION_OF.get(name, "data")
            (nested[section] if section else nested)[name] = value
        try:
            return cls.model_validate(nested)
        except ValidationError as error:
            # one clause per field, because pydantic reports one error per branch of a union
            clauses = {_field(item): _explain(item) for item in reversed(error.errors())}
            raise ConfigError("; ".join(reversed(clauses.values()))) from None

    def with_flat(self, **changes: Any) -> "Experiment":
        """The same experiment with some flat fields changed."""
        return Experiment.from_flat({**self.to_flat(), **changes})


def _as_given(section: Any) -> Any:
    """What was given of a section, by name; a copy."""
    if section is None:
        return {}
    if isinstance(section, Section):
        return {name: getattr(section, name) for name in section.model_fields_set}
    return dict(section) if isinstance(section, Mapping) else section


def own_values(dataset: str) -> dict[str, Any]:
    """The defaults of a data set's own, by flat name; of a folder of images, its hyperparameters.

    Args:
        dataset: its name, or folder:PATH. A name that is not known has none.
    """
    if dataset in DATASETS:
        return DATASETS[Dataset(dataset)].own_defaults
    return asdict(FOLDER_HYPERPARAMETERS) if dataset.startswith(FOLDER_PREFIX) else {}


OWN_SECTIONS = ("data", "model", "training")
SECTIONS: dict[str, type[Section]] = {
    "data": DataConfig,
    "model": ModelConfig,
    "training": TrainingConfig,
    "": Experiment,
}
"""section of an experiment -> the model that declares its settings; "" holds the seed"""

SECTION_OF: dict[str, str] = {
    name: section for section, model in SECTIONS.items() for name, _, _ in declared(model)
}
"""flat name -> section of the experiment that holds it"""


def _field(item: Any) -> str:
    """The flat name that a validation error is about; empty if there is none."""
    return next((str(part) for part in item["loc"] if part in SECTION_OF), "")


def _explain(item: Any) -> str:
    """Turn a validation error into a clause: the field, what is wrong, what was received."""
    message = str(item["msg"]).removeprefix("Value error, ")
    name = _field(item)
    if not name or message.startswith(f"{name}: "):
        return message
    if "received" in message or repr(item["input"]) in message:
        return f"{name}: {message}"
    return f"{name}: {message[0].lower()}{message[1:]}; received {item['input']!r}"
