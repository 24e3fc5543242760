"""How numbers, lists, tables and texts of strangers are written, in the same way everywhere.

Accuracies and differences are passed as fractions and written as percentages and points.
"""

import csv
import io
import json
import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from math import floor, isfinite, isnan, log10

MINUS = "−"
SUM_OF_NOTHING = 1e-9
"""rounding error of sums of fractions that should be exactly zero"""
SMALLEST_PLAIN, LARGEST_PLAIN = 1e-6, 1e15
"""numbers outside this range are written with a power of ten"""
SUPERSCRIPTS = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")
NUMBER_WORDS = (
    *("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"),
    *("eleven", "twelve", "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen"),
    *("nineteen", "twenty"),
)
WRITTEN_OUT = 100_000
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")
"""spreadsheet programs evaluate a text cell that begins with one of these"""
MINUTE, HOUR = 60, 3600
MEGABYTE = 2**20
MARKDOWN = re.compile(r"([\\`*\[\]<~$&|]|(?<!\w)_|_(?!\w)|^[#>+=-])")
"""marks that mean something to Markdown, at their place"""
REPLACED = re.compile(r":(?=[\w+/-]+:)|(?<=[A-Za-z]):(?=//)|(?<=www)(?=\.)|(?=@)", re.IGNORECASE)
"""in icons, emoji, addresses: Streamlit looks for these when Markdown has taken its backslashes"""
UNSEEN = ("Cc", "Cf", "Cs", "Zl", "Zp")
"""kinds of characters that steer text instead of being seen, such as its direction"""
WORD_JOINER = "\u2060"
COLOURED = re.compile(
    r"(?<!\\):[a-z]+\[((?:\\.|[^\[\]\\])*)\](?:\{[^}]*\})?"
    r"|(?<!\\)\[((?:\\.|[^\[\]\\])*)\]\([^)]*\)"
)
"""text in a colour, `:gray[text]`, or with a link, `[text](address)`"""
ESCAPED = re.compile(r"\\(.)|[*`]")
"""a mark that stands for itself, or one that does not"""


def points(difference: float) -> str:
    """A signed difference in points, with one decimal and a minus sign: "−4.2", "+0.3", "0.0"."""
    value = round(100 * difference, 1)
    if value == 0:
        return "0.0"
    return f"{MINUS if value < 0 else '+'}{abs(value):.1f}"


def end_in_points(difference: float) -> str:
    """The end of an interval in points: with more decimals where one would round it to zero.

    "+0.3", but "−0.04", so that an interval says by itself on which side of zero it lies.
    """
    value = 100 * difference
    if round(value, 1) or abs(value) < SUM_OF_NOTHING:
        return points(difference)
    first_digit = -floor(log10(abs(value)))
    rounded = round(abs(value), first_digit)
    # 0.0099 is rounded to 0.01, whose first digit is one place further to the left
    decimals = -floor(log10(rounded))
    return f"{MINUS if value < 0 else '+'}{rounded:.{decimals}f}"


def size_in_points(difference: float) -> str:
    """A difference in points without its sign: "4.2"."""
    return f"{abs(100 * difference):.1f}"


def percent(fraction: float) -> str:
    """A fraction as a percentage with one decimal, without the percent sign: "97.8"."""
    return f"{100 * fraction:.1f}"


def count(number: int) -> str:
    """A count: "16,698"; from 100,000 upwards scaled, as in "1.3 M"."""
    return f"{number:,}" if number < WRITTEN_OUT else scaled(number)


def macs(number: int) -> str:
    """Multiply-accumulate operations: "320", "73.7 k", "1.3 M"."""
    return scaled(number)


def scaled(number: float) -> str:
    """A number with three or four digits and a unit prefix: "320", "73.7 k", "1.3 M"."""
    for unit in ("", " k", " M", " G"):
        if number < 999.95:  # noqa: PLR2004 (rounds to 1000.0)
            return f"{number:.1f}{unit}" if unit else f"{number:.0f}"
        number /= 1000
    return f"{number:.1f} T"


def duration(seconds: float) -> str:
    """A duration: "0.4 s", "16 s", "1 min 10 s", "2 h 5 min"."""
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
    """An estimated duration: "about 16 s", but "less than a minute" unchanged."""
    return time if time.startswith("less") else f"about {time}"


def moment(then: datetime, now: datetime) -> str:
    """A time of day to come: "18:42", "02:10 tomorrow", "07:05 on 3 December"."""
    days = (then.date() - now.date()).days
    day = ("", " tomorrow")[days] if days < 2 else f" on {then.day} {then:%B}"  # noqa: PLR2004
    return f"{then:%H:%M}{day}"


