"""Pages that the server itself shows: it has no place, or a page was left alone for too long."""

from functools import lru_cache
from html import escape

from core.settings import PROJECT

RETRY_SECONDS = 30

_PAGE = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>Poolscope</title>{head}
<meta name="viewport" content="width=device-width, initial-scale=1">
<style>
  :root {{ color-scheme: light dark; --page: #fff; --text: #12191c; --link: #17607a; }}
  @media (prefers-color-scheme: dark) {{
    :root {{ --page: #14191c; --text: #e6ebed; --link: #7ccbe0; }}
  }}
  body {{ background: var(--page); color: var(--text); font: 1rem/1.5 "Source Sans", sans-serif; }}
  main {{ margin: 4rem auto; max-width: 32rem; padding: 0 1.5rem; }}
  h1 {{ font: 600 1.75rem/1.2 "Source Serif", serif; margin: 2rem 0 1rem; }}
  a {{ color: var(--link); }}
</style></head>
<body><main>{logo}<h1>{title}</h1><p>{text}</p></main></body></html>"""


def full(reason: str) -> str:
    """The page for somebody who finds no place.

    Args:
        reason: a sentence of text, not HTML.
    """
    again = f'<meta http-equiv="refresh" content="{RETRY_SECONDS}">'
    text = f"{escape(reason)} This page tries again every half minute."
    return _page("No place is free", text, again)


def idle(back: str) -> str:
    """The page in place of one that nobody has touched for long.

    Args:
        back: the address of the page that was left, as the browser names it.
    """
    link = f'<a href="{escape(back)}">Open it again</a>'
    return _page(
        "This page was closed",
        f"Nobody touched it for a while, and its place went to somebody else. {link}: a link keeps "
        f"what was chosen.",
    )


def _page(title: str, text: str, head: str = "") -> str:
    return _PAGE.format(title=title, text=text, head=head, logo=_logo())


@lru_cache(maxsize=1)
def _logo() -> str:
    return (PROJECT / "assets" / "logo.svg").read_text(encoding="utf-8")
