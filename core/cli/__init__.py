"""The command line: `python -m core ...`, or `poolscope ...` once installed.

Imports nothing that is slow: a cached run is answered without torch and without workers.
"""

from core.cli.commands import main

__all__ = ["main"]
