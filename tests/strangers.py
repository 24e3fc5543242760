"""Two hundred texts of strangers, each of which would be more than text if it were not escaped."""

SHAPES = (
    *("*{}*", "**{}**", "_{}_", "`{}`", "~~{}~~", "[{}](javascript:alert)", "![{}](x.png)"),
    *("# {}", "> {}", "- {}", "1. {}", "| {} |", "{}\n===", "    {}", "```\n{}\n```"),
    *("[{}]: x.org", "<{}@x.org>", "www.{}.org", "https:{}.org", ":red[{}]", ":smile: {}"),
    *(":material-home: {}", "$x_{{{}}}$", "$$\\frac{{{}}}{{2}}$$", "\\{}", "\\$" + "{}\\$"),
    *("<b>{}</b>", "<script>{}<-script>", "<-style>{}", "<img src=x onerror={}>", "&lt;{}&gt;"),
    *("<!--{}", "{{{}}}", "{{0}}{}", "%s{}%(x)d", "={}+1", "@{}", "+{}", "-{}|x", "\t{}\r"),
)
"""none has a slash, which no name of a folder can have"""
WORDS = ("n{}", "é{}💥", "\u202e{}\u202c", "\u05d0{}\u0627", "l{}" + "o" * 20)
TEXTS = tuple(
    shape.format(word.format(f"zq{number}qz"))
    for number, (word, shape) in enumerate((word, shape) for word in WORDS for shape in SHAPES)
)
MARK = "zq"
"""part of every text and of nothing else"""
PACKS = tuple(" ".join(TEXTS[start : start + 20]) for start in range(0, len(TEXTS), 20))
