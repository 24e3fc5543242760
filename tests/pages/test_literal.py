"""Is text of strangers shown as text in Markdown?"""

import pytest
from markdown_it import MarkdownIt

from core.words import WORD_JOINER, literal

MARKS = ["*{}*", "**{}**", "_{}_", "`{}`", "~~{}~~", "[{}](x)", "![{}](x)", "<b>{}</b>", "# {}"]
MARKS += ["> {}", "- {}", "1. {}", "$a_{{{}}}$", "&lt;{}&gt;", "| {} |", ":red[{}]", "<{}@x.org>"]
MARKS += ["<script>{}</script>", "\\{}", "{}\n===", "    {}", "```\n{}\n```", "[{}]: http://x.org"]
MARKS += ["\x1b[31m{}", "\u202e{}", "{}\x00"]
WORDS = ["a", "cat_dog", "1", "é", "x" * 300, "\u0627", "a b", "*"]
HOSTILE = [mark.format(word) for mark in MARKS for word in WORDS]

READER = MarkdownIt("commonmark").enable(["table", "strikethrough"])


def shown(markdown):
    """What a reader sees if it is one paragraph of text and nothing else; None if it is more."""
    tokens = READER.parse(markdown)
    inline = [child for token in tokens for child in token.children or []]
    kinds = {token.type for token in tokens} | {child.type for child in inline}
    if not kinds <= {"paragraph_open", "paragraph_close", "inline", "text", "text_special"}:
        return None
    return "".join(child.content for child in inline)


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_markdown_shows_it_as_it_is(text):
    seen = shown(f"labelled “{literal(text)}”")
    assert seen is not None
    plain = "".join(each if each.isprintable() else " " for each in text)
    assert f"labelled “{' '.join(plain.split())}”" == seen.replace(WORD_JOINER, "")


def test_most_of_it_would_be_something_else():
    assert sum(shown(f"labelled “{text}”") is None for text in HOSTILE) > len(HOSTILE) / 3


@pytest.mark.parametrize(
    "text", [":material/home:", ":smile:", "https://x.org", "www.x.org", "me@x.org"]
)
def test_nothing_is_left_that_streamlit_replaces_later(text):
    assert text not in shown(literal(text))
