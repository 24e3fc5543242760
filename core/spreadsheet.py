"""How do rows become CSV that a spreadsheet reads as data and never as a formula?"""

import csv
import io
from collections.abc import Iterable, Mapping, Sequence

FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")
"""a cell of text that begins so is computed by spreadsheet programs"""


def as_csv(rows: Iterable[Mapping[str, object]], columns: Sequence[str]) -> str:
    """Rows as CSV with a header.

    Args:
        rows: column to value; other names are left out, missing ones give an empty cell.
        columns: the header. It and texts that would be read as a formula get an apostrophe.
    """
    text = io.StringIO()
    # its own line ends, CR LF: with others it would leave a CR in a cell unquoted
    writer = csv.writer(text)
    writer.writerow(map(_harmless, columns))
    writer.writerows([_harmless(row.get(name, "")) for name in columns] for row in rows)
    return text.getvalue()


def _harmless(value: object) -> object:
    """A cell as it is written: numbers as they are, text that is no formula."""
    if isinstance(value, int | float) or value is None:
        return value
    text = str(value)
    return f"'{text}" if text.startswith(FORMULA_STARTS) else text
