"""The flags of an experiment: one per setting, with help from the table of settings.

Every flag passes its text on unchanged: only `Experiment.from_flat` validates it.
"""

import functools
from collections.abc import Callable, Collection, Iterable, Mapping
from inspect import Parameter, Signature, signature
from typing import Annotated, Any

import typer

from core import settings
from core.cli import report
from core.config import DataConfig, Experiment
from core.config.fields import FIELDS, Setting
from core.config.folder import MEASURED
from core.pictures import findings, with_folder
from core.settings import PREFIX, Settings
from core.words import join

Command = Callable[..., None]


def with_experiment(
    command: Command, instead: Command | None = None, without: Collection[str] = ()
) -> Command:
    """Give a command the flags of an experiment.

    Its first parameter receives the experiment that they describe; the others remain its own.

    Args:
        command: the command.
        instead: called with the flags as written if the command's first own parameter is given,
            for what the command can do without an experiment.
        without: settings that get no flag, because the command sets them itself.
    """
    offered = {name: setting for name, setting in FIELDS.items() if name not in without}
    own = list(signature(command, eval_str=True).parameters.values())[1:]

    @functools.wraps(command)
    def with_flags(**given: Any) -> None:
        flags = {name: given.pop(name) for name in offered}
        written = {name: value for name, value in flags.items() if value is not None}
        if instead and given[own[0].name] is not None:
            instead(written, **given)
            return
        flat = with_folder({"dataset": settings.load().dataset, **written})
        experiment = Experiment.from_flat(flat)
        say_idle(_idle(flat, experiment))
        say_findings(experiment.data)
        command(experiment, **given)

    with_flags.__signature__ = Signature(  # type: ignore[attr-defined]
        [*parameters(offered.values()), *own]
    )
    return with_flags


def parameters(offered: Iterable[Setting]) -> list[Parameter]:
    """The command parameters for some settings."""
    return [_parameter(setting) for setting in offered]


def say_idle(names: Iterable[str]) -> None:
    """Write to stderr which flags have no effect; nothing if all have one."""
    if flags := list(map(_flag, names)):
        report.say(f"{join(flags)}: no effect here")


def say_findings(data: DataConfig) -> None:
    """Write findings about a folder of images to stderr; nothing for other data sets."""
    if data.folder:
        known = findings(data.folder.path)
        for sentence in known.sentences(data.entry, as_set=data.ground != MEASURED):
            report.say(sentence)


def _idle(flat: Mapping[str, Any], experiment: Experiment) -> list[str]:
    """The given settings that have no effect on this experiment, given its other settings."""
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
    """Whether a text stands for a value, in whatever notation."""
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
    # None, because an empty text is a value that can be given
    annotation = Annotated[str | None, option]
    kind = Parameter.POSITIONAL_OR_KEYWORD
    return Parameter(setting.name, kind, default=None, annotation=annotation)


def flag_help(setting: Setting) -> str:
    """What a flag means, which values it takes, and its default."""
    parts = (setting.description, setting.allowed, f"default {default_text(setting)}")
    return "; ".join(filter(None, parts))


def default_text(setting: Setting) -> str:
    """The value without a flag; the data set is the dashboard's."""
    if setting.name != "dataset":
        return setting.default_text
    opened: str = Settings.model_fields["dataset"].default
    return f"{opened}, or what {PREFIX}DATASET names"
