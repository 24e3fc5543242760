"""All commands together, and how their failures end: one line on stderr and an exit status."""

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
    cost,
    dashboard,
    export,
    import_,
    shift,
    stored,
    train,
)
from core.cli.app import app, say_damage
from core.cli.report import say
from core.errors import ConfigError, PoolscopeError


class Exit(IntEnum):
    """Exit statuses; 130 means interrupted from the keyboard, as shells have it."""

    DONE = 0
    FAILED = 1
    BAD_INPUT = 2


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command.

    Args:
        arguments: what follows the program's name; None for those of this process.

    Returns:
        The exit status.
    """
    _write_what_the_terminal_can()
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
        # who read the output has gone; Python would complain when it flushes at the end
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return Exit.FAILED
    finally:
        say_damage()
    return status if isinstance(status, int) else Exit.DONE


def _write_what_the_terminal_can() -> None:
    """Replace signs such as × where the terminal's encoding has none, instead of failing."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="replace")


def _refuse(error: object, status: int) -> int:
    say(f"poolscope: {error}")
    return status
