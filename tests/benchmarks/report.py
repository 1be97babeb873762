"""Run the benchmarks and print the table of docs/benchmarks.md: ``python tests/benchmarks/report.py``."""

import json
import subprocess
import sys
import tempfile
from pathlib import Path
from statistics import median

HERE = Path(__file__).parent
RATIOS = [
    ("record + reverse, chain of 1,000 mixed scalar operations", "test_chain[advis]", "test_chain[autograd]", 0.25),
    ("the same with `source=True`, against itself without", "test_chain[advis with source]", "test_chain[advis]", 1.6),
    (
        "layout of 2,000 nodes of a layered DAG, against `dot -Tplain`",
        "test_big_layout[advis]",
        "test_big_layout[dot]",
        1.0,
    ),
    ("`import advis`, against `import numpy`", "test_import[advis]", "test_import[numpy]", 1.5),
]


def medians() -> dict[str, float]:
    """Run all benchmarks in one process; return the median seconds of each by its name."""
    with tempfile.TemporaryDirectory() as folder:
        target = Path(folder) / "benchmarks.json"
        command = [sys.executable, "-m", "pytest", "-q", str(HERE), "--benchmark-enable", f"--benchmark-json={target}"]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
        record = json.loads(target.read_text(encoding="utf-8"))
    return {entry["name"]: entry["stats"]["median"] for entry in record["benchmarks"]}


def table(found: dict[str, float]) -> str:
    """Return the Markdown table: what, median, against, ratio, and the ratio that is asked for."""
    lines = ["| what | median | peer | ratio | at most |", "|---|---:|---:|---:|---:|"]
    for what, ours, peer, most in RATIOS:
        ratio = found[ours] / found[peer]
        lines.append(f"| {what} | {1e3 * found[ours]:.3g} ms | {1e3 * found[peer]:.3g} ms | {ratio:.2f} | {most} |")
    slowest = max((seconds, name) for name, seconds in found.items() if name.startswith("test_layout["))
    lines.append(
        f"| layout of the gallery's slowest graph ({slowest[1][12:-1]}) | {1e3 * slowest[0]:.3g} ms | – | – | 100 ms |"
    )
    random = [seconds for name, seconds in found.items() if name.startswith("test_layout_of_300[")]
    lines.append(
        f"| layout of random programs of 300 boxes (`layout_quality.LARGE`), median and slowest of {len(random)} "
        f"| {1e3 * median(random):.3g}, {1e3 * max(random):.3g} ms | – | – | 100 ms |"
    )
    picture = 1e3 * found["test_chain_picture[film and svg]"]
    lines.append(f"| film and SVG of a chain of twelve factors | {picture:.3g} ms | – | – | 50 ms |")
    return "\n".join(lines)


if __name__ == "__main__":
    print(table(medians()))
