"""What Spark plans for the main job, and how many rows of answers reach the driver.

    python benchmarks/spark_plans.py DATA [--master 'local[2]'] [--json]

DATA is a directory of generated files (`benchmarks/generate.py`). They are read, checked and graded
under the whole default standard; of every job the physical plan is looked at before it runs.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from datetime import date
from pathlib import Path
from typing import Any

from generate import AS_OF
from kefen.engines.spark.engine import SparkEngine
from kefen.engines.spark.questions import MOST_COLLECTED
from kefen.engines.spark.session import spark_session
from kefen.grading.grade import grade
from kefen.lake.reading import ReadingOptions, Source, read_dataset
from kefen.standards.reader import bundled_standard


def plan_facts(data: Path, master: str) -> dict[str, Any]:
    """Grade the files of a directory on Spark, and return what its plans hold.

    Returns:
        How many jobs there were, how many of their plans exchange rows at all, how many have an
        exchange to one partition or a window, the most rows that one question brought to the
        driver, and the most that may come.
    """
    plans: list[str] = []

    def keep(answered: Any) -> None:
        plans.append(answered._jdf.queryExecution().executedPlan().toString())

    os.environ.setdefault("SPARK_LOCAL_IP", "127.0.0.1")
    sources = {
        "customers": Source((data / "customers.parquet",)),
        "orders": Source(tuple(sorted(data.glob("orders*.parquet")))),
    }
    with spark_session(master) as session:
        session.sparkContext.setLogLevel("OFF")
        with SparkEngine(session, on_job=keep) as engine:
            dataset = read_dataset(engine, sources, ReadingOptions())
            run = grade(dataset, bundled_standard(), date.fromisoformat(AS_OF))
            graded = engine.rows(f'SELECT count(*) FROM "{run.grades}"')[0][0]
            collected = engine.collected
    return {
        "jobs": len(plans),
        "grades": graded,
        "with_exchange": sum("Exchange" in plan for plan in plans),
        "to_one_partition": sum("SinglePartition" in plan for plan in plans),
        "with_window": sum("Window" in plan for plan in plans),
        "most_collected": collected,
        "may_be_collected": MOST_COLLECTED,
    }


def main() -> int:
    """Look, print, and return 1 where a plan is not as it should be."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path)
    parser.add_argument("--master", default="local[2]")
    parser.add_argument("--json", action="store_true")
    asked = parser.parse_args()
    found = plan_facts(asked.data, asked.master)
    if asked.json:
        print(json.dumps(found, indent=2))
    else:
        for name, value in found.items():
            print(f"{name:18} {value:>10,}")
    wrong = found["to_one_partition"] or found["with_window"]
    return int(bool(wrong) or found["most_collected"] > found["may_be_collected"])


if __name__ == "__main__":
    sys.exit(main())
