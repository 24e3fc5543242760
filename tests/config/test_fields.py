"""Is everything about a setting defined once, and read from there wherever it is used?"""

import ast
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from core.catalog import DATASETS
from core.cli.flags import default_text, flag_help, parameters
from core.comparison.grids import read_grid
from core.config import SECTION_OF, DataConfig, Experiment, ModelConfig, TrainingConfig
from core.config.fields import FIELDS, Setting, own_defaults
from core.errors import ConfigError
from core.settings import PROJECT
from pages.shared import parameters as links
from pages.shared.link import Range

README = PROJECT / "README.md"
OWN = {"pooling", "show_all", "head", "more_heads", "dropout", "seeds", "chance"}
"""what the sidebar asks about a comparison and not about one experiment"""
MANY = 7
"""names that the README lists in a table of their own"""


# who reads the table


def test_every_field_of_a_configuration_is_a_setting():
    declared = {*DataConfig.model_fields, *ModelConfig.model_fields, *TrainingConfig.model_fields}
    assert declared - {"folder"} | {"seed"} == set(FIELDS) == set(SECTION_OF)


def test_the_flags_are_the_settings():
    assert list(FIELDS) == [parameter.name for parameter in parameters(FIELDS.values())]
    for setting in FIELDS.values():
        assert setting.allowed in flag_help(setting)
        assert flag_help(setting).endswith(f"default {default_text(setting)}")


def test_the_sidebar_shows_every_setting_but_the_seed():
    assert set(FIELDS) - {"seed"} | OWN == set(links.DEFAULTS)
    assert set(links.DEFAULTS) == set(links.of_sidebar(hosted=False))


@pytest.mark.parametrize("name", links.SHARED_SETTINGS)
def test_a_link_may_hold_what_a_control_shows(name):
    setting, allowed = FIELDS[name], links.of_setting(FIELDS[name])
    if setting.default is not None:
        assert str(setting.default) in allowed
    if isinstance(allowed, Range):
        limits = setting.numbers
        least = limits.least if setting.about.least is None else setting.about.least
        assert (least, limits.most) == (allowed.least, allowed.most)
        assert str(limits.most + 1) not in allowed
        assert str(allowed.least - 1) not in allowed


def test_a_grid_takes_every_setting(tmp_path):
    default = Experiment().to_flat()
    lines = [f"{name} = {default[name]!r}" for name in FIELDS]
    (tmp_path / "grid.toml").write_text("\n".join(lines))
    assert (Experiment(),) == read_grid(tmp_path / "grid.toml")
    (tmp_path / "grid.toml").write_text("folder = 1")
    with pytest.raises(ConfigError, match=f"allowed: {', '.join(FIELDS)}$"):
        read_grid(tmp_path / "grid.toml")


@pytest.mark.parametrize("name", FIELDS)
def test_the_limits_are_those_that_validation_keeps(name):
    numbers = FIELDS[name].numbers
    if numbers is None or FIELDS[name].listed:
        return
    # what fits the other limits of an experiment
    others = {"pools": {"widths": "1,1,1,1,1,1,1,1"}}.get(name, {})
    for value, step in ((numbers.least, -1), (numbers.most, 1)):
        if value is None or name == "train_size":
            continue
        if not (numbers.above and step < 0):
            Experiment.from_flat({**others, name: value})
        with pytest.raises(ConfigError, match=f"^{name}: "):
            Experiment.from_flat({**others, name: value + step})


@pytest.mark.parametrize("dataset", DATASETS)
def test_the_defaults_of_a_data_set_are_plain_values_that_controls_show(dataset):
    own = own_defaults(dataset)
    assert {type(value) for value in own.values()} <= {str, int, float}
    assert all(str(value) in links.of_setting(FIELDS[name]) for name, value in own.items())
    default = Experiment.from_flat({"dataset": dataset})
    assert default.key == Experiment.from_flat({"dataset": dataset, **own}).key


# the documentation


def row(setting: Setting) -> str:
    """A setting as the README tells it."""
    meaning = ", ".join(filter(None, (setting.about.label, setting.about.unit)))
    if setting.about.help:
        meaning += f": {setting.about.help[:1].lower()}{setting.about.help[1:].removesuffix('.')}"
    scope = setting.about.scope or ""
    allowed = setting.allowed
    if len(setting.words) >= MANY:
        allowed = ", or ".join(filter(None, ("above", setting.pattern)))
    return f"| `{setting.name}` | {meaning} | {scope} | {allowed} | {setting.default_text} |"


def test_the_readme_tells_every_setting():
    lines = README.read_text(encoding="utf-8").splitlines()
    expected = [row(setting) for setting in FIELDS.values()]
    assert expected == [line for line in lines if line in expected], "\n".join(expected)


# said once


def numbers_in(path: Path) -> set[float]:
    """The numbers that a module writes out."""
    return {
        node.value
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Constant)
        and isinstance(node.value, int | float)
        and not isinstance(node.value, bool)
    }


