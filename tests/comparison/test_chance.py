"""Are networks that have not learned named, by a fixed rule, before anything is compared?"""

import json
from dataclasses import replace
from math import comb

import numpy as np
import pytest
from PIL import Image

from core import figures, settings
from core.catalog import DATASETS, Dataset
from core.claims import CLAIMS, TIMED, Unit, compared, judge
from core.cli import main
from core.comparison import Arm, Comparison, Results
from core.comparison.chance import (
    CHANCE_LEVEL,
    OUTLIER_FENCE,
    cautions,
    chance,
    fence,
    is_chance,
    unlearned,
)
from core.config import DataConfig, Experiment
from core.data import load
from core.figures import Look, Measure
from core.figures.report import report
from core.pictures import folder as folders
from core.pictures import with_folder
from core.sentences import claims as said
from core.sentences.headlines import accuracy_headline, home_headline, plain
from tests import bundled as bundle
from tests.pictures.folder_samples import folder_data
from tests.store.store_samples import a_run


@pytest.fixture(scope="module")
def gallery():
    return bundle.bundled()


def bundled(gallery, *poolings, heads=("gap",), seeds=10, **flat):
    compared = Comparison.of(
        [
            Experiment.from_flat({"pooling": pooling, "head": head, **flat})
            for head in heads
            for pooling in poolings
        ],
        range(seeds),
    )
    return Results(compared, gallery.runs(each.key for each in compared.experiments))


def made(accuracies, **flat):
    """Results in which the arms (pooling -> accuracies in percent) came out so."""
    compared = Comparison.of(
        [Experiment.from_flat({"pooling": pooling, **flat}) for pooling in accuracies],
        range(max(map(len, accuracies.values()))),
    )
    runs = [
        replace(a_run(), experiment=arm.seeded(seed), test_accuracy=value / 100)
        for arm in compared.arms
        for seed, value in enumerate(accuracies[str(arm.pooling)])
    ]
    return Results(compared, {run.key: run for run in runs})


# the rule


@pytest.mark.parametrize("name", [Dataset.DIGITS, Dataset.SHAPES, Dataset.MNIST])
def test_the_most_frequent_class_of_the_test_images_is_counted(name):
    if name is Dataset.MNIST and not (settings.load().data / "MNIST" / "raw").is_dir():
        pytest.skip("MNIST is not under POOLSCOPE_DATA")
    labels = load(DataConfig(dataset=name)).test.labels
    assert int(np.bincount(labels).max()) == DATASETS[name].commonest


def test_every_data_set_has_a_most_frequent_class():
    for entry in DATASETS.values():
        assert entry.splits.test / len(entry.classes) <= entry.commonest < entry.splits.test / 4


def test_chance_on_the_digits_is_31_of_300():
    assert pytest.approx(31 / 300) == chance(DataConfig())
    assert pytest.approx(0.1) == chance(DataConfig(dataset="shapes", image_size=16))


@pytest.mark.parametrize(("images", "share"), [(18, 1 / 3), (300, 31 / 300), (40, 0.7)])
def test_at_chance_is_what_the_exact_binomial_test_does_not_tell_from_guessing(images, share):
    for right in range(images + 1):
        tail = sum(
            comb(images, k) * share**k * (1 - share) ** (images - k)
            for k in range(right, images + 1)
        )
        assert (tail > CHANCE_LEVEL) is is_chance(right / images, images, share)


def test_one_in_twenty_networks_that_guess_passes_at_the_most():
    random = np.random.default_rng(0)
    right = random.binomial(300, 0.1, 20_000)
    passed = np.mean([not is_chance(k / 300, 300, 0.1) for k in right.tolist()])
    assert 0 < passed <= 0.05


def test_a_network_that_always_names_the_most_frequent_class_is_at_chance():
    # of 40 images, 28 in one class: 70 % right, and nothing learned
    assert is_chance(28 / 40, 40, 28 / 40)
    assert not is_chance(28 / 40, 40, 1 / 2)


def test_collapsed_is_four_interquartile_ranges_below_the_median():
    values = [0.155, 0.754, 0.857, 0.860, 0.869, 0.871, 0.875, 0.883, 0.884, 0.885]
    low, median, high = np.quantile(values, (0.25, 0.5, 0.75))
    assert pytest.approx(median - 4 * (high - low)) == fence(values, 3000)
    assert 4.0 == OUTLIER_FENCE
    arm = Arm(Experiment.from_flat({"dataset": "shapes"}))
    found = unlearned(arm, dict(enumerate(values)))
    assert {0: 0.155, 1: 0.754} == found.collapsed
    assert {} == found.at_chance


