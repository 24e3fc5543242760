"""Where can a paper be read? Its address, by the authors and the year that a finding names."""

ARXIV = "https://arxiv.org/abs/"
PAPERS = {
    "Azulay and Weiss 2019": f"{ARXIV}1805.12177",
    "Bieder, Sandkühler, Cattin 2021": f"{ARXIV}2103.01746",
    "Chaman and Dokmanic 2021": f"{ARXIV}2011.14214",
    "Kauderer-Abrams 2017": f"{ARXIV}1801.01450",
    "Li et al. 2018": f"{ARXIV}1801.05134",
    "Lin, Chen, Yan 2013": f"{ARXIV}1312.4400",
    "Mishkin, Sergievskiy, Matas 2016": f"{ARXIV}1606.02228",
    "Mouton et al. 2020": f"{ARXIV}2103.10097",
    "Ruderman et al. 2018": f"{ARXIV}1804.04438",
    "Springenberg et al. 2014": f"{ARXIV}1412.6806",
    "Wu and Gu 2015": f"{ARXIV}1512.00242",
    "Zhang 2019": f"{ARXIV}1904.11486",
}
"""authors and year -> address; papers whose address we have not checked have none"""


def cited(source: str) -> str:
    """The source of a finding as Markdown, with a link from its authors and year if we know one."""
    for paper, address in PAPERS.items():
        if source.startswith(paper):
            return f"[{paper}]({address}){source.removeprefix(paper)}"
    return source
