"""How is one number written? A real minus, no minus at zero, no exponent where people use none."""

from math import floor, isfinite, isnan, log10

MINUS = "−"
NOTHING = 1e-9
"""what sums of fractions leave behind where exactly nothing should be left"""
SMALLEST, LARGEST = 1e-6, 1e15
"""numbers beyond these are written with a power of ten"""
SUPERSCRIPTS = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")


def plain(value: float, decimals: int = 2) -> str:
    """A number as a person writes it: "4", "−1.5", "0.33", "0.0042", "1234567.89".

    Thousands are not set apart: commas between numbers could not be told from theirs.

    Args:
        value: any number; one within rounding of zero is zero.
        decimals: the most that are written; a smaller number keeps two significant digits.
    """
    if isnan(value):
        return "–"
    if abs(value) < NOTHING:
        return "0"
    sign, size = MINUS if value < 0 else "", abs(value)
    if not isfinite(size):
        return f"{sign}∞"
    if size < SMALLEST or size >= LARGEST:
        return sign + _power(size)
    small = size < 10.0**-decimals / 2
    return sign + _trimmed(f"{size:.{1 - floor(log10(size)) if small else decimals}f}")


def brief(value: float) -> str:
    """A number in a small cell: what would be long because it is small is "0.00", never "0"."""
    return "0.00" if NOTHING <= abs(value) < 0.005 else plain(value)  # noqa: PLR2004 (rounds to it)


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
    if not SMALLEST <= abs(value) < LARGEST:
        return plain(value)
    sign, size = MINUS if value < 0 else "", abs(value)
    return sign + _trimmed(f"{size:,.{max(0, digits - 1 - floor(log10(size)))}f}")


def rough(value: float) -> str:
    """An amount to one significant digit: "40", "0.003", "7·10⁻¹⁵"."""
    if value == 0:
        return "0"
    size = float(f"{value:.0e}")
    return shortest(size) if SMALLEST <= abs(size) < LARGEST else _power(size)


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
