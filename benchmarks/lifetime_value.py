"""How long models of lifetime value take to fit: CDNOW, donations, a million customers, and peers.

    python benchmarks/lifetime_value.py --data DIR [--customers 1000000] \
        [--peer NAME=PYTHON ...] [--slow NAME=PYTHON ...] [--save FILE.md]

The published data sets are read from the reference data; the million customers are generated. Each
contender fits in a process of its own, under the interpreter given for it, one after the other in
one run; the plain search needs none. `--slow` fits each model once: for samplers. A peer is any
name of `CONTENDERS` in `lifetime/fits.py`, and is installed by whoever asks, for example

    python3.9 -m venv /tmp/btyd && /tmp/btyd/bin/pip install btyd 'numpy==1.23.5' 'scipy==1.10.1' \
        'pandas==1.5.3'
    python benchmarks/lifetime_value.py --peer btyd=/tmp/btyd/bin/python

The exit code is 1 where a peer is faster than Kefen at a model.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np

from kefen.methods.clv import BetaGeometricNBD, ModifiedBetaGeometricNBD, ParetoNBD
from kefen.methods.clv.histories import collapsed
from kefen.methods.verification.cdnow import SAMPLE, SUMMARY, cohort, summary
from kefen.methods.verification.lifetime import DONATIONS
from lifetime.fits import CONTENDERS
from lifetime.plain import LIKELIHOODS

LARGE = (BetaGeometricNBD, ModifiedBetaGeometricNBD, ParetoNBD)
DATA = {
    "BG/NBD": "CDNOW, 2,357 customers",
    "MBG/NBD": "CDNOW, 2,357 customers",
    "Pareto/NBD": "CDNOW, 2,357 customers",
    "BG/BB": "donations, 11,104 donors",
    "Gamma-Gamma": "CDNOW, 946 repeaters",
}
"""What each model is fitted to."""
_FITS = Path(__file__).parent / "lifetime" / "fits.py"
_TIMES = {"kefen": 7, "plain": 5}
_ONE_THREAD = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")


def main() -> int:
    """Run the benchmark and print its figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, default=os.environ.get("KEFEN_DATA"))
    parser.add_argument("--customers", type=int, default=1_000_000)
    parser.add_argument("--peer", action="append", default=[], metavar="NAME=PYTHON")
    parser.add_argument("--slow", action="append", default=[], metavar="NAME=PYTHON")
    parser.add_argument("--save", type=Path)
    asked = parser.parse_args()
    if asked.data is None or not (asked.data / SUMMARY).is_file():
        parser.error("give the directory of the reference data with --data or KEFEN_DATA")
    runs = [("kefen", sys.executable, _TIMES["kefen"]), ("plain", sys.executable, _TIMES["plain"])]
    for given, times in ((asked.peer, 3), (asked.slow, 1)):
        for one in given:
            name, _, python = one.partition("=")
            if name not in CONTENDERS or not python:
                parser.error(f"write NAME=PYTHON with one of {', '.join(CONTENDERS)}: {one}")
            runs.append((name, python, times))
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "data.npz"
        np.savez(
            file,
            histories=summary(asked.data),
            amounts=cohort(asked.data / SAMPLE).amounts,
            donors=np.loadtxt(asked.data / DONATIONS, delimiter=",", skiprows=1),
        )
        found = {name: _measured(name, python, file, times) for name, python, times in runs}
    text = "\n".join([*report(found), "", *_of_many(asked.customers)])
    print(text)
    if asked.save is not None:
        command = "python benchmarks/lifetime_value.py" + "".join(
            f" --{option} {one.partition('=')[0]}=PYTHON"
            for option, given in (("peer", asked.peer), ("slow", asked.slow))
            for one in given
        )
        asked.save.write_text(_page(command, text), encoding="utf-8")
    return 1 if faster_than_kefen(found) else 0


