"""How long models of lifetime value take to fit: CDNOW, a million customers, and a peer.

    python benchmarks/lifetime_value.py --data DIR [--customers 1000000] [--peer]

CDNOW (2,357 customers) is read from the reference data; the million customers are generated. With
`--peer` the package lifetimes is installed in a temporary environment and fitted to the same rows;
without it the times noted on another machine with two cores are shown, and said to be that.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
import venv
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from kefen.methods.clv import BetaGeometricNBD, ModifiedBetaGeometricNBD, ParetoNBD
from kefen.methods.clv.histories import collapsed
from kefen.methods.verification.cdnow import SUMMARY, summary

if TYPE_CHECKING:
    from collections.abc import Callable

MODELS = (BetaGeometricNBD, ModifiedBetaGeometricNBD, ParetoNBD)
NOTED = {
    "BG/NBD": {"lifetimes": 1.7, "plain L-BFGS": 0.77, "pymc-marketing": 45.0},
    "Pareto/NBD": {"lifetimes": 9.4, "plain L-BFGS": 1.6, "pymc-marketing": 33.0},
}
"""Seconds of peers on CDNOW, measured once on another machine with two cores."""
_PEER = """
import json, statistics, sys, time
import numpy as np, pandas as pd
from lifetimes import BetaGeoFitter, ParetoNBDFitter
rows = np.loadtxt(sys.argv[1], delimiter=",", skiprows=1)[:, 1:4]
found = {}
for name, fitter in (("BG/NBD", BetaGeoFitter), ("Pareto/NBD", ParetoNBDFitter)):
    times = []
    for _ in range(3):
        start = time.process_time()
        fitter(penalizer_coef=0.0).fit(*map(pd.Series, rows.T))
        times.append(time.process_time() - start)
    found[name] = statistics.median(times)
print(json.dumps(found))
"""


def main() -> int:
    """Run the benchmark and print its figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, default=os.environ.get("KEFEN_DATA"))
    parser.add_argument("--customers", type=int, default=1_000_000)
    parser.add_argument("--peer", action="store_true")
    asked = parser.parse_args()
    if asked.data is None or not (asked.data / SUMMARY).is_file():
        parser.error("give the directory of the reference data with --data or KEFEN_DATA")
    rows = summary(asked.data)
    print(f"CDNOW, {len(rows):,} customers, medians of 7, CPU seconds:")
    for model in MODELS:
        print(f"  {model.__name__:26} {_median(lambda m=model: m().fit(rows), 7):8.4f}")
    if asked.peer:
        print("lifetimes on the same rows, this machine, medians of 3, CPU seconds:")
        for name, seconds in _peer(asked.data / SUMMARY).items():
            print(f"  {name:26} {seconds:8.4f}")
    else:
        print("peers as noted on another machine with two cores, seconds:")
        for name, times in NOTED.items():
            print(f"  {name:12} {', '.join(f'{peer} {t}' for peer, t in times.items())}")
    many = generated(asked.customers)
    different = len(collapsed(many, None).counts)
    print(f"{len(many):,} generated customers, {different:,} different histories, CPU seconds:")
    for model in MODELS:
        print(f"  {model.__name__:26} {_median(lambda m=model: m().fit(many), 1):8.2f}")
    return 0


def generated(customers: int) -> np.ndarray:
    """Return generated histories in whole days: rates gamma, a chance to stop after each."""
    dice = np.random.default_rng(7)
    age = dice.integers(1, 730, customers)
    rate = dice.gamma(0.7, 1 / 60, customers)
    stops = dice.beta(1.0, 4.0, customers)
    now, last = np.zeros(customers), np.zeros(customers)
    repeats = np.zeros(customers)
    open_ = np.ones(customers, dtype=bool)
    while open_.any():
        open_ &= dice.random(customers) > stops
        now = now + 1 + np.floor(dice.exponential(1, customers) / rate)
        open_ &= now <= age
        repeats[open_] += 1
        last[open_] = now[open_]
    return np.column_stack([repeats, last, age])


def _median(work: Callable[[], object], times: int) -> float:
    found = []
    for _ in range(times):
        start = time.process_time()
        work()
        found.append(time.process_time() - start)
    return statistics.median(found)


def _peer(file: Path) -> dict[str, float]:
    """Return the times of lifetimes, installed in an environment that is removed afterwards."""
    with tempfile.TemporaryDirectory() as folder:
        venv.create(folder, with_pip=True)
        python = Path(folder) / ("Scripts" if os.name == "nt" else "bin") / "python"
        subprocess.run(
            [python, "-m", "pip", "install", "-q", "lifetimes", "setuptools"], check=True
        )
        said = subprocess.run(
            [python, "-W", "ignore", "-c", _PEER, file], check=True, capture_output=True, text=True
        )
        found: dict[str, float] = json.loads(said.stdout.strip().splitlines()[-1])
        return found


if __name__ == "__main__":
    sys.exit(main())
