"""Streamlit's main script. It does nothing on import, because every spawned process imports it.

Streamlit runs it as `__main__`; workers that train or compute must not load Streamlit.
"""

if __name__ == "__main__":
    from pages.router import main

    main()
