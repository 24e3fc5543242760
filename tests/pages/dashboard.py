"""What tests of pages share: opening a page as a visitor does, and reading it."""

import io
import json
import random
import re
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from PIL import Image
from streamlit.testing.v1 import AppTest

from core.catalog import POOLINGS, Page
from core.config import Experiment
from core.engine import Job, JobState, Permit
from core.run import Run
from core.settings import PROJECT
from core.store import RunStore
from tests.store.store_samples import a_run

PAGES_FOLDER = PROJECT / "pages"

TERM_MARK = re.compile(r"\[([^\[\]]*)\]\(#words \"([^\"]*)\"\)")
"""a term of the trade with its sentence"""


PAGES = tuple(page.file for page in Page)
HOME, ACCURACY, COST, SHIFT, BY_HAND, FEATURES, CLAIMS_PAGE, TRAIN, HISTORY = PAGES


# what is worked by hand needs no store
STORED = tuple(page for page in PAGES if page != BY_HAND)


COMPARING = (HOME, ACCURACY, COST, SHIFT, FEATURES, TRAIN)


BUNDLED = 20


SCRIPT_SECONDS = 120
"""longest time of a script, on a machine on which much else runs"""


def opened(page: str, /, **link: str | list[str]) -> AppTest:
    """The dashboard after a visitor followed a link to a page."""
    app = AppTest.from_file(PAGES_FOLDER / "main.py", default_timeout=SCRIPT_SECONDS)
    app.query_params.update(link)
    return app.run() if page == HOME else app.switch_page(page).run()


def messages(app: AppTest) -> list[str]:
    """The errors on the page; a traceback fails the test."""
    assert [] == [exception.value for exception in app.exception]
    return [error.value for error in app.error]


def title(app: AppTest) -> str:
    (found,) = app.title
    return without_terms(found.value)


def answer(app: AppTest) -> str:
    """The headline with the answer: Home says first what Poolscope is."""
    return without_terms(app.header[0].value if app.header else app.title[0].value)


def text(app: AppTest) -> str:
    """All that a visitor reads outside figures and tables."""
    kinds = (app.main.markdown, app.main.caption, app.main.info, app.main.warning, app.main.error)
    headings = [*app.title, *app.header]
    read = [*headings, *(element for kind in kinds for element in kind)]
    return without_terms("\n".join(element.value for element in read))


def without_terms(text: str) -> str:
    """Without the sentences that explain terms."""
    return TERM_MARK.sub(r"\1", text)


def figures(app: AppTest) -> list[str]:
    parts = (part.proto for part in app.get("bidi_component"))
    return [json.loads(part.json)["spec"] for part in parts if part.component_name == "plot"]


def given(app: AppTest, name: str) -> dict[str, Any]:
    """What the browser is given to compute a part of the page with."""
    parts = (part.proto for part in app.get("bidi_component"))
    (found,) = [json.loads(part.json) for part in parts if part.component_name == name]
    return found


def touched(app: AppTest) -> list[dict[str, Any]]:
    """The networks that are given to the browser to be touched."""
    parts = (part.proto for part in app.get("bidi_component"))
    given = [json.loads(part.json) for part in parts if part.component_name == "touch"]
    return [network for each in given for network in each["networks"]]


def alts(app: AppTest) -> list[str]:
    """What a screen reader says of the figures."""
    parts = (part.proto for part in app.get("bidi_component"))
    return [json.loads(part.json)["alt"] for part in parts if part.component_name == "plot"]


def keys(app: AppTest) -> set[str]:
    return {button.key for button in app.button}


def missing(app: AppTest) -> int:
    """How many runs the train button offers."""
    (label,) = [button.label for button in app.button if button.key == "train_missing"] or ["0"]
    return next(iter([int(word) for word in label.split() if word.isdecimal()]), 1)


def trained(**flat: Any) -> list[Run]:
    """Three seeds of one configuration, with plausible accuracies."""
    chance = random.Random(str(flat))  # noqa: S311
    level = chance.uniform(0.8, 0.9)
    return [
        replace(a_run(seed, **flat), test_accuracy=level + chance.uniform(0, 0.02))
        for seed in range(3)
    ]


def fill(home: Path, *runs: Run) -> None:
    for run in runs:
        RunStore(home / "runs.db").put(run)


def without_marks(sentence: str) -> str:
    """Without the coloured glyphs before the strategies."""
    return re.sub(r":color\[.\]\{[^}]*\}\xa0", "", sentence)


def links(app: AppTest) -> list[tuple[str, str]]:
    """Labels and addresses of the buttons that lead elsewhere."""
    return [(each.proto.label, each.proto.url) for each in app.get("link_button")]


@dataclass
class StandIn:
    """An engine that notes what it is asked for and trains nothing."""

    submitted: list[tuple[Experiment, ...]] = field(default_factory=list)
    listed: tuple[Job, ...] = ()
    forgotten: int = 0
    ready: bool = False
    cancelled: int = 0

    @property
    def active(self) -> bool:
        return any(not job.state.ended for job in self.listed)

    def jobs(self) -> tuple[Job, ...]:
        return self.listed

    def submit(
        self,
        experiments: tuple[Experiment, ...],
        *,
        with_weights: bool = False,
        with_checkpoints: bool = False,
        permit: Permit | None = None,  # noqa: ARG002
        **_: object,
    ) -> None:
        assert not with_weights
        assert not with_checkpoints
        self.submitted.append(experiments)
        self.listed += tuple(Job(experiment=each) for each in experiments)

    def cancel(self) -> None:
        self.cancelled += 1
        self.listed = tuple(
            job if job.state.ended else replace(job, state=JobState.CANCELLED)
            for job in self.listed
        )

    def forget_ended(self) -> None:
        self.forgotten += 1
        self.listed = tuple(job for job in self.listed if not job.state.ended)


def ink_on_white() -> bytes:
    """A dark stroke on white paper, as a PNG file."""
    content = io.BytesIO()
    paper = Image.new("L", (48, 48), 255)
    paper.paste(0, (20, 8, 28, 40))
    paper.save(content, "PNG")
    return content.getvalue()


HEADLINE = [str(name) for name, entry in POOLINGS.items() if entry.headline]


def starting(app, start):
    """The lines on the page that begin so."""
    return [line for line in text(app).splitlines() if line.startswith(start)]


def a_picture():
    content = io.BytesIO()
    Image.new("L", (40, 40), 255).save(content, "PNG")
    return content.getvalue()
