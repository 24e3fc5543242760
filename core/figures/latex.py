r"""A table as LaTeX, for a paper: booktabs, with every text escaped.

It needs `\usepackage{booktabs}`. Signs that Poolscope itself writes become commands; other scripts
stay as they are, which XeLaTeX and LuaLaTeX read.
"""

from collections.abc import Mapping, Sequence

from core.words import in_one_line

# each sign by itself, so that none is escaped twice
ESCAPES = str.maketrans(
    {
        "\\": r"\textbackslash{}",
        "{": r"\{",
        "}": r"\}",
        "$": r"\$",
        "&": r"\&",
        "%": r"\%",
        "#": r"\#",
        "_": r"\_",
        "~": r"\textasciitilde{}",
        "^": r"\textasciicircum{}",
        "<": r"\textless{}",
        ">": r"\textgreater{}",
        "|": r"\textbar{}",
        '"': r"\char34{}",
        "'": r"\char39{}",
        "`": r"\char96{}",
        # no ligatures: two of them would become a dash
        "-": "-{}",
        ",": ",{}",
        "?": "?{}",
        "!": "!{}",
        # after the end of a row these would be its options
        "[": "{[}",
        "]": "{]}",
        "*": "{*}",
        "−": r"\ensuremath{-}",
        "×": r"\ensuremath{\times}",
        "±": r"\ensuremath{\pm}",
        "≠": r"\ensuremath{\neq}",
        "≈": r"\ensuremath{\approx}",
        "·": r"\ensuremath{\cdot}",
        "–": r"\textendash{}",
        "…": r"\ldots{}",
    }
)
EMPTY = r"\textendash{}"
"""a cell without a value"""


def escaped(text: str) -> str:
    """A text as LaTeX that prints it, in one line: a stranger may have written it."""
    return in_one_line(text).translate(ESCAPES)


def latex_table(
    rows: Sequence[Mapping[str, object]], headings: Mapping[str, str], caption: str
) -> str:
    """Rows as a `table` with the rules of booktabs; numbers are set to the right.

    Args:
        rows: name of a column -> value; None leaves the cell empty.
        headings: name of a column -> its heading, in order.
        caption: of the table, as plain text.
    """
    columns = "".join("r" if _is_of_numbers(rows, name) else "l" for name in headings)
    lines = [" & ".join(_cell(row[name]) for name in headings) for row in rows]
    ending = r" \\"
    return "\n".join(
        [
            r"% needs \usepackage{booktabs}",
            r"\begin{table}",
            r"  \centering",
            rf"  \caption{{{escaped(caption)}}}",
            rf"  \begin{{tabular}}{{{columns}}}",
            r"    \toprule",
            f"    {' & '.join(map(escaped, headings.values()))}{ending}",
            r"    \midrule",
            *(f"    {line}{ending}" for line in lines),
            r"    \bottomrule",
            r"  \end{tabular}",
            r"\end{table}",
            "",
        ]
    )


def _is_of_numbers(rows: Sequence[Mapping[str, object]], name: str) -> bool:
    return all(
        value is None or (isinstance(value, int | float) and not isinstance(value, bool))
        for value in (row[name] for row in rows)
    )


def _cell(value: object) -> str:
    match value:
        case None:
            return EMPTY
        case bool():
            return "yes" if value else "no"
        case int() | float():
            return f"${value}$" if value < 0 else str(value)
        case _:
            return escaped(str(value))
