"""What do visitors of a hosted dashboard see, and what is hidden from them?"""

from dataclasses import replace

import pytest

from core.config import Experiment
from core.engine import Job, JobState
from tests.pages.dashboard import ACCURACY, PAGES, messages, opened, text, title


@pytest.mark.usefixtures("hosted")
@pytest.mark.parametrize("page", PAGES)
def test_a_hosted_page_opens(page):
    app = opened(page)
    assert [] == messages(app)
    assert title(app)


@pytest.mark.usefixtures("hosted")
def test_strangers_see_no_folder_of_the_server(monkeypatch):
    def looked(*_):
        raise AssertionError("somebody looked at the disk")

    for name in ("_look", "absolute"):
        monkeypatch.setattr(f"core.pictures.folder.{name}", looked)
    app = opened(ACCURACY, dataset="folder:/etc")
    assert "Left out of the link: dataset `folder:/etc`" in text(app)
    assert "folder:PATH" not in text(app)


@pytest.mark.usefixtures("whole_gallery", "hosted")
def test_strangers_are_offered_what_is_trained_here_or_bundled():
    app = opened(ACCURACY, dataset="cifar10")
    assert "Left out of the link: dataset `cifar10` (allowed: " in text(app)
    assert {"digits", "shapes", "fashion", "mnist"} == set(app.selectbox(key="dataset").options)


@pytest.mark.usefixtures("whole_gallery", "hosted")
@pytest.mark.parametrize(
    ("link", "said"),
    [
        ({"dataset": "mnist", "pooling": "soft", "seeds": "1"}, "digits, shapes and fashion only"),
        ({"epochs": "900", "seeds": "1"}, "20 epochs at most"),
        ({"seeds": "20", "widths": "4,8"}, "40 at once"),
    ],
)
def test_strangers_train_within_bounds(link, said):
    app = opened(ACCURACY, **link)
    assert app.button(key="train_missing").disabled
    assert said in text(app)


@pytest.mark.usefixtures("hosted")
def test_strangers_see_their_place_until_their_own_runs_have_begun(engine):
    others, mine = (
        tuple(Job(experiment=Experiment.from_flat({"pooling": p, "seed": s})) for s in range(2))
        for p in ("soft", "conv")
    )
    engine.listed = others + mine
    app = opened(ACCURACY, head="gap", seeds="2")
    app.session_state["asked"] = frozenset(job.key for job in mine)
    assert "2 runs before yours" in text(app.run())
    engine.listed = others[0], replace(others[1], state=JobState.RUNNING), *mine
    assert "1 run before yours" in text(app.run())
    engine.listed = others[0], replace(mine[0], state=JobState.RUNNING), mine[1]
    said = text(app.run())
    assert "before yours" not in said
    assert "yours is next" not in said


def test_a_page_is_drawn_again_when_its_own_runs_are_there_and_others_wait(engine):
    others, mine = (
        tuple(Job(experiment=Experiment.from_flat({"pooling": p, "seed": s})) for s in range(2))
        for p in ("soft", "conv")
    )
    engine.listed = others + mine
    app = opened(ACCURACY, head="gap", seeds="2")
    app.session_state["asked"] = frozenset(job.key for job in mine)
    app.run()
    assert (True, True) == app.session_state["was_training"]
    # what the fragment sees when it runs by itself, and then the page
    engine.listed = others + tuple(replace(job, state=JobState.DONE) for job in mine)
    app.run()
    assert (True, False) == app.session_state["was_training"]


@pytest.mark.usefixtures("hosted")
def test_training_can_be_switched_off(monkeypatch):
    monkeypatch.setenv("POOLSCOPE_TRAINING", "false")
    app = opened(ACCURACY, widths="4,8", seeds="1")
    assert app.button(key="train_missing").disabled
    assert "Training is switched off" in text(app)


@pytest.mark.usefixtures("hosted")
def test_strangers_read_no_details_of_an_error(home, monkeypatch):
    (home / "gallery.db").parent.mkdir(parents=True, exist_ok=True)
    (home / "gallery.db").write_text("not a gallery")
    monkeypatch.setenv("POOLSCOPE_GALLERY", str(home / "gallery.db"))
    (said,) = messages(opened(ACCURACY))
    assert str(home) not in said
    assert "try again in a moment" in said
