"""Does Claims say what the verdicts are, and lead to what it names?"""

import json
from urllib.parse import parse_qs, urlsplit

import pytest

from core.claims import CLAIMS
from core.words import capitalised, number_word
from tests.pages.dashboard import (
    ACCURACY,
    CLAIMS_PAGE,
    COST,
    FEATURES,
    HOME,
    SHIFT,
    alts,
    figures,
    keys,
    links,
    messages,
    missing,
    opened,
    text,
    title,
    without_marks,
)


@pytest.mark.usefixtures("whole_gallery")
def test_a_claim_is_opened_from_its_tile_and_left_again():
    app = opened(CLAIMS_PAGE)
    assert len(CLAIMS) == sum(key.startswith("open ") for key in keys(app))
    app.button(key="open gradient-routing").click().run()
    assert "gradient-routing" in app.query_params["claim"]
    assert title(app).startswith("“Average pooling passes")
    next(button for button in app.button if button.label == "All claims").click().run()
    assert "claims about pooling" in title(app)


@pytest.mark.usefixtures("whole_gallery")
def test_every_claim_opens_and_leads_to_the_next():
    app = opened(CLAIMS_PAGE, claim=next(iter(CLAIMS)))
    for claim in CLAIMS.values():
        assert [] == messages(app), claim.id
        assert claim.test in text(app)
        assert claim.expected in text(app)
        next(button for button in app.button if button.label == "Next").click().run()
    assert next(iter(CLAIMS.values())).test in text(app)


@pytest.mark.usefixtures("whole_gallery")
def test_a_link_of_a_claim_says_what_is_different_and_leads_to_it():
    app = opened(CLAIMS_PAGE, claim="pooling-raises-accuracy")
    app.selectbox(key="arms").set_value("average against none, GAP, digits").run()
    ((label, address),) = links(app)
    assert "A similar comparison on Accuracy" == label
    assert "One learning rate for all (0.1); the claim chose the best of three" in text(app)
    there = opened(ACCURACY, **parse_qs(urlsplit(address).query, keep_blank_values=True))
    assert [] == messages(there)
    assert 0 == missing(there)
    assert "none is behind average by 1.2 points." in without_marks(title(there))


@pytest.mark.usefixtures("whole_gallery")
def test_a_link_to_the_same_numbers_leads_to_them():
    app = opened(CLAIMS_PAGE, claim="which-pool-is-best")
    app.selectbox(key="arms").set_value("max against average, digits, light on dark").run()
    ((label, address),) = links(app)
    assert "The same on Accuracy" == label
    there = opened(ACCURACY, **parse_qs(urlsplit(address).query, keep_blank_values=True))
    assert 0 == missing(there)
    # of the claim: +2.4 points
    assert "average is behind max by 2.4 points." in without_marks(title(there))


@pytest.mark.usefixtures("whole_gallery")
def test_a_comparison_whose_runs_are_missing_is_counted_and_not_linked():
    app = opened(CLAIMS_PAGE, claim="strided-conv-replaces-pooling")
    app.selectbox(key="arms").set_value("strided against max, digits").run()
    assert [] == links(app)
    assert "Accuracy has no such comparison yet, 5 of its 20 runs are missing" in text(app)


@pytest.mark.usefixtures("whole_gallery")
@pytest.mark.parametrize("page", [HOME, ACCURACY, COST, SHIFT, FEATURES])
def test_a_network_that_has_not_learned_is_named_on_every_page_that_compares(page):
    app = opened(page, pooling=["max", "conv-max"], head="gap", seeds="10")
    assert [] == messages(app)
    assert "is at chance (10.3" in text(app)


@pytest.mark.usefixtures("whole_gallery")
def test_a_claim_names_the_networks_that_have_not_learned():
    app = opened(CLAIMS_PAGE, claim="pooling-raises-accuracy")
    said = [warning.value for warning in app.main.warning]
    assert any("1 of 10 runs of none (Flatten, shapes) is far below the others" in w for w in said)
    assert "In 4 of 12 parts some runs are at chance" in text(opened(CLAIMS_PAGE))


