"""How numbers, lists and tables are written, the same everywhere.

Accuracies and differences come in as fractions and are written in percent and points.
"""

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from math import floor, isfinite, isnan, log10

MINUS = "−"
SUM_OF_NOTHING = 1e-9
"""what sums of fractions leave behind where exactly nothing should be left"""
SMALLEST_PLAIN, LARGEST_PLAIN = 1e-6, 1e15
"""numbers beyond these are written with a power of ten"""
SUPERSCRIPTS = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")
NUMBER_WORDS = (
    *("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"),
    *("eleven", "twelve", "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen"),
    *("nineteen", "twenty"),
)
WRITTEN_OUT = 100_000
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")
"""a cell of text that begins so is computed by spreadsheet programs"""
MINUTE, HOUR = 60, 3600
MEGABYTE = 2**20


def points(difference: float) -> str:
    """A signed difference in points with one decimal and a real minus: "−4.2", "+0.3", "0.0"."""
    value = round(100 * difference, 1)
    if value == 0:
        return "0.0"
    return f"{MINUS if value < 0 else '+'}{abs(value):.1f}"


def size_in_points(difference: float) -> str:
    """A difference in points without its sign: "4.2"."""
    return f"{abs(100 * difference):.1f}"


def percent(fraction: float) -> str:
    """A fraction in percent with one decimal, without the sign: "97.8"."""
    return f"{100 * fraction:.1f}"


def count(number: int) -> str:
    """A count: "16,698", from 100,000 on "1.3 M"."""
    return f"{number:,}" if number < WRITTEN_OUT else scaled(number)


def macs(number: int) -> str:
    """Multiply-accumulate operations: "320", "73.7 k", "1.3 M"."""
    return scaled(number)


def scaled(number: float) -> str:
    """A number to three figures or four: "320", "73.7 k", "1.3 M"."""
    for unit in ("", " k", " M", " G"):
        if number < 999.95:  # noqa: PLR2004 (rounds to 1000.0)
            return f"{number:.1f}{unit}" if unit else f"{number:.0f}"
        number /= 1000
    return f"{number:.1f} T"


def duration(seconds: float) -> str:
    """A time: "0.4 s", "16 s", "1 min 10 s", "2 h 5 min"."""
    if round(seconds, 1) < 1:
        return f"{max(seconds, 0.1):.1f} s"
    whole = round(seconds)
    if whole < MINUTE:
        return f"{whole} s"
    if whole < HOUR:
        return (
            f"{whole // MINUTE} min {whole % MINUTE} s" if whole % MINUTE else f"{whole // 60} min"
        )
    hours, minutes = divmod(round(whole / MINUTE), MINUTE)
    return f"{hours} h {minutes} min" if minutes else f"{hours} h"


def about(time: str) -> str:
    """A time that was estimated: "about 16 s", but "less than a minute" as it is."""
    return time if time.startswith("less") else f"about {time}"


def size(height: int, width: int) -> str:
    """The size of an image or a map: "8 × 8"."""
    return f"{height} × {width}"


def number_word(number: int) -> str:
    """A small number as a word, as text has it: "five"; above twenty in digits."""
    return NUMBER_WORDS[number] if number < len(NUMBER_WORDS) else f"{number:,}"


def inside(label: str) -> str:
    """A label inside a sentence: "max", but "GeM", "LIP" and "GAP" as they are."""
    return label if any(letter.isupper() for letter in label[1:]) else label.lower()


def capitalised(text: str) -> str:
    """The text with its first letter as a capital, the others as they are."""
    return text[:1].upper() + text[1:]


def plural(word: str, number: int) -> str:
    """The word, with an s unless there is one: "1 seed", "5 seeds"."""
    return word if number == 1 else f"{word}s"


def join(parts: Sequence[str]) -> str:
    """A list in a sentence: "a, b and c"."""
    return " and ".join([", ".join(parts[:-1]), parts[-1]] if len(parts) > 1 else parts)


def plain(value: float, decimals: int = 2) -> str:
    """A number as a person writes it: "4", "−1.5", "0.33", "0.0042", "1234567.89".

    Thousands are not set apart: commas between numbers could not be told from theirs.

    Args:
        value: any number; one within rounding of zero is zero.
        decimals: the most that are written; a smaller number keeps two significant digits.
    """
    if isnan(value):
        return "–"
    if abs(value) < SUM_OF_NOTHING:
        return "0"
    sign, size = MINUS if value < 0 else "", abs(value)
    if not isfinite(size):
        return f"{sign}∞"
    if size < SMALLEST_PLAIN or size >= LARGEST_PLAIN:
        return sign + _power(size)
    small = size < 10.0**-decimals / 2
    return sign + _trimmed(f"{size:.{1 - floor(log10(size)) if small else decimals}f}")


def brief(value: float) -> str:
    """A number in a small cell: what would be long because it is small is "0.00", never "0"."""
    rounds_to_zero = SUM_OF_NOTHING <= abs(value) < 0.005  # noqa: PLR2004 (half of the last digit)
    return "0.00" if rounds_to_zero else plain(value)


def shortest(value: float) -> str:
    """A setting with all of its digits and no exponent: "0.05", "0.00001", "10"."""
    if value == 0:
        return "0"
    sign, size = MINUS if value < 0 else "", abs(value)
    digits, _, exponent = f"{size:.15e}".partition("e")
    kept = len(_trimmed(digits).replace(".", ""))
    return sign + _trimmed(f"{size:.{max(0, kept - 1 - int(exponent))}f}")


def significant(value: float, digits: int) -> str:
    """A number with so many significant digits, its whole part complete: "12,346", "0.0123".

    Thousands are set apart: it stands alone, in a cell of a table.
    """
    if not SMALLEST_PLAIN <= abs(value) < LARGEST_PLAIN:
        return plain(value)
    sign, size = MINUS if value < 0 else "", abs(value)
    return sign + _trimmed(f"{size:,.{max(0, digits - 1 - floor(log10(size)))}f}")


def rough(value: float) -> str:
    """An amount to one significant digit: "40", "0.003", "7·10⁻¹⁵"."""
    if value == 0:
        return "0"
    size = float(f"{value:.0e}")
    return shortest(size) if SMALLEST_PLAIN <= abs(size) < LARGEST_PLAIN else _power(size)


def apart(first: float, second: float) -> tuple[str, str]:
    """Two numbers with as many decimals as it takes to tell them apart."""
    for decimals in range(2, 10):
        texts = plain(first, decimals), plain(second, decimals)
        if texts[0] != texts[1]:
            return texts
    return plain(first), plain(second)


def _power(size: float) -> str:
    digits, _, exponent = f"{size:.2e}".partition("e")
    power = f"10{str(int(exponent)).translate(SUPERSCRIPTS)}"
    return power if _trimmed(digits) == "1" else f"{_trimmed(digits)}·{power}"


def _trimmed(digits: str) -> str:
    return digits.rstrip("0").rstrip(".") if "." in digits else digits


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
