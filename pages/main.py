"""The main script, in which nothing stands: every process that is spawned reads it, too.

Streamlit runs it as `__main__`; workers that train or compute need nothing of Streamlit.
"""

if __name__ == "__main__":
    from pages.router import main

    main()
