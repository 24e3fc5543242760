"""Is the library's public interface found at once, and free until it is used?"""

import re
import subprocess
import sys

import pytest

import core
from core.settings import PROJECT

WITHOUT_TORCH = ("Experiment", "RunStore", "compare", "describe", "with_folder")


def loaded_by(program: str) -> str:
    """What a fresh interpreter prints."""
    return subprocess.run(
        [sys.executable, "-c", program], cwd=PROJECT, capture_output=True, text=True, check=True
    ).stdout


@pytest.mark.parametrize("name", core.__all__)
def test_every_public_name_is_there_documented_and_listed(name):
    assert getattr(core, name).__doc__
    assert name in dir(core)
    assert f"\n    {name} " in core.__doc__


def test_importing_the_library_imports_none_of_it():
    program = "import sys, core; print([n for n in sys.modules if n.startswith('core.')])"
    assert "[]\n" == loaded_by(program)


def test_names_that_need_no_torch_do_not_load_it():
    used = "; ".join(
        f"core.{name}; print({name!r}, 'torch' in sys.modules)" for name in WITHOUT_TORCH
    )
    said = loaded_by(f"import sys, core; {used}")
    assert [f"{name} False" for name in WITHOUT_TORCH] == said.splitlines()


def test_a_name_that_is_not_there_is_named():
    with pytest.raises(AttributeError, match="'core' has no attribute 'polling'"):
        _ = core.polling


def test_the_readme_imports_nothing_but_public_names():
    text = (PROJECT / "README.md").read_text(encoding="utf-8")
    code = "\n".join(re.findall(r"```python\n(.*?)```", text, re.DOTALL))
    assert {"core"} == set(re.findall(r"^(?:from|import) (core[\w.]*)", code, re.MULTILINE))
    assert set(re.findall(r"\bcore\.(\w+)", code)) <= set(core.__all__)
