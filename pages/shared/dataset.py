"""The data set box: which names and folders it accepts, and what it says about others.

Before the box is drawn, the last good choice replaces a text that names no data set.
"""

from contextlib import suppress
from pathlib import Path

import streamlit as st

from core import settings
from core.catalog import DATASETS, Dataset
from core.config import DataConfig, Experiment
from core.config.fields import FIELDS
from core.config.folder import FOLDER_PREFIX, MEASURED
from core.config.values import listed
from core.errors import ConfigError
from core.hosting.trainings import HOSTED_DATASETS
from core.pictures import findings, with_folder
from core.words import join, literal
from pages.shared import cached
from pages.shared.link import Note

DATASET_KEY = "dataset"
_GOOD, _WRONG = "dataset_good", "dataset_wrong"
"""the last usable choice, and the note on a later, unusable one"""
MAX_QUOTED = 200
"""letters to quote of a text from outside"""


def offered() -> list[str]:
    """The data sets in the list: on a hosted server those that it trains on or has runs of."""
    if not settings.load().hosted:
        return [*FIELDS[DATASET_KEY].words]
    offered_here = {*HOSTED_DATASETS, first(), *(row.dataset for row in cached.bundled_sets())}
    return [name for name in FIELDS[DATASET_KEY].words if name in offered_here]


def first() -> str:
    """The data set that the dashboard opens with.

    Raises:
        ConfigError: the setting names none.
    """
    name = settings.load().dataset
    if name not in DATASETS:
        raise ConfigError(
            f"{settings.PREFIX}DATASET: a data set is needed, one of {listed(DATASETS)}; "
            f"received {name!r}"
        )
    return name


def settle() -> bool:
    """Put the visitor's choice, or the last good one, into the box.

    Returns:
        False if a link names an unknown data set, which the note on links then reports.
    """
    state = st.session_state
    linked = DATASET_KEY not in state
    typed = (st.query_params.get(DATASET_KEY) or "") if linked else (state[DATASET_KEY] or "")
    typed = typed.strip()
    if not typed:
        return True
    try:
        state[_GOOD] = chosen(typed)
    except ConfigError as error:
        if linked and not is_path(typed):
            return False
        state[_WRONG] = Note(_sentence(error), {})
    good = _good()
    if good != state.get(DATASET_KEY, typed if typed == good else None):
        state[DATASET_KEY] = good
    return True


def current() -> str:
    """The choice in the box, or the last good one if the box names no data set.

    A link overwrites what `settle` put into the box.
    """
    in_box: str = st.session_state[DATASET_KEY] or ""
    try:
        return chosen(in_box.strip()) if in_box.strip() else _good()
    except ConfigError:
        return _good()


def shown() -> str:
    """The data set that the page shows; on a hosted server, simply the one in the box."""
    if settings.load().hosted:
        return st.session_state[DATASET_KEY] or first()
    return current()


def test_images() -> int:
    """The number of test images of the chosen data set; works before the controls are drawn."""
    named = st.query_params.get(DATASET_KEY) or st.session_state.get(DATASET_KEY) or ""
    if named in DATASETS:
        return DATASETS[Dataset(named)].splits.test
    if named and not settings.load().hosted:
        with suppress(ConfigError):
            return _data(chosen(named)).entry.splits.test
    return DATASETS[Dataset(first())].splits.test


def ground() -> str | None:
    """What was measured on the images of the chosen folder, as Markdown; None without one."""
    data = _own_data()
    if data is None or data.folder is None:
        return None
    said = findings(data.folder.path).sentences(data.entry, as_set=data.ground != MEASURED)
    return literal(next(said))


def warnings() -> list[str]:
    """What a visitor should know about the chosen folder, as Markdown."""
    data = _own_data()
    if data is None or data.folder is None:
        return []
    return [literal(warning) for warning in findings(data.folder.path).warnings()]


def _own_data() -> DataConfig | None:
    """The chosen folder with its settings; None if it is no folder or a setting is invalid."""
    named = shown()
    if settings.load().hosted or not named.startswith(FOLDER_PREFIX):
        return None
    state = st.session_state
    with suppress(ConfigError):
        return _data(named, **{name: state[name] for name in ("image_size", "colour", "ground")})
    return None


def _data(named: str, **more: object) -> DataConfig:
    return Experiment.from_flat(with_folder({DATASET_KEY: named, **more})).data


def chosen(typed: str) -> str:
    """The name of a data set, or `folder:PATH`, that a text stands for.

    Raises:
        ConfigError: it is neither, or the folder is not a data set.
    """
    if typed in DATASETS:
        return typed
    named = typed if typed.startswith(FOLDER_PREFIX) else FOLDER_PREFIX + typed
    if named == typed or _exists(typed):
        _data(named)
        return named
    if is_path(typed):
        raise ConfigError(
            f"No data set is called {typed}. For your own images type {FOLDER_PREFIX}{typed}; "
            f"there is no such folder yet."
        )
    raise ConfigError(
        f"No data set is called {typed}; there are {join([str(name) for name in DATASETS])}. For "
        f"your own images type {FOLDER_PREFIX}PATH."
    )


def forget(values: dict[str, object]) -> None:
    """Drop the note on an unusable choice once a control is changed.

    Args:
        values: the values of the controls, after they were drawn.
    """
    state = st.session_state
    if _WRONG not in state:
        return
    if not state[_WRONG].shown:
        state[_WRONG] = Note(state[_WRONG].sentence, values)
    elif state[_WRONG].shown != values:
        del state[_WRONG]


def problem() -> str | None:
    """What is wrong with the choice, as Markdown; None if nothing is."""
    return st.session_state[_WRONG].sentence if _WRONG in st.session_state else None


def _good() -> str:
    """The last usable choice; digits if that was a folder that is gone by now."""
    state = st.session_state
    with suppress(ConfigError):
        return chosen(state.get(_GOOD, first()))
    return first()


def _sentence(error: ConfigError) -> str:
    text = str(error)[:MAX_QUOTED]
    return literal(f"{text[:1].upper()}{text[1:]}")


def is_path(text: str) -> bool:
    """Whether a text looks like the path of a folder, with or without its prefix."""
    return text.startswith((FOLDER_PREFIX, "~", ".")) or "/" in text or "\\" in text


def _exists(path: str) -> bool:
    # a name that is too long, a null character, the home of an unknown user
    with suppress(OSError, ValueError, RuntimeError):
        return Path(path).expanduser().exists()
    return False
