"""Does the project keep its promises about itself: documentation, themes, packaging, skips?"""

import re
import tomllib
from pathlib import Path

import pytest
from typer.main import get_command

import core
from core.catalog import DROPOUT_POSITIONS, HEADS, POOLINGS, Page
from core.cli.app import app
from core.settings import INSTALL_TRAINING

ROOT = Path(__file__).parent.parent
README = ROOT / "README.md"
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
THEME = tomllib.loads((ROOT / ".streamlit" / "config.toml").read_text())["theme"]

COMMANDS = sorted(get_command(app).commands)


def words_of(path: Path) -> set[str]:
    """Names as they stand in a text: letters, digits, and the marks that names contain."""
    return set(re.findall(r"[a-z0-9][a-z0-9_+-]*", path.read_text().lower()))


@pytest.mark.parametrize("command", COMMANDS)
def test_readme_covers_every_command(command):
    assert re.search(rf"(python -m core|poolscope) {command}\b", README.read_text())


@pytest.mark.parametrize("name", [*POOLINGS, *HEADS, *DROPOUT_POSITIONS])
def test_readme_names_every_choice(name):
    assert str(name) in words_of(README)


@pytest.mark.parametrize("page", Page)
def test_readme_names_every_page(page):
    assert page in words_of(README)


def test_there_are_commands_and_pages_to_document():
    assert {"train", "sweep", "cost", "runs", "show", "delete", "export"} < set(COMMANDS)
    assert {"home", "accuracy", "train", "history"} <= set(Page)


def test_changelog_has_an_entry_for_this_version():
    assert re.search(
        rf"^## .*{re.escape(core.__version__)}", (ROOT / "CHANGELOG.md").read_text(), re.MULTILINE
    )


@pytest.mark.parametrize("name", ["constraints.txt", "pyproject.toml"])
def test_requirements_name_no_host_and_no_folder(name):
    # links to a project's pages would be fine, but there are none
    assert [] == [line for line in (ROOT / name).read_text().splitlines() if "://" in line]


def test_every_constraint_is_one_exact_version():
    lines = (ROOT / "constraints.txt").read_text().splitlines()
    wrong = [line for line in lines if not re.fullmatch(r"#.*|[\w.-]+==[\w.]+", line)]
    assert [] == wrong


def test_every_direct_requirement_is_constrained():
    constrained = {
        _normal(line.partition("==")[0])
        for line in (ROOT / "constraints.txt").read_text().splitlines()
    }
    extras = PROJECT["optional-dependencies"].values()
    requirements = [*PROJECT["dependencies"], *(each for extra in extras for each in extra)]
    names = {_normal(re.match(r"[\w.-]+", requirement).group()) for requirement in requirements}
    assert set() == names - constrained


def _normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def test_torch_and_torchvision_are_pinned_together_and_left_out_without_the_extra():
    extra = PROJECT["optional-dependencies"]["train"]
    assert ["torch==2.14.*", "torchvision==0.29.*"] == extra
    assert [] == [line for line in PROJECT["dependencies"] if line.startswith(("torch", "captum"))]


def test_make_installs_every_extra_and_the_image_what_it_is_told():
    extras = ",".join(PROJECT["optional-dependencies"])
    assert f'--editable ".[{extras}]" ' in (ROOT / "Makefile").read_text()
    image = (ROOT / "Dockerfile").read_text()
    assert "ARG TRAIN=true\n" in image
    assert 'pip install --editable ".[train]" ' in image
    assert re.search(r'if \[ "\$TRAIN" = false \]; then \\\n +pip install --editable \. ', image)


def test_the_sentence_of_the_light_installation_names_an_extra_that_is_there():
    (extra,) = re.findall(r"\[(\w+)\]", INSTALL_TRAINING)
    assert extra in PROJECT["optional-dependencies"]


def test_both_themes_set_the_same_options():
    light, dark = THEME["light"], THEME["dark"]
    assert light.keys() == dark.keys()
    assert light["sidebar"].keys() == dark["sidebar"].keys()


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("scale", ["Categorical", "Sequential", "Diverging"])
def test_every_chart_scale_has_ten_distinct_colours(theme, scale):
    colours = THEME[theme][f"chart{scale}Colors"]
    assert 10 == len(set(colours))
    assert all(re.fullmatch("#[0-9A-F]{6}", colour) for colour in colours)


def test_the_first_start_on_a_machine_asks_for_nothing():
    given = tomllib.loads((ROOT / ".streamlit" / "config.toml").read_text())
    assert given["server"]["showEmailPrompt"] is False


def test_streamlit_knows_every_option_of_the_configuration():
    from streamlit import config

    known = set(config.get_config_options())
    given = tomllib.loads((ROOT / ".streamlit" / "config.toml").read_text())
    assert set() == _flat(given) - known


def test_an_unknown_option_would_be_found():
    assert {"theme.light.primaryColour"} == _flat({"theme": {"light": {"primaryColour": "#000"}}})


def _flat(table: dict, prefix: str = "") -> set[str]:
    names = set()
    for name, value in table.items():
        names |= _flat(value, f"{prefix}{name}.") if isinstance(value, dict) else {prefix + name}
    return names


@pytest.fixture
def skipping(pytester):
    """A session of its own with this project's conftest: one test passes, one is skipped."""
    pytester.makeconftest((ROOT / "tests" / "conftest.py").read_text())
    pytester.makepyfile(
        """
        import pytest

        def test_passes():
            pass

        @pytest.mark.xfail(strict=True)
        def test_fails_as_expected():
            assert False

        def test_is_skipped():
            pytest.skip("no accelerator")
        """
    )
    return pytester


def test_a_skip_without_leave_fails_the_session_where_all_checks_run(skipping, monkeypatch):
    monkeypatch.setenv("CI", "true")
    result = skipping.runpytest_subprocess()
    assert pytest.ExitCode.TESTS_FAILED == result.ret
    result.stdout.fnmatch_lines(["*test_is_skipped: no accelerator"])
    result.stdout.no_fnmatch_line("*test_fails_as_expected*: *")


def test_a_skip_is_fine_elsewhere(skipping, monkeypatch):
    monkeypatch.delenv("CI", raising=False)
    assert pytest.ExitCode.OK == skipping.runpytest_subprocess().ret


def test_a_skip_with_leave_is_fine_everywhere(skipping, monkeypatch):
    monkeypatch.setenv("CI", "true")
    with (skipping.path / "conftest.py").open("a") as conftest:
        conftest.write("\nALLOWED_SKIPS = ('no acc',)")
    assert pytest.ExitCode.OK == skipping.runpytest_subprocess().ret
