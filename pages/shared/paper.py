"""On paper: a page prints to PDF without its controls, and no card is cut by the end of a sheet."""

import streamlit as st

CARD = "card"
"""how the keys of cards begin, and so their class: st-key-card-tradeoff"""
BORDERED = ("training", "instead", "one-run", "few-runs")
"""classes of what has a border and is no card"""
PAPER_STYLES = f"""
<style>
@media print {{
  @page {{ margin: 12mm; }}
  [data-testid="stSidebar"], [data-testid="stHeader"], [data-testid="stStatusWidget"],
  .st-key-phone_bar, [data-testid="stPopover"], [data-testid="stButton"],
  [data-testid="stDownloadButton"], [data-testid="stTooltipIcon"] {{ display: none !important; }}
  [data-testid="stMainBlockContainer"] {{ padding: 0 !important; max-width: none !important; }}
  [class*="st-key-{CARD}-"], [data-testid="stGridCell"], [data-testid="stMetric"],
  {", ".join(f".st-key-{name}" for name in BORDERED)} {{ break-inside: avoid; }}
  [data-testid="stHeading"] {{ break-after: avoid; }}
}}
</style>
"""


def styles() -> None:
    """Put the style sheet for paper into the page."""
    st.html(PAPER_STYLES)
