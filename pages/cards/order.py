"""Every pair: the order of the strategies as far as it is established, and their ranks."""

import streamlit as st

from core import figures
from core.comparison import Results
from core.comparison.ranking import ranking
from core.sentences.ranking import ordering
from pages.shared import cached, frame

THREE = 3
"""fewest strategies whose pairs say more than the differences to one of them"""
MATRIX_HELP = """
Each cell is the strategy of its row minus that of its column, in points of test accuracy. All pairs
are corrected together (Holm), so more of them are undecided here than among the differences to one
strategy. **Read the sentence first**: everything before a > is established above everything after
it; within commas, the order is that of the means and may be chance.
"""
RANKS_HELP = """
A strategy that is established below two others cannot have rank 1 or 2. The bar spans the ranks
that all decided pairs leave; if no verdict is wrong, which holds with 95 %, every bar contains the
true rank. A long bar means that the seeds and images cannot tell, not that the strategy varies.
"""


def order(results: Results) -> None:
    """Draw the matrix and the ranks of every facet with three strategies or more."""
    facets = [facet for facet in results.comparison.facets if len(facet.arms) >= THREE]
    shown = [facet for facet in facets if ranking(results, facet).pairs]
    if not shown:
        return
    # a scene of a talk that shows neither card has no use for their heading
    with frame.section("every pair"):
        st.subheader("Which order is established?", anchor=False)
    with frame.grid(2, min_column_width=420):
        for facet in shown:
            with frame.card(
                f"Every pair, {facet.label}", "every pair", part=facet.label, reading=MATRIX_HELP
            ) as head:
                st.markdown(frame.written(ordering(ranking(results, facet))))
                chart = cached.chart(figures.every_pair, results, facet)
                frame.fill(head, chart, f"every pair {facet.label}", file_name="pairs.csv")
            frame.show(
                f"Ranks, {facet.label}",
                cached.chart(figures.ranks, results, facet),
                "ranks",
                part=facet.label,
                file_name="ranks.csv",
                reading=RANKS_HELP,
                interval=figures.Reading.RANKS if facet is shown[0] else None,
            )
