"""The least that Streamlit can do with a toggle: one control, one figure of ten lines.

`tests.benchmarks.browser` serves it beside the dashboard, as what this machine's browser needs.
"""

import plotly.graph_objects as go
import streamlit as st

names = [f"line {n}" for n in range(10)]
chosen = st.segmented_control(
    "Pooling", [*names[:-1], "soft"], default=names[:-1], selection_mode="multi", key="pooling"
)
x = list(range(20))
st.title("Bare")
st.plotly_chart(go.Figure([go.Scatter(x=x, y=[n + i for i in x]) for n, _ in enumerate(chosen)]))
