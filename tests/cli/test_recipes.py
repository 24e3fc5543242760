"""Does `recipes` count what is stored, for a grid of one's own and for the bundled one?"""

import json

import pytest

from core.cli import main
from core.store import RunStore
from tests.comparison.test_recipes import made_up

GRID = """
dataset = "digits"
pooling = ["max", "average"]
lr = [0.05, 0.1, 0.2]
epochs = [10, 20]
norm = ["none", "batch"]
seed = [0, 1, 2, 3, 4]
"""


@pytest.fixture
def grid(home, monkeypatch, tmp_path):
    monkeypatch.setenv("POOLSCOPE_GALLERY", str(tmp_path / "gallery.db"))
    store = RunStore(home / "runs.db")
    results = made_up(lambda flat: 0.03 if flat["norm"] == "none" else 0.0)
    gone = results.comparison.arms[0].seeded(0).key
    for key, run in results.runs.items():
        if key != gone:
            # predictions and accuracy would not agree
            store.put(run)
    file = tmp_path / "grid.toml"
    file.write_text(GRID)
    return str(file)


def test_recipes_of_a_grid_are_listed_and_counted(grid, capsys):
    assert 0 == main(["recipes", "max", "average", "--grid", grid, "--chance", "seeds"])
    said = capsys.readouterr()
    assert 12 == said.out.count("no norm, ") + said.out.count("batch norm, ")
    assert "norm explains" in said.out
    assert "In 6 of 12 recipes max is ahead of average" in said.err
    assert "What decides most: norm" in said.err
    assert "1 of 120 runs missing" in said.err


def test_the_document_has_each_recipe_and_what_explains(grid, capsys):
    arguments = ["recipes", "max", "average", "--grid", grid, "--chance", "seeds", "--json"]
    assert 0 == main(arguments)
    content = json.loads(capsys.readouterr().out)
    assert 12 == len(content["recipes"]) == sum(content["counts"].values())
    assert ("norm", 6) == (content["decides"], content["counts"]["higher"])
    assert {"setting", "share", "p_value"} == content["splits"][0].keys()


@pytest.mark.usefixtures("grid")
def test_without_runs_it_says_what_trains_them(capsys):
    assert 2 == main(["recipes", "max", "none"])
    assert "4 recipes are needed in which max and none have two runs each" in (
        " ".join(capsys.readouterr().err.split())
    )


@pytest.mark.usefixtures("grid")
@pytest.mark.parametrize(
    ("flags", "said"),
    [
        (["--dataset", "fashion"], "assets/gallery/recipes/fashion.toml"),
        (["--dataset", "digits"], "assets/gallery/recipes/digits.toml"),
        (["--dataset", "shapes"], "no recipes are bundled for shapes; name one of digits and fash"),
        (["--dataset", "digits", "--grid", "own.toml"], "--dataset is for bundled recipes"),
    ],
)
def test_bundled_recipes_are_those_of_the_data_set(flags, said, capsys):
    assert 2 == main(["recipes", "max", "none", *flags])
    assert said in " ".join(capsys.readouterr().err.split())


@pytest.mark.usefixtures("grid")
@pytest.mark.parametrize("name", ["digits", "fashion"])
def test_the_data_set_of_the_dashboard_is_the_default(monkeypatch, name, capsys):
    monkeypatch.setenv("POOLSCOPE_DATASET", name)
    assert 2 == main(["recipes", "max", "none"])
    assert f"recipes/{name}.toml" in " ".join(capsys.readouterr().err.split())
