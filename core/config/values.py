"""Validators of single values, which accept several spellings and name what is allowed."""

from collections.abc import Mapping
from difflib import get_close_matches
from typing import Any, Literal

from pydantic import BeforeValidator

from core.catalog import DATASETS
from core.config.folder import FOLDER_PREFIX

ALL: Literal["all"] = "all"


def widths(value: object) -> object:
    """Accept "16,32" as well as (16, 32)."""
    if isinstance(value, int):
        return (value,)
    if isinstance(value, str):
        parts = [part.strip() for part in value.split(",")]
        if not all(part.isdecimal() for part in parts):
            raise ValueError(f"whole numbers separated by commas, as in 16,32; received {value!r}")
        return tuple(map(int, parts))
    return value


def whole_or(word: str) -> BeforeValidator:
    """A validator that accepts the word, and whole numbers as text or int: "200" or 200."""

    def check(value: object) -> object:
        if not isinstance(value, str) or value == word:
            return value
        if not value.isdecimal():
            raise ValueError(f"a whole number or {word} is allowed; received {value!r}")
        return int(value)

    return BeforeValidator(check)


def dataset(value: object) -> object:
    """Refuse an unknown name, and a folder without its path."""
    if isinstance(value, str) and value.startswith(FOLDER_PREFIX):
        if value == FOLDER_PREFIX:
            raise ValueError("folder: a path is needed, as in folder:pictures")
        return value
    if isinstance(value, str) and value in DATASETS:
        return value
    raise ValueError(f"{value!r} is not known; allowed: {listed(DATASETS)}, folder:PATH")


def known(table: Mapping[Any, Any]) -> BeforeValidator:
    """A validator that accepts the names of a table; its message suggests the closest one."""

    def check(value: object) -> object:
        # a list or a dictionary cannot be looked up
        if isinstance(value, str) and value in table:
            return value
        near = get_close_matches(str(value), list(table), n=1)
        meant = f"did you mean {near[0]}? " if near else ""
        raise ValueError(f"{value!r} is not known; {meant}allowed: {listed(table)}")

    return BeforeValidator(check)


def listed(names: Any) -> str:
    """Names separated by commas, for a message."""
    return ", ".join(str(name) for name in names)
