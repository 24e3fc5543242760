"""An environment without PyTorch, as `pip install .` makes it: this one, with links to all else."""

import os
import subprocess
import sysconfig
import venv
from importlib.metadata import distribution
from pathlib import Path

from core.settings import PROJECT

LEFT_OUT = ("torch", "torchvision", "captum")
"""distributions of the extra `train`"""


def make_light(folder: Path) -> Path:
    """Make the environment in a folder; the path of its interpreter.

    What these distributions put into site-packages is not linked, nor is the checkout that is
    installed here: the programs are given theirs by PYTHONPATH.
    """
    venv.create(folder, symlinks=True, with_pip=False)
    here = Path(sysconfig.get_path("purelib"))
    there = Path(sysconfig.get_path("purelib", vars={"base": str(folder)}))
    hidden = {part for name in LEFT_OUT for part in _top_level(name)}
    for entry in here.iterdir():
        if entry.name not in hidden and entry.suffix != ".pth":
            (there / entry.name).symlink_to(entry)
    return folder / "bin" / "python"


def _top_level(name: str) -> set[str]:
    """The names in site-packages that come with a distribution."""
    files = distribution(name).files or ()
    return {file.parts[0] for file in files} - {"..", "bin", "__pycache__"}


def run_light(python: Path, *arguments: str | Path, **more: str) -> subprocess.CompletedProcess:
    """Run a program of this checkout in the environment, with more variables."""
    return subprocess.run(
        [python, *arguments],
        cwd=PROJECT,
        env={**os.environ, "PYTHONPATH": str(PROJECT), **more},
        capture_output=True,
        text=True,
        check=False,
    )
