"""Which flags does an experiment have? One per setting, with help from the table of settings.

Every flag takes text as it stands: `Experiment.from_flat` is the one place that validates it.
"""

import functools
from collections.abc import Callable, Iterable, Mapping
from inspect import Parameter, Signature, signature
from typing import Annotated, Any

import typer

from core.cli import report
from core.config import DataConfig, Experiment
from core.config.fields import FIELDS, Setting
from core.config.folder import MEASURED
from core.pictures import findings, with_folder
from core.words import join

Command = Callable[..., None]


def with_experiment(command: Command, instead: Command | None = None) -> Command:
    """Give a command the flags of an experiment.

    Its first parameter receives the experiment that they describe; the others stay its own.

    Args:
        command: the command.
        instead: called with the flags as they were written where the first parameter of its own
            was given; it says what a command does that needs no experiment.
    """
    own = list(signature(command, eval_str=True).parameters.values())[1:]

    @functools.wraps(command)
    def with_flags(**given: Any) -> None:
        flags = {name: given.pop(name) for name in FIELDS}
        written = {name: value for name, value in flags.items() if value is not None}
        if instead and given[own[0].name] is not None:
            instead(written, **given)
            return
        flat = with_folder(written)
        experiment = Experiment.from_flat(flat)
        say_idle(_idle(flat, experiment))
        say_findings(experiment.data)
        command(experiment, **given)

    with_flags.__signature__ = Signature(  # type: ignore[attr-defined]
        [*parameters(FIELDS.values()), *own]
    )
    return with_flags


def parameters(settings: Iterable[Setting]) -> list[Parameter]:
    """The parameters of a command that takes some settings as flags."""
    return [_parameter(setting) for setting in settings]


def say_idle(settings: Iterable[str]) -> None:
    """Write to stderr which flags have no effect; nothing if all have one."""
    if flags := list(map(_flag, settings)):
        report.say(f"{join(flags)}: no effect here")


def say_findings(data: DataConfig) -> None:
    """Write to stderr what to know about a folder of images; nothing for other data sets."""
    if data.folder:
        known = findings(data.folder.path)
        for sentence in known.sentences(data.entry, as_set=data.ground != MEASURED):
            report.say(sentence)


def _idle(flat: Mapping[str, Any], experiment: Experiment) -> list[str]:
    """The settings that this experiment does not use, as its others are."""
    kept = experiment.to_flat()
    return [
        name
        for name, value in flat.items()
        if name in FIELDS
        and not _says(value, kept[name])
        and experiment.key
        == Experiment.from_flat({other: flat[other] for other in flat if other != name}).key
    ]


def _says(text: str, value: object) -> bool:
    """Whether a text is a value, however it is spelled."""
    try:
        return float(text) == float(str(value))
    except ValueError:
        return text.replace(" ", "") == str(value)


def _flag(name: str) -> str:
    return f"--{name.replace('_', '-')}"


def _parameter(setting: Setting) -> Parameter:
    option = typer.Option(
        _flag(setting.name),
        metavar="<value>",
        help=flag_help(setting),
    )
    # typer tells a flag that was not given from one with an empty text by None
    annotation = Annotated[str | None, option]
    kind = Parameter.POSITIONAL_OR_KEYWORD
    return Parameter(setting.name, kind, default=None, annotation=annotation)


def flag_help(setting: Setting) -> str:
    """What a flag means, which values it takes, and its default."""
    parts = (setting.description, setting.allowed, f"default {setting.default_text}")
    return "; ".join(filter(None, parts))
