"""Sharing: grid files that ask for the same runs, self-contained reports, talks."""

import re
from functools import partial
from html import unescape

import pytest

from core.analyses import ShiftMapRequest
from core.analyses.shift_map import ShiftSettings
from core.catalog import PAGES, Page
from core.claims import CLAIMS, TIMED, judge
from core.comparison import Comparison, Results
from core.comparison.grids import as_toml, read_grid
from core.config import Experiment
from core.config.talk import read_talk
from core.engine import stored
from core.errors import ConfigError
from core.figures.report import LEFT_OUT, report, results_of
from core.sentences.claims import verdict_sentence, verdict_word
from core.settings import PROJECT
from core.words import percent, significant
from tests.bundled import bundled
from tests.store.store_samples import a_run

# grid files


@pytest.mark.parametrize(
    "flats",
    [
        [{}],
        [{"pooling": "max"}, {"pooling": "strided", "head": "flatten"}],
        [{"dropout": "none"}, {"dropout": "head", "dropout_rate": 0.5}],
        [{"dataset": "shapes", "image_size": 16, "train_size": 100, "widths": "4,8,16"}],
        [{"lr": 0.037, "epochs": 3, "weight_decay": 0.0}],
    ],
)
def test_a_grid_file_asks_for_the_experiments_of_its_comparison(tmp_path, flats):
    comparison = Comparison.of([Experiment.from_flat(flat) for flat in flats], range(3))
    path = tmp_path / "grid.toml"
    path.write_text(as_toml(comparison))
    assert {e.key for e in comparison.experiments} == {e.key for e in read_grid(path)}


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ('pooling = "max"\n[[grids]]\nseed = 1\n', "belongs in one of the"),
        ("grids = 3\n", "are tables"),
        ("[grids]\nseed = 1\n", "are tables"),
        ('[[grids]]\npooling = "banana"\n', "banana"),
    ],
)
def test_several_grids_that_are_written_wrongly_are_refused(tmp_path, content, said):
    path = tmp_path / "grid.toml"
    path.write_text(content)
    with pytest.raises(ConfigError, match=said):
        read_grid(path)


# the report


def results(**more):
    arms = [Experiment.from_flat({"pooling": name, **more}) for name in ("max", "average")]
    comparison = Comparison.of(arms, range(3))
    runs = [
        a_run(e.seed, **{k: v for k, v in e.to_flat().items() if k != "seed"})
        for e in comparison.experiments
    ]
    return Results(comparison, {run.key: run for run in runs})


def test_a_report_stands_alone():
    text = report(results())
    outside_of_plotly = re.sub(r"<script.*?</script>", "", text, flags=re.DOTALL)
    assert not re.search(r"""(src|href)\s*=\s*["']?(https?:)?//""", outside_of_plotly)
    assert "<h1>With a GAP head, " in text
    assert "[[grids]]" in text
    assert "6 of 6 runs" in text
    assert "torch 2.14.0" in text
    assert '"showSendToCloud": false' in text
    assert text.count("role=img") >= 4


def test_a_report_says_what_is_missing_and_escapes_what_it_quotes():
    whole = results()
    part = Results(whole.comparison, dict(list(whole.runs.items())[:2]))
    assert "2 of 6 runs" in report(part)
    empty = report(Results(whole.comparison, {}))
    assert "This comparison has not been trained yet." in empty


def test_a_report_has_claims_and_shifts_and_says_what_it_leaves_out():
    store = bundled()
    arms = [
        Experiment.from_flat({"dataset": "digits", "pooling": name, "head": "gap"})
        for name in ("max", "none")
    ]
    comparison = Comparison.of(arms, (0,))
    both = Results(comparison, store.runs([each.key for each in comparison.experiments]))
    claims = judge(CLAIMS.values(), store, TIMED)
    text = unescape(report(both, claims, partial(stored, store)))
    for result in claims:
        word = verdict_word(result.verdict)
        assert f"<b>{word}</b>: {result.claim.text}<br>" in text
        assert verdict_sentence(result) in text
    # what is measured with these strategies is not folded
    first, _, folded = text.partition("<summary>Other claims: ")
    assert CLAIMS["pooling-gives-invariance"].text in first
    assert CLAIMS["pooling-gives-invariance"].text not in folded
    assert CLAIMS["flatten-explodes"].text in folded
    settings = ShiftSettings.of((1, 8, 8), circular=False)
    for arm in comparison.arms:
        steadiness = stored(store, ShiftMapRequest(arm.seeded(0), settings))
        assert f" {percent(1 - steadiness.one_pixel())} %" in text
        # the mean is of the shifts that are shown, and not of all that are stored
        assert f"<td>{significant(100 * steadiness.within(2).mean_same(), 3)}</td>" in text
        assert f"<td>{significant(100 * steadiness.mean_same(), 3)}</td>" not in text
    assert "Shifts of up to 2 px each way" in text
    assert "What is not in this report" in text
    for page in (Page.FEATURES, Page.BY_HAND, Page.COST, Page.ACCURACY, Page.CLAIMS):
        assert f"({PAGES[page].title})" in LEFT_OUT


def test_a_report_without_claims_and_maps_says_so():
    text = report(results())
    assert "No claims were judged for this report." in text
    assert "No shift maps of these networks are computed." in text


def test_runs_become_their_comparison():
    whole = results()
    again = results_of(whole.runs.values())
    assert set(whole.comparison.experiments) == set(again.comparison.experiments)
    assert 0 == len(again.missing)


# talks


def test_the_talk_that_ships_takes_about_twenty_minutes():
    talk = read_talk(PROJECT / "assets" / "talk.toml")
    assert 18 <= talk.minutes <= 24
    assert len(talk.scenes) >= 10


SCENE = '[[scenes]]\nheading = "a"\nsentence = "b"\npage = "home"\n'


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("", "title"),
        ('title = "t"\nscenes = []\n', "scenes"),
        (f'title = "t"\n{SCENE}colour = 3\n', "colour"),
        ('title = "t"\n' + SCENE.replace("home", "nowhere"), "allowed: home, accuracy"),
        (f'title = "t"\n{SCENE}minutes = -1\n', "minutes"),
        ("title = ", "not valid TOML"),
    ],
)
def test_a_talk_that_is_written_wrongly_is_refused_in_a_sentence(tmp_path, content, said):
    path = tmp_path / "talk.toml"
    path.write_text(content)
    with pytest.raises(ConfigError, match=said):
        read_talk(path)


def test_a_talk_that_is_not_there_is_named(tmp_path):
    with pytest.raises(ConfigError, match=r"talk\.toml cannot be read"):
        read_talk(tmp_path / "talk.toml")
