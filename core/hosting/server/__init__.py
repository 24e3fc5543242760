"""What stands between strangers and a hosted dashboard: ASGI middleware, used by app.py.

Nothing here knows Streamlit: what only the dashboard can do comes in as functions.
"""
