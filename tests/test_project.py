"""Does the project keep its promises about itself: documentation, themes, packaging, skips?"""

import re
import tomllib
from itertools import pairwise
from pathlib import Path

import pytest
from typer.main import get_command

import core
from core.catalog import DROPOUT_POSITIONS, HEADS, POOLINGS, Page
from core.claims import CLAIMS
from core.cli.app import app
from core.settings import INSTALL_TRAINING
from core.words import NUMBER_WORDS, number_word
from tests.test_import_rules import ARROWS, IN_WORKERS

ROOT = Path(__file__).parent.parent
README = ROOT / "README.md"
CONTRIBUTING = (ROOT / "CONTRIBUTING.md").read_text()
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


def test_readme_counts_the_strategies():
    assert f"all {len(POOLINGS)} strategies" in " ".join(README.read_text().split())


@pytest.mark.parametrize("name", ["README.md", "assets/talk.toml"])
def test_what_counts_the_claims_is_right(name):
    text = " ".join((ROOT / name).read_text().split()).lower()
    counted = rf"\b({'|'.join(NUMBER_WORDS[2:])}|\d+) (?:claims|sentences that everybody)\b"
    assert {number_word(len(CLAIMS))} == set(re.findall(counted, text))


def paths_in(text: str) -> list[str]:
    """Paths of files and folders in code marks; one with NAME in it is none."""
    marked = re.findall(r"`([^`\s]+)`", re.sub(r"```.*?```", "", text, flags=re.DOTALL))
    kinds = r"(?:/|\.(?:py|js|mjs|css|toml|md|db|png|txt|yaml))$"
    roots = ("core/", "pages/", "tests/", "assets/")
    named = (word for word in marked if word.startswith(roots) or re.search(kinds, word))
    return [word for word in named if "NAME" not in word]


def missing(paths: list[str]) -> list[str]:
    """Those that do not exist; one may be given by its last parts alone."""
    return [path for path in paths if not any(_places(path.rstrip("/")))]


def _places(path: str) -> list[Path]:
    here = list(ROOT.glob(path))
    if path.startswith(("core/", "pages/", "tests/", "assets/")):
        return here
    parts = ("core", "pages", "tests", "assets")
    return [*here, *(place for part in parts for place in (ROOT / part).rglob(path))]


def test_every_path_in_contributing_is_there():
    paths = paths_in(CONTRIBUTING)
    assert {"app.py", "core/catalog/names.py", "rescue.py", "pages/*.py"} <= set(paths)
    assert [] == missing(paths)


def test_a_path_that_is_gone_would_be_found():
    text = "Open `core/gone.py`, `gone.py`, `core/store/gone/`, `core/words.py` and `store.py`."
    assert ["core/gone.py", "gone.py", "core/store/gone/", "store.py"] == missing(paths_in(text))


def test_contributing_leads_from_its_table_to_its_sections():
    """In the order of the table, but for what is about times."""
    led = re.findall(r"^\|.*\| see \*(.+?)\* \|$", CONTRIBUTING, flags=re.MULTILINE)
    part = CONTRIBUTING.partition("## How to change it")[2].partition("\n## ")[0]
    sections = re.findall(r"^### (.+)$", part, flags=re.MULTILINE)
    assert [*sections, "Of a rerun"] == led
    assert "\n### Of a rerun\n" in CONTRIBUTING


@pytest.mark.parametrize("path", [ROOT / "tests" / "test_gallery.py", ROOT / "CONTRIBUTING.md"])
def test_headings_that_are_cited_are_there(path):
    headings = set(re.findall(r"^#+ (.+)$", CONTRIBUTING, flags=re.MULTILINE))
    cited = re.findall(r"(?:see|CONTRIBUTING.md`,) \*([^*]+)\*", path.read_text())
    assert cited
    assert [] == [heading for heading in cited if heading not in headings]


def test_the_arrows_of_contributing_are_those_of_the_rules():
    drawn = re.search(r"^```\n(catalog -> .+?)^```", CONTRIBUTING, flags=re.MULTILINE | re.DOTALL)
    chains = [
        [re.findall(r"\w+", step.replace("(workers of)", "")) for step in chain.split("->")]
        for line in drawn.group(1).splitlines()
        if "everything" not in line and "leaves" not in line
        for chain in re.split(r" {3,}", line)
    ]
    steps = [step for chain in chains for step in pairwise(chain)]
    arrows = {(low, high) for lows, highs in steps for low in lows for high in highs}
    allowed = {
        (low, high) for to in (ARROWS, IN_WORKERS) for high, lows in to.items() for low in lows
    }
    assert set() == arrows - allowed
    assert set(ARROWS) == {room for arrow in arrows for room in arrow}


FULLY_TOLD = (
    *("catalog", "config", "network", "pictures", "data", "store", "engine", "comparison"),
    *("claims", "sentences", "hosting", "hosting/server"),
)
"""rooms of core whose modules are all named in their row; others have a file for each figure,
command or computation"""


@pytest.mark.parametrize("folder", [*(f"core/{room}" for room in FULLY_TOLD), "pages/shared"])
def test_the_row_of_a_room_names_its_modules(folder):
    (row,) = re.findall(rf"^\| `{folder}/` \|(.+)$", CONTRIBUTING, flags=re.MULTILINE)
    told = {re.sub(r"/$|\.\w+$", "", name) for name in re.findall(r"`([\w./]+)`", row)}
    modules = {
        path.stem
        for path in (ROOT / folder).iterdir()
        if path.stem != "__init__" and path.suffix == ".py"
    }
    assert set() == modules - told


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
