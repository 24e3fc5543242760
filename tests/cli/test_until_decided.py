"""Does `sweep --until-decided` stop where comparisons are decided, and say what is open?"""

import json

import pytest

from core.cli import main
from core.store import RunStore
from tests.comparison.fabricated import fabricated


@pytest.fixture
def grid(tmp_path):
    path = tmp_path / "grid.toml"
    path.write_text('dataset = "digits"\npooling = ["max", "average", "min"]\nhead = "gap"\n')
    return path


@pytest.fixture
def store(home, monkeypatch, tmp_path):
    monkeypatch.setenv("POOLSCOPE_GALLERY", str(tmp_path / "gallery.db"))
    return RunStore(home / "runs.db")


def keep(store, rates, seeds):
    for run in fabricated(rates, seeds).runs.values():
        store.put(run)


def test_nothing_more_is_trained_once_all_is_decided(store, grid, capsys):
    keep(store, {"max": 0.9, "average": 0.6, "min": 0.5}, 5)
    assert 0 == main(["sweep", str(grid), "--until-decided", "--chance", "seeds", "--json"])
    said = capsys.readouterr()
    answer = json.loads(said.out)
    assert (15, 120, 0) == (answer["runs"], answer["at_most"], answer["open"])
    assert [("lower", 5)] * 2 == [(c["outcome"], c["seeds"]) for c in answer["comparisons"]]
    assert "15 to 120 runs" in said.err
    assert "alike within ±0.5 points" in said.err


def test_what_is_open_at_the_last_look_is_said(store, grid, capsys):
    keep(store, {"max": 0.9, "average": 0.6, "min": 0.8999}, 40)
    assert 0 == main(["sweep", str(grid), "--until-decided", "--chance", "seeds", "--json"])
    answer = json.loads(capsys.readouterr().out)
    outcomes = {each["network"]: each["outcome"] for each in answer["comparisons"]}
    assert "lower" == outcomes["average gap"]
    assert answer["open"] == list(outcomes.values()).count("open")


@pytest.mark.parametrize(
    ("text", "flags", "complaint"),
    [
        ('pooling = ["max"]', ["--until-decided"], "two networks or more"),
        (
            'dataset = ["digits", "shapes"]\npooling = ["max", "min"]',
            ["--until-decided"],
            "one data set",
        ),
        ('pooling = ["max", "min"]', ["--smallest", "1"], "are for --until-decided"),
    ],
)
def test_what_cannot_be_decided_is_refused(store, tmp_path, capsys, text, flags, complaint):
    path = tmp_path / "bad.toml"
    path.write_text(text)
    assert 2 == main(["sweep", str(path), *flags])
    assert complaint in capsys.readouterr().err