READERS = (
    "core/cli/flags.py",
    "core/cli/sweep.py",
    "core/cli/train.py",
    "core/cli/trainings.py",
    "core/comparison/grids.py",
    "core/config/about.py",
    "core/config/experiment.py",
    "core/config/fields.py",
    "core/config/values.py",
    "pages/shared/controls.py",
    "pages/shared/dataset.py",
    "pages/shared/link.py",
    "pages/shared/widgets.py",
)
SMALL = {0, 1, 2, 3}
"""too common to tell a limit from a count"""
ELSEWHERE = {
    # the optimiser's momentum
    "core/config/experiment.py": {0.9},
    # the smallest difference that can be said to matter, in points
    "core/cli/sweep.py": {0.01},
}


@pytest.mark.parametrize("path", READERS)
def test_no_default_and_no_limit_is_written_out_a_second_time(path):
    told = {setting.default for setting in FIELDS.values()}
    for setting in FIELDS.values():
        told |= {setting.about.step, setting.about.least}
        told |= {setting.numbers.least, setting.numbers.most} if setting.numbers else set()
    written = numbers_in(PROJECT / path) - SMALL - ELSEWHERE.get(path, set())
    assert set() == written & told


def test_a_default_stands_in_its_declaration_alone():
    text = (PROJECT / "core" / "config" / "sections.py").read_text(encoding="utf-8")
    for once in ("0.25", "32\n", "(16, 32)", "ge=8, le=128", "Pooling.MAX", "Head.GAP"):
        assert 1 == text.count(once), once
    # what has no effect goes back to the default of its declaration
    assert not re.search(r"_set\(\w+=[\d.]", text)


# a new setting

DECLARATION = """
    warmup: Annotated[
        int,
        Field(ge=0, le=50),
        About("Warm-up", "Epochs before the rate is full.", step=5, later=True),
    ] = 10
"""

PROGRAM = """
from typer.testing import CliRunner
from streamlit.testing.v1 import AppTest
from core.cli.app import app as command_line
from core.cli import main
from core.comparison.grids import read_grid
from core.config import Experiment
from core.settings import PROJECT
from pathlib import Path

assert str(PROJECT) == {root!r}, PROJECT
print("key", Experiment().key, Experiment.from_flat({{"warmup": "20"}}).key)
help_text = " ".join(CliRunner().invoke(command_line, ["cost", "--help"]).output.split())
print("help", "epochs before the rate is full; 0 to 50; default 10" in help_text)
assert 0 == main(["cost", "--warmup", "20", "--json"])
Path("grid.toml").write_text("warmup = [10, 20]")
print("grid", len(read_grid(Path("grid.toml"))))
app = AppTest.from_file(PROJECT / "pages" / "main.py", default_timeout=60)
app.query_params.update({{"warmup": "20"}})
app.switch_page("history.py").run()
assert not app.exception, app.exception
slider = app.slider(key="warmup")
limits = (f"{{number:g}}" for number in (slider.min, slider.max, slider.step, slider.value))
print("slider", slider.label, *limits, slider.help)
app = AppTest.from_file(PROJECT / "pages" / "main.py", default_timeout=60)
app.query_params.update({{"warmup": "99"}})
app.switch_page("history.py").run()
said = [part.value for kind in (app.main.info, app.main.caption, app.main.warning) for part in kind]
print("link", any("warmup `99` (allowed: 0 to 50)" in sentence for sentence in said))
"""


def test_a_new_setting_is_one_declaration_in_one_file(tmp_path):
    root = tmp_path / "checkout"
    for folder in ("core", "pages"):
        shutil.copytree(
            PROJECT / folder, root / folder, ignore=shutil.ignore_patterns("__pycache__")
        )
    (root / "assets").symlink_to(PROJECT / "assets")
    shutil.copy(PROJECT / "pyproject.toml", root)
    sections = root / "core" / "config" / "sections.py"
    text = sections.read_text(encoding="utf-8")
    before = "\n    @property\n    def downsampling_blocks"
    assert 1 == text.count(before)
    sections.write_text(text.replace(before, DECLARATION + before), encoding="utf-8")
    result = subprocess.run(
        [sys.executable, "-c", PROGRAM.format(root=str(root))],
        cwd=root,
        env={**os.environ, "PYTHONPATH": str(root), "POOLSCOPE_HOME": str(tmp_path / "home")},
        capture_output=True,
        text=True,
        check=False,
    )
    assert 0 == result.returncode, result.stderr
    told = dict(line.split(" ", 1) for line in result.stdout.splitlines() if line[:1].isalpha())
    default, changed = told["key"].split()
    assert Experiment().key == default != changed
    assert ("True", "2", "True") == (told["help"], told["grid"], told["link"])
    assert "Warm-up 0 50 5 20 Epochs before the rate is full." == told["slider"]
