"""Does a server that shows every page stay without torch?

Importing torch takes seconds and hundreds of megabytes. The pages read the store and the
pure-Python architecture and work numbers with numpy; other processes train and open networks.
"""

import ast
import os
import subprocess
import sys
from pathlib import Path

from core.catalog import PAGES

ROOT = Path(__file__).parent.parent
FILES = [page.file for page in PAGES]
HEAVY = ("torch", "torchvision", "sklearn", "scipy.stats", "distributed", "captum")

# opens pages in a fresh interpreter, as their server would, and says what is loaded after each
PROGRAM = f"""
import sys
from streamlit.testing.v1 import AppTest

app = AppTest.from_file(sys.argv[1], default_timeout=60).run()
loaded = {{}}
for page in sys.argv[2:]:
    app.switch_page(page).run()
    if app.exception or app.error or not app.title:
        sys.exit(f"{{page}} was not shown")
    loaded[page] = [name for name in {HEAVY} if name in sys.modules]
print(loaded)
"""


def heavy_after_opening(main: Path, *pages: str) -> dict[str, list[str]]:
    """Page -> the slow packages that are loaded when it and those before it have been shown."""
    result = subprocess.run(
        [sys.executable, "-c", PROGRAM, main, *pages],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": f"{main.parent}{os.pathsep}{ROOT}"},
        capture_output=True,
        text=True,
        check=True,
    )
    return ast.literal_eval(result.stdout)


def test_opening_the_pages_loads_no_slow_package():
    assert {page: [] for page in FILES} == heavy_after_opening(ROOT / "pages" / "main.py", *FILES)


def test_a_page_that_loads_a_slow_package_would_be_seen(tmp_path):
    (tmp_path / "torch.py").touch()
    (tmp_path / "main.py").write_text(
        "import streamlit as st\n"
        "st.navigation([st.Page('light.py', default=True), st.Page('heavy.py')]).run()\n"
    )
    (tmp_path / "light.py").write_text("import streamlit as st\nst.title('light')\n")
    (tmp_path / "heavy.py").write_text("import streamlit as st, torch\nst.title('heavy')\n")
    assert {"light.py": [], "heavy.py": ["torch"]} == heavy_after_opening(
        tmp_path / "main.py", "light.py", "heavy.py"
    )
