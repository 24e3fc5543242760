"""Runs all commands; a failure becomes one line on stderr and an exit status."""

import atexit
import gc
import os
import sys
from collections.abc import Sequence
from enum import IntEnum
from io import TextIOWrapper

import typer

# importing a module registers its commands
from core.cli import (  # noqa: F401
    check,
    claims,
    compare,
    cost,
    dashboard,
    export,
    import_,
    recipes,
    shift,
    stored,
    sweep,
    train,
)
from core.cli.app import app, say_damage
from core.cli.report import say
from core.errors import ConfigError, PoolscopeError


class Exit(IntEnum):
    """Exit statuses; as in shells, 130 means interrupted from the keyboard."""

    DONE = 0
    FAILED = 1
    BAD_INPUT = 2


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return the exit status.

    Args:
        arguments: what follows the program's name; None for the arguments of this process.
    """
    _write_what_the_terminal_can()
    _end_at_once()
    given = sys.argv[1:] if arguments is None else list(arguments)
    try:
        status = app(given, prog_name=app.info.name, standalone_mode=False)
        sys.stdout.flush()
    except ConfigError as error:
        return _refuse(error, Exit.BAD_INPUT)
    except PoolscopeError as error:
        return _refuse(error, Exit.FAILED)
    except typer.TyperException as error:
        return _refuse(f"{error.format_message().rstrip('.')}; see --help", error.exit_code)
    except typer.Abort:
        return _refuse("stopped before an answer; nothing was changed", Exit.FAILED)
    except BrokenPipeError:
        # the reader of stdout is gone, and Python would fail to flush it at exit
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return Exit.FAILED
    finally:
        say_damage()
    return status if isinstance(status, int) else Exit.DONE


def _write_what_the_terminal_can() -> None:
    """Replace characters such as × that the terminal's encoding lacks, instead of failing."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="replace")


def _end_at_once() -> None:
    """Leave Python no garbage to look for at exit: half a second, and the process ends anyway."""
    # once, however often this is called
    atexit.unregister(gc.freeze)
    atexit.register(gc.freeze)


def _refuse(error: object, status: int) -> int:
    say(f"poolscope: {error}")
    return status
