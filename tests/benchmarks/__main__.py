"""`make bench`: measure, print a table, keep the numbers in build/bench.json.

`python -m tests.benchmarks browser touch` measures only what these modules measure.
"""

import json
import sys
from pathlib import Path

from tests.benchmarks import (
    browser,
    learning,
    listing,
    maps,
    operators,
    roofline,
    server,
    start,
    sweep,
    touch,
)

BENCHMARKS = {
    module.__name__.rpartition(".")[2]: module
    for module in (
        *(sweep, start, roofline, operators, listing, maps, server, browser, touch, learning),
    )
}
RESULTS = Path("build/bench.json")


def main() -> None:
    """Run the benchmarks that are named, or all."""
    names = sys.argv[1:] or list(BENCHMARKS)
    if unknown := [name for name in names if name not in BENCHMARKS]:
        sys.exit(f"received {', '.join(unknown)}; there are {', '.join(BENCHMARKS)}")
    lines = []
    for name in names:
        for line in BENCHMARKS[name].lines():
            lines.append(line)
            print(f"{line.ratio:8.3f}  {line.name}  ({line.subject:.3g} : {line.reference:.3g})")
    RESULTS.parent.mkdir(exist_ok=True)
    RESULTS.write_text(json.dumps([line.as_dict() for line in lines], indent=2), encoding="utf-8")
    print(f"kept in {RESULTS}")


if __name__ == "__main__":
    main()
