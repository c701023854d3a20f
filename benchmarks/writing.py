"""What was found, as one JSON file for machines and one Markdown page for people."""

from __future__ import annotations

import json
import os
import platform
import subprocess
from dataclasses import asdict
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

    from rows.protocol import Outcome, Row
    from workbench import Workbench

_PACKAGES = ("kefen", "duckdb", "polars", "pandas", "numpy", "pyarrow", "pyspark")


def machine() -> dict[str, Any]:
    """Return what a reader must know of the machine and the versions."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    return {
        "system": f"{platform.system()} {platform.machine()}",
        "processor": _processor(),
        "cores": os.cpu_count(),
        "memory_gigabytes": round(memory / 2**30, 1),
        "python": platform.python_version(),
        "commit": _commit(),
        **{package: found for package in _PACKAGES if (found := _version(package))},
    }


def load() -> list[float]:
    """Return the load average of the last 1, 5 and 15 minutes."""
    return [round(average, 2) for average in os.getloadavg()]


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return ""


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return platform.processor()
    names = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    return next(names, platform.processor())


def _commit() -> str:
    """Return the short id of the commit, marked where files differ from it; empty without Git."""
    try:
        described = subprocess.run(
            ["git", "describe", "--always", "--dirty", "--exclude=*"],
            cwd=Path(__file__).parent,
            capture_output=True,
            text=True,
            check=True,
        )
    except (OSError, subprocess.CalledProcessError):
        return ""
    return described.stdout.strip()


def as_json(
    bench: Workbench, outcomes: Mapping[Row, Outcome], about: Mapping[str, Any]
) -> dict[str, Any]:
    """Return everything that was found: machine, load, every run, every row."""
    return {
        "machine": dict(about),
        "runs": [
            {
                "contender": job.contender.name,
                "customers": job.customers,
                "runs": [asdict(run) for run in runs],
            }
            for job, runs in bench.runs.items()
        ],
        "failed": [
            {"contender": job.contender.name, "customers": job.customers, "said": said}
            for job, said in bench.failed.items()
        ],
        "rows": [
            {
                "row": row.number,
                "name": row.name,
                "verdicts": [asdict(verdict) for verdict in outcome.verdicts],
                "figures": dict(outcome.figures),
            }
            for row, outcome in outcomes.items()
        ],
    }


def as_markdown(bench: Workbench, outcomes: Mapping[Row, Outcome], about: Mapping[str, Any]) -> str:
    """Return the same for people: verdicts first, then each row."""
    lines = ["# What was measured", ""]
    lines += [", ".join(f"{name} {value}" for name, value in about.items() if value != ""), ""]
    elsewhere = [run.elsewhere for runs in bench.runs.values() for run in runs]
    if elsewhere:
        lines += [
            f"Other programs took at most {max(elsewhere):.2f} of {about['cores']} cores during a "
            "run. Times are medians; compare ratios, not seconds.",
            "",
        ]
    lines += ["| row | bar | measured | |", "|---:|---|---|---|"]
    for row, outcome in outcomes.items():
        lines += [
            f"| {row.number} | {verdict.bar} | {_in_a_cell(verdict.measured)} | {verdict.word} |"
            for verdict in outcome.verdicts
        ]
    for row, outcome in outcomes.items():
        lines += ["", f"## {row.number}. {row.title}"]
        for paragraph in outcome.paragraphs:
            lines += ["", paragraph]
    return "\n".join(lines) + "\n"


def _in_a_cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "/")


def write(
    directory: Path,
    name: str,
    bench: Workbench,
    outcomes: Mapping[Row, Outcome],
    about: Mapping[str, Any],
) -> str:
    """Write both files and return the text of the page."""
    directory.mkdir(parents=True, exist_ok=True)
    content = json.dumps(as_json(bench, outcomes, about), indent=2, ensure_ascii=False)
    text = as_markdown(bench, outcomes, about)
    (directory / f"{name}.json").write_text(content + "\n", encoding="utf-8")
    (directory / f"{name}.md").write_text(text, encoding="utf-8")
    return text