def test_a_few_images_are_no_collapse_where_the_seeds_agree():
    # the range of the seeds is zero, that of counting 300 images is not
    values = dict(enumerate([0.977, 0.98, 0.98, 0.98, 0.983]))
    assert unlearned(Arm(Experiment()), values) is None
    assert {0: 0.8} == unlearned(Arm(Experiment()), {**values, 0: 0.8}).collapsed


def test_without_runs_nothing_has_failed():
    assert unlearned(Arm(Experiment()), {}) is None


# folders


def images(folder, count):
    folder.mkdir(parents=True, exist_ok=True)
    random = np.random.default_rng(count)
    for number in range(count):
        pixels = random.integers(0, 255, (8, 8, 3), dtype=np.uint8)
        Image.fromarray(pixels).save(folder / f"{number}.png")


@pytest.fixture
def unbalanced(tmp_path, home):
    """Three classes, of which one has more than half of the images."""
    root = tmp_path / "animals"
    for name, count in (("ants", 10), ("bees", 50), ("cows", 25)):
        images(root / name, count)
    return root


def test_of_a_folder_the_classes_of_its_test_part_are_counted(unbalanced):
    data = folder_data(unbalanced)
    labels = load(data).test.labels
    assert int(np.bincount(labels).max()) / len(labels) == chance(data)
    assert chance(data) > 0.5


def test_a_test_part_of_its_own_is_counted(unbalanced, tmp_path):
    root = tmp_path / "parted"
    root.mkdir()
    unbalanced.rename(root / "train")
    images(root / "test" / "ants", 9)
    images(root / "test" / "cows", 3)
    assert 0.75 == chance(folder_data(root))


def test_of_a_folder_that_is_gone_chance_stays_what_was_counted(unbalanced):
    data = folder_data(unbalanced)
    counted = chance(data)
    unbalanced.rename(unbalanced.with_name("elsewhere"))
    folders._look.cache_clear()
    assert counted == chance(data)


def test_of_a_folder_that_nobody_counted_chance_is_one_in_the_number_of_classes(unbalanced):
    data = folder_data(unbalanced)
    older = data.folder.model_copy(update={"commonest": None})
    assert pytest.approx(1 / 3) == chance(data.model_copy(update={"folder": older}))


def test_three_classes_at_17_to_39_percent_are_said_to_be_guessing(unbalanced):
    flat = with_folder({"dataset": f"folder:{unbalanced}", "head": "gap"})
    found = made({"max": (17, 39, 33), "strided": (28, 33, 22)}, **flat)
    share = f"{100 * chance(folder_data(unbalanced)):.1f}"
    expected = f"No network is better than guessing ({share} %): train longer."
    assert expected == plain(accuracy_headline(found))
    assert expected == plain(home_headline(found))


# wherever a comparison is made


def test_the_run_of_conv_max_that_learned_nothing_is_named_first(gallery):
    found = bundled(gallery, "max", "conv-max")
    first = "1 of 10 runs of conv-max is at chance (10.3 %; guessing gives 10.3 %). "
    assert plain(accuracy_headline(found)).startswith(first)
    assert plain(home_headline(found)).startswith(first)
    # and the comparison follows
    assert plain(accuracy_headline(found)).endswith("cannot tell max from conv-max.")
    assert f"<h1>{first}" in report(found)


def test_among_two_heads_the_head_is_named(gallery):
    found = bundled(gallery, "max", "conv-max", heads=("gap", "flatten"))
    assert [
        "1 of 10 runs of conv-max with a GAP head is at chance (10.3 %; guessing gives 10.3 %)."
    ] == [plain(each) for each in cautions(found)]


def test_many_networks_are_counted_in_the_headline_and_listed_below():
    found = made({"max": (97, 98, 10), "average": (97, 96, 11), "none": (90, 90, 90, 91, 20)})
    assert plain(accuracy_headline(found)).startswith(
        "Runs of three networks stand out: 2 at chance and 1 far below their other seeds. "
    )
    assert [
        "1 of 3 runs of max is at chance (10.0 %; guessing gives 10.3 %).",
        "1 of 3 runs of average is at chance (11.0 %; guessing gives 10.3 %).",
        "1 of 5 runs of none is far below the others (20.0 %; the median of its seeds is 90.0 %).",
    ] == [plain(each) for each in cautions(found)]


def test_a_network_that_never_learned_is_named_beside_one_that_did():
    found = made({"max": (97, 98, 98), "lip": (10, 11, 9)})
    assert plain(accuracy_headline(found)).startswith(
        "All three runs of LIP are at chance (9.0 to 11.0 %; guessing gives 10.3 %). With a GAP"
    )


def test_where_all_have_learned_nothing_is_said(gallery):
    found = bundled(gallery, "max", "average", "none", heads=("gap", "flatten"))
    assert () == cautions(found)
    assert plain(accuracy_headline(found)).startswith("With a GAP head, max is ahead")


