"""What all commands share: the application they belong to, the flag --json, the run store."""

from pathlib import Path
from typing import Annotated

import typer

from core import settings
from core.cli.report import say
from core.errors import ConfigError, StoreError
from core.store import RunStore

app = typer.Typer(
    name="poolscope",
    help="Find out what pooling really does in a small CNN.",
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)

Json = Annotated[
    bool, typer.Option("--json", help="Write one JSON document to stdout, messages to stderr.")
]


def open_store() -> RunStore:
    """The store of the settings, with the bundled runs."""
    chosen = settings.load()
    # of a folder, what cannot be read is passed over and named at the end
    if "gallery" in chosen.model_fields_set and not chosen.gallery.is_dir():
        check_store("POOLSCOPE_GALLERY: ", chosen.gallery)
    store = RunStore(chosen.store, chosen.gallery, checkpoint_bytes=chosen.checkpoint_bytes)
    _opened.append(store)
    return store


_opened: list[RunStore] = []
"""by the command that runs"""


def say_damage() -> None:
    """Name the runs and bundled files that the command found damaged, at its end."""
    while _opened:
        store = _opened.pop()
        for reason in store.unreadable.values():
            say(f"bundled runs are left out: {reason}")
        for key, reason in store.noticed.items():
            say(f"run {key} is damaged and was left out: {reason}; `poolscope check` says more")


def check_store(what: str, path: Path) -> None:
    """Refuse a file that is not a run store; a missing file is fine.

    Args:
        what: the start of the message, such as the setting that names the file.
        path: the file.

    Raises:
        ConfigError: the file is not a run store; the message says what is wrong with it.
    """
    try:
        if path.exists():
            RunStore.only_read(path, foreign=True).present([])
    except StoreError as error:
        raise ConfigError(f"{what}{error}") from error


def _show_version(asked: bool) -> None:
    if asked:
        typer.echo(settings.__version__)
        raise typer.Exit


@app.callback()
def _application(
    version: Annotated[
        bool,
        typer.Option("--version", callback=_show_version, is_eager=True, help="Show the version."),
    ] = False,
) -> None:
    """Find out what pooling really does in a small CNN."""
