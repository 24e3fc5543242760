"""How numbers and lists are written, the same everywhere.

Accuracies and differences come in as fractions and are written in percent and points.
"""

from collections.abc import Sequence

from core.comparison.statistics import Difference, Interval, Verdict
from core.numerals import MINUS

NUMBER_WORDS = (
    *("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"),
    *("eleven", "twelve", "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen"),
    *("nineteen", "twenty"),
)
WRITTEN_OUT = 100_000
MINUTE, HOUR = 60, 3600


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


def accuracy(interval: Interval) -> str:
    """A mean accuracy with half its interval: "97.8 ± 0.3 %"."""
    if interval.high is None:
        return f"{percent(interval.mean)} %"
    return f"{percent(interval.mean)} ± {percent(interval.high - interval.mean)} %"


def span(difference: Difference) -> str:
    """The interval of a difference: "[−4.7, −3.7]"."""
    return f"[{points(difference.low)}, {points(difference.high)}]"


def difference(compared: Difference) -> str:
    """A difference as a sentence's part: what is established, or what the seeds would miss."""
    measured = f"{points(compared.mean)} points {span(compared)}"
    if compared.verdict is not Verdict.UNDECIDED:
        return measured
    if compared.low == compared.high:
        where = f"in each of {compared.n} seeds"
        return f"Undecided: {points(compared.mean)} points {where}, no spread to judge it by."
    return (
        f"Undecided: {measured}; {compared.n} seeds would usually miss less than "
        f"{size_in_points(compared.detectable)}."
    )


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


def size(height: int, width: int) -> str:
    """The size of an image or a map: "8 × 8"."""
    return f"{height} × {width}"


def number_word(number: int) -> str:
    """A small number as a word, as text has it: "five"; above twenty in digits."""
    return NUMBER_WORDS[number] if number < len(NUMBER_WORDS) else f"{number:,}"


def inside(label: str) -> str:
    """A label inside a sentence: "max", but "GeM", "LIP" and "GAP" as they are."""
    return label if any(letter.isupper() for letter in label[1:]) else label.lower()


def plural(word: str, number: int) -> str:
    """The word, with an s unless there is one: "1 seed", "5 seeds"."""
    return word if number == 1 else f"{word}s"


def join(parts: Sequence[str]) -> str:
    """A list in a sentence: "a, b and c"."""
    return " and ".join([", ".join(parts[:-1]), parts[-1]] if len(parts) > 1 else parts)