def test_every_part_of_a_claim_names_the_runs_that_have_not_learned(gallery):
    named = 0
    for result in judge(CLAIMS.values(), gallery, TIMED):
        for judged in compared((*result.parts, *result.extras)):
            if judged.part.metric.is_timed:
                continue
            failed = []
            for experiment in judged.chosen:
                arm = Arm(experiment)
                runs = gallery.runs(arm.seeded(seed).key for seed in range(10))
                accuracies = {r.experiment.seed: r.test_accuracy for r in runs.values()}
                known = {s: a for s, a in accuracies.items() if a is not None}
                failed += [unlearned(arm, known)] if unlearned(arm, known) else []
            ways = sum(bool(each.at_chance) + bool(each.collapsed) for each in failed)
            assert ways == len(said.cautions(judged)), judged.part.says
            named += ways
        parts = sum(bool(judged.unlearned) for judged in compared(result.parts))
        assert bool(parts) is bool(said.caution(result))
    # no empty walk
    assert named > 10


def test_the_command_line_names_them_before_the_verdict(capsys, home, monkeypatch):
    monkeypatch.delenv("POOLSCOPE_GALLERY", raising=False)

    def said(*arguments):
        assert 0 == main(["claims", *arguments])
        return capsys.readouterr().out

    part = "1 of 10 runs of none (Flatten, shapes) is far below the others (70.3 %;"
    full = said("--id", "pooling-raises-accuracy")
    assert full.index("In 4 of 12 parts some runs") < full.index("Yes in six of twelve parts")
    assert full.index(part) < full.index("+13.6 points [+10.4, +16.7]")
    every = said()
    assert every.index("In 4 of 12 parts some runs") < every.index("Yes in six of twelve parts")
    (claim,) = json.loads(said("--id", "pooling-raises-accuracy", "--json"))
    assert 4 == sum(bool(part["not_learned"]) for part in claim["parts"])


# figures


def arrows(figure):
    return [trace for trace in figure.data if trace.name == "beyond the axis"]


def test_seeds_that_have_not_learned_do_not_squeeze_the_other_differences(gallery):
    rows = ("max", "average", "conv", "strided", "soft")
    facet = bundled(gallery, *rows).comparison.facets[0]
    plainly = figures.paired_differences(bundled(gallery, *rows), facet, facet.arms[0].pooling)
    found = bundled(gallery, *rows, "conv-max")
    facet = found.comparison.facets[0]
    chart = figures.paired_differences(found, facet, facet.arms[0].pooling)
    figure = chart.draw(Look())
    low, high = figure.layout.xaxis.range
    # what is left of conv-max is its mean of −18.8
    assert -22 < low < 0
    assert low <= plainly.draw(Look()).data[1].x[0] <= high
    (beyond,) = arrows(figure)
    assert "triangle-left" in beyond.marker.symbol
    assert "seed 9: −87.0 points<extra></extra>" in beyond.hovertemplate
    assert "Arrows" in chart.caption
    assert "Arrows" not in plainly.caption


def test_an_interval_of_seeds_that_have_not_learned_ends_in_an_arrow_among_accuracies():
    found = made({"max": (97, 98, 98), "average": (95, 96, 96), "conv": (97, 98, 10)})
    figure = figures.accuracy_by_head(found).draw(Look())
    low, high = figure.layout.xaxis.range
    assert low > 50
    (beyond,) = arrows(figure)
    assert ("triangle-left",) == beyond.marker.symbol
    assert (low,) == beyond.x
    assert low < 100 * (97 + 98 + 10) / 300 < high


def test_an_interval_of_seeds_that_have_not_learned_ends_in_an_arrow_against_costs():
    found = made({"max": (97, 98, 98), "average": (95, 96, 96), "conv": (97, 98, 10)})
    figure = figures.tradeoff(found, Measure.MACS).draw(Look())
    low, _ = figure.layout.yaxis.range
    assert low > 50
    (beyond,) = arrows(figure)
    assert "triangle-down" in beyond.marker.symbol
    assert low in beyond.y
    assert "Arrows" in figures.tradeoff(found, Measure.MACS).caption


def test_an_interval_of_seeds_that_have_not_learned_ends_in_an_arrow_among_the_parts(gallery):
    (result,) = judge([CLAIMS["pooling-raises-accuracy"]], gallery, TIMED)
    chart = figures.effects(compared(result.parts), Unit.POINTS)
    assert "Arrows: the bar continues." in chart.caption
    figure = chart.draw(figures.Look())
    widest = next(
        j
        for j in compared(result.parts)
        if "Max is ahead of none, Flatten head, shapes" in j.part.says
    )
    low, high = figure.layout.xaxis.range
    assert 100 * widest.difference.low < low < 100 * widest.difference.mean < high
    (beyond,) = arrows(figure)
    assert "triangle-left" in beyond.marker.symbol