def test_a_prediction_comes_after_the_experiment_and_before_the_reveal():
    app = opened(CLAIMS_PAGE, claim="max-keeps-edges", predict="true")
    assert "A line one pixel wide is pooled in 2 × 2 windows" in text(app)
    assert "What the papers say" not in text(app)
    (reveal,) = [button for button in app.button if button.label == "Reveal"]
    reveal.click().run()
    assert "Choose a verdict first." in text(app)
    app.segmented_control(key="guess max-keeps-edges").set_value("Holds")
    next(button for button in app.button if button.label == "Reveal").click().run()
    assert "You predicted “holds”" in text(app)
    assert f"You have predicted one of {number_word(len(CLAIMS))} claims" in text(app)
    assert "What the papers say" in text(app)


@pytest.mark.usefixtures("whole_gallery")
def test_a_guessed_size_is_laid_over_the_interval():
    app = opened(CLAIMS_PAGE, claim="pooling-raises-accuracy", predict="true")
    assert [] == figures(app)
    app.segmented_control(key="guess pooling-raises-accuracy").set_value("Depends")
    app.slider(key="size pooling-raises-accuracy").set_value(12.5)
    next(button for button in app.button if button.label == "Reveal").click().run()
    assert "Your size, +12.5 points, lies" in text(app)
    assert "Open diamond: your guess." in text(app)
    drawn = [trace for figure in map(json.loads, figures(app)) for trace in figure["data"]]
    (diamond,) = [t for t in drawn if t.get("marker", {}).get("symbol") == "diamond-tall-open"]
    assert [12.5] == diamond["x"]


@pytest.mark.usefixtures("whole_gallery")
def test_the_list_gives_no_base_rate_away_before_predictions():
    app = opened(CLAIMS_PAGE, predict="true")
    counted = capitalised(number_word(len(CLAIMS)))
    assert f"{counted} sentences about pooling: which of them hold?" == title(app)
    assert "Depends" not in text(app)


def test_an_unknown_claim_is_said_to_be_unknown():
    app = opened(CLAIMS_PAGE, claim="nonsense`")
    assert "There is no claim `nonsense" in text(app)
    assert 20 == sum(key.startswith("open ") for key in keys(app))


def test_kinds_are_filtered():
    app = opened(CLAIMS_PAGE, kind="exact")
    assert 9 == sum(key.startswith("open ") for key in keys(app))


@pytest.mark.usefixtures("no_gallery")
def test_without_any_run_a_claim_says_what_is_missing():
    app = opened(CLAIMS_PAGE, claim="pooling-can-underfit")
    assert [] == messages(app)
    assert "runs missing" in text(app)
    assert "train_missing" in keys(app)
    app = opened(CLAIMS_PAGE, claim="output-size")
    app.button(key="compute_claim").click().run(timeout=60)
    assert "Right for all 525 pairs" in text(app)


@pytest.mark.usefixtures("whole_gallery")
@pytest.mark.parametrize(
    ("claim", "said"),
    [
        ("pooling-raises-accuracy", "In 33 of 48 recipes"),
        ("which-pool-is-best", "In 24 of 48 recipes"),
        ("gap-cuts-parameters", None),
        ("max-keeps-edges", None),
    ],
)
def test_a_claim_says_in_how_many_recipes_it_holds_where_recipes_are_about_it(claim, said):
    app = opened(CLAIMS_PAGE, claim=claim)
    assert [] == messages(app)
    assert (said is not None) == ("In how many recipes does it hold?" in text(app))
    if said:
        assert said in text(app)
        assert "with one recipe for both networks, not the best of each." in text(app)


@pytest.mark.usefixtures("no_gallery")
def test_a_claim_without_any_run_says_nothing_of_recipes():
    app = opened(CLAIMS_PAGE, claim="pooling-raises-accuracy")
    assert [] == messages(app)
    assert "In how many recipes" not in text(app)


@pytest.mark.usefixtures("whole_gallery")
def test_the_claim_about_edges_shows_the_lines_once_it_is_revealed():
    claim = {"claim": "max-keeps-edges"}
    (picture,) = [alt for alt in alts(opened(CLAIMS_PAGE, **claim)) if "one pixel wide" in alt]
    assert "Of the light line, max leaves 100 % of the contrast." in picture
    assert [] == alts(opened(CLAIMS_PAGE, **claim, predict="true"))
