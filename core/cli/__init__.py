"""The command line: `python -m core ...`, or `poolscope ...` once installed.

It imports nothing slow, so that it returns a stored run without torch and without workers.
"""

from core.cli.commands import main

__all__ = ["main"]