def size(height: int, width: int) -> str:
    """The size of an image or a map: "8 × 8"."""
    return f"{height} × {width}"


def number_word(number: int) -> str:
    """A number up to twenty as a word, as in running text: "five"; a larger one in digits."""
    return NUMBER_WORDS[number] if number < len(NUMBER_WORDS) else f"{number:,}"


def inside(label: str) -> str:
    """A label as written inside a sentence: "max", but "GeM", "LIP" and "GAP" unchanged."""
    return label if any(letter.isupper() for letter in label[1:]) else label.lower()


def capitalised(text: str) -> str:
    """The text with its first letter capitalised and the others unchanged."""
    return text[:1].upper() + text[1:]


def plural(word: str, number: int) -> str:
    """The word, with an s unless the number is one: "seed" for 1, "seeds" for 5."""
    return word if number == 1 else f"{word}s"


def join(parts: Sequence[str]) -> str:
    """A list in a sentence: "a, b and c"."""
    return " and ".join([", ".join(parts[:-1]), parts[-1]] if len(parts) > 1 else parts)


def plain(value: float, decimals: int = 2) -> str:
    """A number as a person writes it: "4", "−1.5", "0.33", "0.0042", "1234567.89".

    Without thousands separators, which would be confused with the commas of a list.

    Args:
        value: any number; one within rounding error of zero is written as zero.
        decimals: maximum number of decimals; a smaller number keeps two significant digits.
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
    """A number in a small cell: a tiny one is written "0.00", because "0" would mean exactly 0."""
    rounds_to_zero = SUM_OF_NOTHING <= abs(value) < 0.005  # noqa: PLR2004 (half of the last digit)
    return "0.00" if rounds_to_zero else plain(value)


def sign(value: float) -> str:
    """The sign of a number by itself: "+" or "−"; empty for what `brief` writes as 0."""
    if abs(value) < SUM_OF_NOTHING:
        return ""
    return MINUS if value < 0 else "+"


def shortest(value: float) -> str:
    """A setting with all its digits and no exponent: "0.05", "0.00001", "10"."""
    if value == 0:
        return "0"
    sign, size = MINUS if value < 0 else "", abs(value)
    digits, _, exponent = f"{size:.15e}".partition("e")
    kept = len(_trimmed(digits).replace(".", ""))
    return sign + _trimmed(f"{size:.{max(0, kept - 1 - int(exponent))}f}")


def significant(value: float, digits: int) -> str:
    """A number with the given significant digits and a complete whole part: "12,346", "0.0123".

    With thousands separators, because the number has a table cell to itself.
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
    """Two numbers with as many decimals as are needed to tell them apart."""
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
        rows: column to value; other names are left out, missing ones leave an empty cell.
        columns: the header. Here and in the rows, text that a spreadsheet would read as a
            formula gets an apostrophe in front.
    """
    text = io.StringIO()
    # keeps the default line terminator, CR LF: with another one csv leaves a CR in a cell unquoted
    writer = csv.writer(text)
    writer.writerow(map(_harmless, columns))
    writer.writerows([_harmless(row.get(name, "")) for name in columns] for row in rows)
    return text.getvalue()


def _harmless(value: object) -> object:
    """The cell to write: a number unchanged, text in a form that is not read as a formula."""
    if isinstance(value, int | float) or value is None:
        return value
    text = str(value)
    return f"'{text}" if text.startswith(FORMULA_STARTS) else text


def as_toml_value(value: object) -> str:
    """A text, a number, a switch or a list of them as TOML."""
    # unlike JSON, TOML requires DEL to be escaped
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007F")


def in_one_line(text: str) -> str:
    """Text without line breaks, and without characters that steer it."""
    seen = "".join(" " if unicodedata.category(each) in UNSEEN else each for each in text)
    return " ".join(seen.split())


def literal(text: str) -> str:
    """Text for Markdown that shows as it is, in one line: a stranger may have written it."""
    escaped = MARKDOWN.sub(r"\\\1", in_one_line(text))
    return REPLACED.sub(lambda found: found[0] + WORD_JOINER, escaped)


def unmarked(markdown: str) -> str:
    """Markdown of a page as plain text: what `literal` has escaped comes back as it was."""
    text, before = markdown, ""
    while text != before:
        before, text = text, COLOURED.sub(lambda part: part[1] or part[2] or "", text)
    plain_text = ESCAPED.sub(lambda mark: mark[1] or "", text)
    return in_one_line(plain_text.replace(WORD_JOINER, ""))
