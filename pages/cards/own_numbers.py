"""The numbers that a visitor types on By hand, in a table or in a line, which the link keeps."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import streamlit as st

from core.errors import ConfigError
from core.words import in_one_line, literal

FIRST_NUMBERS = [[0, 5, 13, 9], [0, 13, 15, 10], [0, 3, 15, 2], [4, 12, 0, 8]]
OWN_TABLE = "own table"
"""key of the table's start in a session"""
OWN_COLUMNS = "abcdefgh"
LARGEST_TYPED = 9999.99
MOST_TYPED = 1000
CELL_PX = 80
_NUMBER = r"-?\d{1,4}(\.\d{1,2})?"
_ROW = rf"{_NUMBER}([ ,]+{_NUMBER}){{0,7}}"
OWN_NUMBERS = re.compile(rf" *{_ROW}( *; *{_ROW}){{0,7}} *")
ALLOWED = "up to 8 rows of up to 8 numbers between -9999.99 and 9999.99, as in 0 5; 13 9"


@dataclass(frozen=True, slots=True, eq=False)
class Start:
    """What a table held when it was drawn for the first time.

    Edits are kept relative to it, so it stays while its own edits change the line.

    Attributes:
        text: the line that says the same as the table now.
        numbers: of the table at first, (H, W).
        count: how many tables there were before.
    """

    text: str
    numbers: np.ndarray
    count: int = 0

    @property
    def key(self) -> str:
        """Key of the table's widget."""
        return f"{OWN_TABLE} {self.count}"


def grid(side: int, digit: np.ndarray) -> np.ndarray:
    """Draw a line and a table with the same numbers; return them, (side, side).

    Args:
        side: rows and columns.
        digit: the numbers at first, where the grid is larger than those of its own.
    """
    usual = np.array(FIRST_NUMBERS, dtype=float)
    usual = usual if side == len(usual) else digit[:side, :side]
    text = st.text_input(
        "Numbers, row by row",
        key="own_numbers",
        bind="query-params",
        max_chars=MOST_TYPED,
        placeholder=written(usual),
        width=CELL_PX * side,
        help="Type here or in the table: both hold the same numbers, and the link keeps them. "
        "Semicolons end rows.",
    )
    try:
        numbers = read(text or "", usual)
    except ConfigError as error:
        st.error(literal(str(error)), icon=":material/error:")
        numbers = usual
    start = _start(text or "", numbers)
    edited = st.data_editor(
        [dict(zip(OWN_COLUMNS, row, strict=False)) for row in start.numbers.tolist()],
        hide_index=True,
        key=start.key,
        width=CELL_PX * side,
        on_change=_edited,
    )
    return grid_of(np.array([[float(v or 0) for v in row.values()] for row in edited]))


def written(numbers: np.ndarray) -> str:
    """A grid as a line: "0 5; 13 9"."""
    return "; ".join(" ".join(f"{value:.6g}" for value in row) for row in grid_of(numbers))


def read(text: str, usual: np.ndarray) -> np.ndarray:
    """The numbers of a line in a grid of the size of another, which supplies those that it lacks.

    Raises:
        ConfigError: the line is not of the form that is allowed.
    """
    if not text.strip():
        return usual
    if not OWN_NUMBERS.fullmatch(text):
        raise ConfigError(f"numbers: {ALLOWED}, are allowed; received {in_one_line(text)!r}")
    numbers = usual.copy()
    for row, line in zip(numbers, text.split(";"), strict=False):
        for column, value in enumerate(re.split("[ ,]+", line.strip())[: len(row)]):
            row[column] = float(value)
    return numbers


def grid_of(numbers: np.ndarray) -> np.ndarray:
    """Numbers that a link can hold."""
    within: np.ndarray = np.clip(np.nan_to_num(numbers), -LARGEST_TYPED, LARGEST_TYPED)
    return within.round(2)


def _start(text: str, numbers: np.ndarray) -> Start:
    """The start of the table: a new one if the line or the size was changed elsewhere."""
    before: Start | None = st.session_state.get(OWN_TABLE)
    if before and before.text == text and before.numbers.shape == numbers.shape:
        return before
    start = Start(text, numbers, before.count + 1 if before else 0)
    st.session_state[OWN_TABLE] = start
    return start


def _edited() -> None:
    """Write the line that says what the table holds now."""
    start: Start = st.session_state[OWN_TABLE]
    text = written(with_edits(start.numbers, st.session_state[start.key]["edited_rows"]))
    st.session_state["own_numbers"] = text
    st.session_state[OWN_TABLE] = replace(start, text=text)


def with_edits(numbers: np.ndarray, edits: Mapping[int, Mapping[str, Any]]) -> np.ndarray:
    """A grid after the edits that Streamlit reports: row -> column -> value."""
    numbers = numbers.copy()
    for row, values in edits.items():
        for column, value in values.items():
            numbers[int(row), OWN_COLUMNS.index(column)] = float(value or 0)
    return numbers