def report(found: dict[str, Any]) -> list[str]:
    """Return the tables of times and of log-likelihoods, as lines of Markdown."""
    lines: list[str] = []
    for name, one in found.items():
        if "error" in one:
            lines += [f"`{name}` did not run: {one['error']}", ""]
    ran = {name: one for name, one in found.items() if "models" in one}
    heads = [
        f"plain (SciPy {one['version']})" if name == "plain" else f"{name} {one['version']}"
        for name, one in ran.items()
    ]
    ruler = "|---|---|" + "---:|" * len(ran)
    lines += [
        "Seconds of a fit: the median of the fits after the first; in brackets the first one, where"
        " it took half as long again, as where it compiles.",
        "",
        f"| model | data | {' | '.join(heads)} |",
        ruler,
    ]
    for model, data in DATA.items():
        cells = [_seconds(one["models"].get(model)) for one in ran.values()]
        lines.append(f"| {model} | {data} | {' | '.join(cells)} |")
    best = ", ".join(
        f"{model} {least / own:.1f}"
        for model in DATA
        if (own := _later(ran["kefen"], model)) and (least := _fastest_other(ran, model))
    )
    lines += [
        "",
        f"How many times faster Kefen is than the fastest other: {best}.",
        "",
        "Log-likelihood at each one's estimates, by the likelihoods of `lifetime/plain.py`:",
        "",
        f"| model | data | {' | '.join(heads)} |",
        ruler,
    ]
    for model, data in DATA.items():
        cells = [_likelihood(one["models"].get(model)) for one in ran.values()]
        lines.append(f"| {model} | {data} | {' | '.join(cells)} |")
    failed = [
        f"- {name}, {model}: {fit['error']}"
        for name, one in ran.items()
        for model, fit in one["models"].items()
        if "error" in fit
    ]
    return [*lines, *(["", "Not fitted:", "", *failed] if failed else [])]


def faster_than_kefen(found: dict[str, Any]) -> list[str]:
    """Return the models at which another contender is faster than Kefen."""
    ran = {name: one for name, one in found.items() if "models" in one}
    return [
        model
        for model in LIKELIHOODS
        if (own := _later(ran["kefen"], model)) is not None
        and (least := _fastest_other(ran, model)) is not None
        and least < own
    ]


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


def _measured(name: str, python: str, file: Path, times: int) -> dict[str, Any]:
    """Return what one contender took, or why it did not run."""
    done = subprocess.run(
        [python, "-W", "ignore", str(_FITS), name, str(file), str(times)],
        capture_output=True,
        text=True,
        check=False,
        # What a contender compiles it compiles here, and not in an earlier run.
        env={
            **os.environ,
            **_ONE_THREAD,
            "PYTENSOR_FLAGS": f"compiledir={file.parent / f'compiled by {name}'}".replace(" ", "-"),
        },
    )
    if done.returncode:
        said = (done.stderr.strip() or f"exit code {done.returncode}").splitlines()[-1]
        return {"error": said}
    told: dict[str, Any] = json.loads(done.stdout.strip().splitlines()[-1])
    return told


def _later(one: dict[str, Any], model: str) -> float | None:
    fit = one["models"].get(model, {})
    return float(fit["later"]) if "later" in fit else None


def _fastest_other(ran: dict[str, Any], model: str) -> float | None:
    others = [_later(one, model) for name, one in ran.items() if name != "kefen"]
    return min((one for one in others if one is not None), default=None)


def _seconds(fit: dict[str, Any] | None) -> str:
    if fit is None:
        return "-"
    if "error" in fit:
        return "failed"
    own = f"{fit['later']:.4f}" if fit["later"] < 1 else f"{fit['later']:.1f}"
    if fit["fits"] > 1 and fit["first"] > 1.5 * fit["later"]:
        return f"{own} ({fit['first']:.4g})"
    return own


def _likelihood(fit: dict[str, Any] | None) -> str:
    return "-" if fit is None or "error" in fit else f"{fit['log_likelihood']:.4f}"


def _of_many(customers: int) -> list[str]:
    many = generated(customers)
    different = len(collapsed(many, None).counts)
    lines = [
        f"{len(many):,} generated customers, {different:,} different histories, one fit each:",
        "",
        "| model | seconds |",
        "|---|---:|",
    ]
    for model in LARGE:
        start = time.process_time()
        model().fit(many)
        lines.append(f"| {model.__name__} | {time.process_time() - start:.2f} |")
    return lines


def _page(command: str, text: str) -> str:
    return f"""# Lifetime value: how long fitting takes

Written by `{command} --save` ({os.cpu_count()} cores, {platform.machine()}, Python \
{platform.python_version()}), one run, every contender in a process of its own and one after the \
other. Seconds are CPU seconds of the process and of those it starts; the machine had other work, \
so compare ratios, not seconds. Packages are imported and data is loaded before the clock starts; \
every library computes on one thread.

{text}

What the contenders are: `plain` is the likelihood as published and a search by SciPy's L-BFGS \
with differences for the gradient. `lifetimes` and `btyd` are fitted without penalty (`btyd` by \
its fitters, the same code as lifetimes; it installs up to Python 3.9). `pymc-marketing` is \
fitted by `method="map"` with its own priors, so that its log-likelihood is not the largest; the \
first fit compiles. `pymc-marketing-sampler` is its default, `method="mcmc"`, for the models it \
samples by default.

In a standard no more than 100,000 different histories are fitted to \
([decision 0020](../../docs/decisions/0020-models-in-standards.md)), so grading a million \
customers costs less than the fits above.
"""


if __name__ == "__main__":
    sys.exit(main())
