"""Fit the models of lifetime value by one package, and print how long that took.

    PYTHON benchmarks/lifetime/fits.py CONTENDER DATA.npz TIMES

It runs under the interpreter of the contender, which need not have Kefen (and may be Python 3.9,
the newest that `btyd` installs on). Data is loaded and brought into the contender's shape before
the clock starts; packages are imported before it too. Seconds are CPU seconds of the process and
of those it starts, such as compilers and sampling chains.
"""

from __future__ import annotations

import importlib
import json
import os
import statistics
import sys
import time
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np

sys.path.insert(0, str(Path(__file__).parents[1]))

from lifetime import plain

Fit = Callable[[], dict[str, float]]
Prepared = dict[str, Fit]


def _kefen(data: plain.Data) -> Prepared:
    clv = importlib.import_module("kefen.methods.clv")

    def fit(model: str, rows: Any, **weights: Any) -> Fit:
        def fitted() -> dict[str, float]:
            found = getattr(clv, model)().fit(rows, **weights)
            return {name: getattr(found, f"{name}_") for name in found.NAMES}

        return fitted

    donors = data["donors"]
    return {
        "BG/NBD": fit("BetaGeometricNBD", data["histories"]),
        "MBG/NBD": fit("ModifiedBetaGeometricNBD", data["histories"]),
        "Pareto/NBD": fit("ParetoNBD", data["histories"]),
        "BG/BB": fit("BetaGeometricBetaBinomial", donors[:, :3], sample_weight=donors[:, 3]),
        "Gamma-Gamma": fit("GammaGamma", data["amounts"]),
    }


def _plain(data: plain.Data) -> Prepared:
    def fit(model: str) -> Fit:
        return lambda: plain.fitted(model, data)

    return {model: fit(model) for model in plain.LIKELIHOODS}


def _fitters(package: str) -> Callable[[plain.Data], Prepared]:
    """Return the fits of `lifetimes`, and of `btyd`, which continued its fitters."""

    def prepare(data: plain.Data) -> Prepared:
        module, pandas = importlib.import_module(package), importlib.import_module("pandas")

        def fit(fitter: str, rows: Any, **options: Any) -> Fit:
            columns = [pandas.Series(column) for column in rows.T]
            return lambda: dict(
                getattr(module, fitter)(penalizer_coef=0.0).fit(*columns, **options).params_
            )

        histories, donors, amounts = data["histories"], data["donors"], data["amounts"]
        weights = pandas.Series(donors[:, 3])
        return {
            "BG/NBD": fit("BetaGeoFitter", histories),
            "MBG/NBD": fit("ModifiedBetaGeoFitter", histories),
            "Pareto/NBD": fit("ParetoNBDFitter", histories),
            "BG/BB": fit("BetaGeoBetaBinomFitter", donors[:, :3], weights=weights),
            "Gamma-Gamma": fit("GammaGammaFitter", amounts),
        }

    return prepare


def _pymc_marketing(method: str) -> Callable[[plain.Data], Prepared]:
    """Return the fits of `pymc-marketing` with its own priors: the mode, or by its sampler."""

    def prepare(data: plain.Data) -> Prepared:
        clv, pandas = (
            importlib.import_module("pymc_marketing.clv"),
            importlib.import_module("pandas"),
        )
        quiet: dict[str, Any] = {"progressbar": False}
        if method == "mcmc":
            quiet["random_seed"] = 1

        def fit(model: str, rows: Any, columns: str) -> Fit:
            table = pandas.DataFrame(rows, columns=columns.split())
            table.insert(0, "customer_id", range(len(table)))

            def fitted() -> dict[str, float]:
                one = getattr(clv, model)()
                one.fit(data=table, method=method, **quiet)
                drawn = one.idata.posterior
                return {
                    str(name): float(drawn[name].mean())
                    for name in drawn.data_vars
                    if drawn[name].ndim == 2
                }

            return fitted

        histories, donors = data["histories"], data["donors"]
        each = np.repeat(donors[:, :3], donors[:, 3].astype(int), axis=0)
        sampled = {
            "BG/NBD": fit("BetaGeoModel", histories, "frequency recency T"),
            "MBG/NBD": fit("ModifiedBetaGeoModel", histories, "frequency recency T"),
            "Gamma-Gamma": fit("GammaGammaModel", data["amounts"], "frequency monetary_value"),
        }
        if method == "mcmc":
            return sampled
        return {
            **sampled,
            "Pareto/NBD": fit("ParetoNBDModel", histories, "frequency recency T"),
            "BG/BB": fit("BetaGeoBetaBinomModel", each, "frequency recency T"),
        }

    return prepare


CONTENDERS: dict[str, Callable[[plain.Data], Prepared]] = {
    "kefen": _kefen,
    "plain": _plain,
    "lifetimes": _fitters("lifetimes"),
    "btyd": _fitters("btyd"),
    "pymc-marketing": _pymc_marketing("map"),
    "pymc-marketing-sampler": _pymc_marketing("mcmc"),
}
"""What fits, by the name it has on the command line."""


def _seconds() -> float:
    return sum(os.times()[:4])


def measured(fit: Fit, times: int) -> dict[str, Any]:
    """Return the seconds of the first fit, the median of the later ones, and the estimates."""
    taken, clock, parameters = [], time.perf_counter(), {}
    for _ in range(times):
        start = _seconds(), time.process_time()
        parameters = fit()
        # Of this process to the microsecond; of those it started, to the hundredth of a second.
        own = time.process_time() - start[1]
        taken.append(max(own, _seconds() - start[0] if own > 1 else own))
    return {
        "first": taken[0],
        "later": statistics.median(taken[1:] or taken),
        "clock": time.perf_counter() - clock,
        "fits": times,
        "parameters": parameters,
    }


def main(contender: str, file: str, times: str) -> None:
    """Print what one contender took, as JSON."""
    with np.load(file) as arrays:
        data = {name: np.asarray(arrays[name]) for name in arrays.files}
    found: dict[str, Any] = {}
    for model, fit in CONTENDERS[contender](data).items():
        try:
            found[model] = measured(fit, int(times))
            found[model]["log_likelihood"] = plain.log_likelihood(
                model, found[model]["parameters"], data
            )
        except Exception as error:  # a peer may fail in any way
            found[model] = {"error": f"{type(error).__name__}: {error}".splitlines()[0]}
    package = contender.replace("-sampler", "")
    told = {
        "version": version("scipy" if contender == "plain" else package),
        "python": ".".join(map(str, sys.version_info[:3])),
        "models": found,
    }
    print(json.dumps(told))


if __name__ == "__main__":
    main(*sys.argv[1:])
