"""`make bench`: measure, print a table, keep the numbers in build/bench.json."""

import json
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

BENCHMARKS = (
    *(sweep, start, roofline, operators, listing, maps, server, browser, touch, learning),
)
RESULTS = Path("build/bench.json")


def main() -> None:
    """Run every benchmark."""
    lines = []
    for benchmark in BENCHMARKS:
        for line in benchmark.lines():
            lines.append(line)
            print(f"{line.ratio:8.3f}  {line.name}  ({line.subject:.3g} : {line.reference:.3g})")
    RESULTS.parent.mkdir(exist_ok=True)
    RESULTS.write_text(json.dumps([line.as_dict() for line in lines], indent=2), encoding="utf-8")
    print(f"kept in {RESULTS}")


if __name__ == "__main__":
    main()
