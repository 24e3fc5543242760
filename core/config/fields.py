"""Every setting of an experiment, read once from the models that declare them.

Flags, sidebar, links, grids and the README take what they say about a setting from `FIELDS`.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from core.config.about import About, DataScope
from core.config.experiment import SECTIONS, own_values
from core.config.sections import Section, declared

OF_THE_DATA_SET = "the data set's own"
"""the default of a hyperparameter, in words"""


@dataclass(frozen=True, slots=True)
class Numbers:
    """The numbers that a setting accepts.

    Attributes:
        least: the smallest; None if there is no limit.
        most: the largest; None if there is no limit.
        above: whether `least` itself is excluded.
        whole: whether fractions are refused.
    """

    least: float | None
    most: float | None
    above: bool
    whole: bool

    def __str__(self) -> str:
        """As in "2 to 4", "1 or more", "above 0 to 10"."""
        above = "above " if self.above else ""
        if self.most is not None:
            return f"{above}{self.least} to {self.most}"
        return f"{above}{self.least}" if above else f"{self.least} or more"


@dataclass(frozen=True, slots=True)
class Setting:
    """One setting: the values that a flag, a link or a grid file may give it, and its description.

    Attributes:
        name: flat name.
        section: "data", "model", "training", or "" for the seed.
        about: label, help, unit, step and scope.
        default: a plain value; None means the data set's own.
        words: names that it accepts.
        numbers: numbers that it accepts; None if it accepts none.
        listed: whether it is a list of numbers separated by commas.
        pattern: pattern of other text that it accepts, such as folder:PATH.
    """

    name: str
    section: str
    about: About
    default: str | float | None
    words: tuple[str, ...] = ()
    numbers: Numbers | None = None
    listed: bool = False
    pattern: str = ""

    @property
    def allowed(self) -> str:
        """Its values in words."""
        several = "numbers separated by commas, each " * self.listed
        numbers = f"{several}{self.numbers}" if self.numbers else ""
        return ", or ".join(filter(None, (numbers, ", ".join(self.words), self.pattern)))

    @property
    def description(self) -> str:
        """Scope, unit and help in words; may be empty."""
        scope = f"of {self.about.scope}" if self.about.scope else ""
        short = ", ".join(filter(None, (scope, self.about.unit)))
        text = self.about.help.removesuffix(".")
        return "; ".join(filter(None, (short, text[:1].lower() + text[1:])))

    def affects(self, dataset: str) -> bool:
        """Whether it has an effect on a data set, given by name or as folder:PATH."""
        scope = self.about.scope
        return not isinstance(scope, DataScope) or scope.covers(dataset)

    @property
    def default_text(self) -> str:
        """The default in words."""
        return OF_THE_DATA_SET if self.default is None else str(self.default)


def plain_value(value: Any) -> str | float | None:
    """A value of a setting as flags, links and grids write it: (16, 32) is "16,32"."""
    if isinstance(value, list | tuple):
        return ",".join(map(str, value))
    return str(value) if isinstance(value, StrEnum) else value


def own_defaults(dataset: str) -> dict[str, Any]:
    """The defaults that depend on the data set, as plain values: flat name -> value.

    Args:
        dataset: its name, or folder:PATH.
    """
    declared_here = {
        name: default
        for model in SECTIONS.values()
        for name, about, default in declared(model)
        if about.own
    }
    return {
        name: plain_value(value) for name, value in {**declared_here, **own_values(dataset)}.items()
    }


def settings_of(section: str, model: type[Section]) -> Iterator[Setting]:
    """Yield the settings that a section declares, in their order.

    Args:
        section: name of the section in an experiment.
        model: class of the section.
    """
    schema = model.model_json_schema()
    for name, about, _ in declared(model):
        field = schema["properties"][name]
        default = field.get("default")
        plain = None if about.own else plain_value(default)
        yield Setting(name, section, about, plain, **_values(field, schema.get("$defs", {})))


def _values(field: Mapping[str, Any], enumerations: Mapping[str, Any]) -> dict[str, Any]:
    """The values that a JSON schema allows: `words`, `numbers`, `listed`, `pattern`."""
    values: dict[str, Any] = {}
    match field:
        case {"anyOf": branches}:
            for branch in branches:
                values |= _values(branch, enumerations)
        case {"$ref": reference}:
            values["words"] = tuple(enumerations[reference.rpartition("/")[2]]["enum"])
        case {"const": word}:
            values["words"] = (word,)
        case {"examples": [pattern]}:
            values["pattern"] = pattern
        case {"type": "array", "items": item}:
            values = {**_values(item, enumerations), "listed": True}
        case {"type": "integer" | "number" as kind}:
            values["numbers"] = _numbers(field, whole=kind == "integer")
    return values


def _numbers(field: Mapping[str, Any], *, whole: bool) -> Numbers:
    above = "exclusiveMinimum" in field
    least = field["exclusiveMinimum"] if above else field.get("minimum")
    return Numbers(least, field.get("maximum"), above, whole)


FIELDS: dict[str, Setting] = {
    setting.name: setting
    for section, model in SECTIONS.items()
    for setting in settings_of(section, model)
}
"""flat name -> the setting"""
