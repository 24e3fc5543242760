"""Which flags does an experiment have? One per flat name, with help from its field.

Every flag takes text as it stands: `Experiment.from_flat` is the one place that validates it.
"""

import functools
from collections.abc import Callable, Mapping
from inspect import Parameter, Signature, signature
from typing import Annotated, Any

import typer
from pydantic import BaseModel

from core.cli import report
from core.config import SECTION_OF, DataConfig, Experiment, ModelConfig, TrainingConfig
from core.config.folder import MEASURED, findings
from core.words import join

_SECTIONS: dict[str, type[BaseModel]] = {
    "data": DataConfig,
    "model": ModelConfig,
    "training": TrainingConfig,
    "": Experiment,
}
_PANELS = {"data": "Data", "model": "Network", "training": "Training", "": "Training"}

Command = Callable[..., None]


def with_experiment(command: Command) -> Command:
    """Give a command the flags of an experiment.

    Its first parameter receives the experiment that they describe; the others stay its own.
    """
    own = list(signature(command, eval_str=True).parameters.values())[1:]

    @functools.wraps(command)
    def with_flags(**given: Any) -> None:
        flat = {name: given.pop(name) for name in SECTION_OF}
        chosen = {name: value for name, value in flat.items() if value is not None}
        experiment = Experiment.from_flat(chosen)
        if idle := _idle(chosen, experiment):
            flags = join([f"--{name.replace('_', '-')}" for name in idle])
            report.say(f"{flags}: no effect here")
        say_findings(experiment.data)
        command(experiment, **given)

    flags = [_parameter(name, section) for name, section in SECTION_OF.items()]
    with_flags.__signature__ = Signature([*flags, *own])  # type: ignore[attr-defined]
    return with_flags


def say_findings(data: DataConfig) -> None:
    """Write what was found in a folder of images to stderr; nothing for another data set."""
    if data.folder:
        found = findings(data.folder.path)
        for sentence in found.sentences(data.entry, as_set=data.ground != MEASURED):
            report.say(sentence)


def _idle(chosen: Mapping[str, str], experiment: Experiment) -> list[str]:
    """The flags that this experiment does not use, as its other fields are."""
    kept = experiment.to_flat()
    return [
        name
        for name, value in chosen.items()
        if not _says(value, kept[name])
        and experiment.key
        == Experiment.from_flat({other: chosen[other] for other in chosen if other != name}).key
    ]


def _says(text: str, value: object) -> bool:
    """Whether a text is a value, however it is spelled."""
    try:
        return float(text) == float(str(value))
    except ValueError:
        return text.replace(" ", "") == str(value)


def _parameter(name: str, section: str) -> Parameter:
    option = typer.Option(
        f"--{name.replace('_', '-')}",
        metavar="<value>",
        help=flag_help(name),
        rich_help_panel=_PANELS[section],
    )
    # typer tells a flag that was not given from one with an empty text by None
    annotation = Annotated[str | None, option]
    return Parameter(name, Parameter.POSITIONAL_OR_KEYWORD, default=None, annotation=annotation)


def flag_help(name: str) -> str:
    """What a flag means, which values it takes, and its default."""
    config = _SECTIONS[SECTION_OF[name]]
    schema = config.model_json_schema()
    field = schema["properties"][name]
    default = field.get("default")
    if isinstance(default, list):
        default = ",".join(map(str, default))
    given = "the data set's own" if default is None else default
    parts = (field.get("description"), _allowed(field, schema.get("$defs", {})))
    return "; ".join([*filter(None, parts), f"default {given}"])


def _allowed(field: Mapping[str, Any], enumerations: Mapping[str, Any]) -> str:
    """The values that a JSON schema allows, in words."""
    match field:
        case {"anyOf": branches}:
            named = (_allowed(branch, enumerations) for branch in branches)
            return ", or ".join(filter(None, named))
        case {"$ref": reference}:
            return ", ".join(enumerations[reference.rpartition("/")[2]]["enum"])
        case {"const": word} | {"examples": [word]}:
            return str(word)
        case {"type": "array", "items": item}:
            return f"numbers with commas between, each {_allowed(item, enumerations)}"
        case {"type": "integer" | "number"}:
            return _range(field)
    return ""


def _range(field: Mapping[str, Any]) -> str:
    """The bounds of a number: "2 to 4", "1 or more", "above 0 to 10"."""
    lowest = field.get("minimum", field.get("exclusiveMinimum"))
    above = "above " if "exclusiveMinimum" in field else ""
    if "maximum" in field:
        return f"{above}{lowest} to {field['maximum']}"
    return f"{above}{lowest}" if above else f"{lowest} or more"
