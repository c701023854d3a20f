"""The published figures of lifetime value: CDNOW, and donations."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from kefen.domain.text import Text
from kefen.methods.clv import (
    BetaGeometricBetaBinomial,
    BetaGeometricNBD,
    GammaGamma,
    ModifiedBetaGeometricNBD,
    ParetoNBD,
)
from kefen.methods.verification import cdnow
from kefen.methods.verification.figure import Family, Figure
from kefen.methods.verification.holdout import foretold

if TYPE_CHECKING:
    from pathlib import Path

    from kefen.methods.clv import PurchaseHistoryModel
    from kefen.methods.clv.maximum import Floats
    from kefen.methods.verification.holdout import Foretold

DONATIONS = "donations/donations.csv"
_ONE = np.array([[2, 30.43, 38.86]])


def _fitted(
    name: str, model: PurchaseHistoryModel, published: tuple[str, ...], likelihood: str
) -> list[Figure]:
    found = [
        Figure(name, one, figure, getattr(model, f"{one}_"))
        for one, figure in zip(model.NAMES, published, strict=True)
    ]
    return [*found, Figure(name, "log-likelihood", likelihood, model.log_likelihood_, 8)]


def _estimates(data: Path) -> list[Figure]:
    rows = cdnow.summary(data)
    bg, pareto = BetaGeometricNBD().fit(rows), ParetoNBD().fit(rows)
    mbg = ModifiedBetaGeometricNBD().fit(rows)
    heavy, none = np.array([[26, 30.86, 31.0]]), np.array([[0, 0, 38.86]])
    return [
        *_fitted("BG/NBD", bg, ("0.24259", "4.41354", "0.79289", "2.42576"), "-9582.4256"),
        Figure(
            "BG/NBD", "E[Y(39) | 2, 30.43, 38.86]", "1.2259", bg.expected_purchases(_ONE, 39)[0]
        ),
        Figure("BG/NBD", "P(alive | 2, 30.43, 38.86)", "0.7266", bg.probability_alive(_ONE)[0]),
        Figure("BG/NBD", "E[X(52)]", "1.4440", bg.expected_purchases_of_new(52)),
        *_fitted("Pareto/NBD", pareto, ("0.55328", "10.5776", "0.60621", "11.668"), "-9594.9739"),
        Figure(
            "Pareto/NBD",
            "E[Y(52) | 26, 30.86, 31]",
            "25.456",
            pareto.expected_purchases(heavy, 52)[0],
        ),
        Figure(
            "Pareto/NBD", "P(alive | 26, 30.86, 31)", "0.99792", pareto.probability_alive(heavy)[0]
        ),
        Figure("Pareto/NBD", "E[X(52)]", "1.4734", pareto.expected_purchases_of_new(52)),
        *_fitted("MBG/NBD", mbg, ("0.52484", "6.18299", "0.89136", "1.61400"), "-9582.1327"),
        Figure("MBG/NBD", "P(alive | 0, 0, 38.86)", "0.3897", mbg.probability_alive(none)[0]),
    ]


def _amounts(data: Path) -> list[Figure]:
    rows = cdnow.cohort(data / cdnow.SAMPLE).amounts
    model = GammaGamma().fit(rows)
    everybody = float(model.expected_value(np.array([[0, 0.0]]))[0])
    name = "Gamma-Gamma"
    return [
        Figure(name, "customers with repeats", "946", len(rows)),
        Figure(name, "p", "6.2488", model.p_),
        Figure(name, "q", "3.7446", model.q_),
        Figure(name, "v", "15.4477", model.v_),
        Figure(name, "log-likelihood", "-4055.923", model.log_likelihood_, 7),
        Figure(name, "mean of everybody", "35.171", everybody),
        Figure(
            name,
            "correlation of number and mean",
            "0.114",
            float(np.asarray(np.corrcoef(rows.T))[0, 1]),
        ),
    ]


def _donations(data: Path) -> list[Figure]:
    table: Floats = np.loadtxt(data / DONATIONS, delimiter=",", skiprows=1)
    rows, counts = table[:, :3], table[:, 3]
    model = BetaGeometricBetaBinomial().fit(rows, sample_weight=counts)
    published = ("1.2035", "0.7497", "0.6567", "2.7834")
    ahead = float((counts * model.expected_purchases(rows, 5)).sum())
    return [
        Figure("BG/BB", "donors", "11104", counts.sum(), 5),
        *(
            Figure("BG/BB", one, figure, getattr(model, f"{one}_"))
            for one, figure in zip(model.NAMES, published, strict=True)
        ),
        Figure("BG/BB", "log-likelihood", "-33225.58", model.log_likelihood_, 7),
        Figure("BG/BB", "donations in five years", "12884.16", ahead, 7),
    ]


def _sample_holdout(data: Path) -> list[Figure]:
    cohort = cdnow.cohort(data / cdnow.SAMPLE)
    ways = {way.name: way for way in foretold(cohort)}
    return [
        Figure("actual", "purchases", "1882", cohort.later.sum()),
        *_predicted(ways["BG/NBD"], "1653.4", "0.785", "0.626"),
        *_predicted(ways["Pareto/NBD"], "1665.5", "0.755", "0.630"),
    ]


def _predicted(way: Foretold, purchases: str, error: str, correlation: str) -> list[Figure]:
    return [
        Figure(way.name, "purchases foretold", purchases, way.purchases or 0.0),
        Figure(way.name, "mean absolute error", error, way.mean_error or 0.0),
        Figure(way.name, "correlation", correlation, way.correlation or 0.0),
    ]


def _whole_holdout(data: Path) -> list[Figure]:
    cohort = cdnow.cohort(data / cdnow.MASTER)
    ways = {way.name: way for way in foretold(cohort)}
    bg, naive = ways["BG/NBD"], ways["naive rate"]
    frequency = ways["frequency, then recency"]
    return [
        Figure("actual", "purchases", "19684", cohort.later.sum(), 5),
        Figure("BG/NBD", "purchases foretold", "16874", bg.purchases or 0.0),
        Figure("BG/NBD", "mean absolute error", "0.819", bg.mean_error or 0.0),
        Figure("BG/NBD", "root mean squared error", "1.733", bg.root_error or 0.0),
        Figure("naive rate", "purchases foretold", "29011", naive.purchases or 0.0),
        Figure("naive rate", "mean absolute error", "1.038", naive.mean_error or 0.0),
        Figure("naive rate", "root mean squared error", "2.158", naive.root_error or 0.0),
        Figure("BG/NBD", "held by the top fifth", "0.6295", bg.top_fifth),
        Figure("frequency", "held by the top fifth", "0.6310", frequency.top_fifth, 3),
        Figure("recency", "held by the top fifth", "0.6158", ways["recency"].top_fifth, 3),
        Figure("perfect", "held by the top fifth", "0.8809", ways["perfect"].top_fifth),
        Figure("BG/NBD", "AUC of buying again", "0.763", bg.area),
        Figure("frequency", "AUC of buying again", "0.760", frequency.area),
        Figure("recency", "AUC of buying again", "0.759", ways["recency"].area),
    ]


FAMILIES = (
    Family(
        "lifetime",
        Text("Lifetime value: CDNOW, 1/10 sample", "终身价值：CDNOW 十分之一样本"),
        "Fader, Hardie and Lee 2005; Fader and Hardie 2005; test suites of BTYD and lifetimes",
        (cdnow.SUMMARY,),
        _estimates,
    ),
    Family(
        "amounts",
        Text("Value of a purchase: CDNOW, 1/10 sample", "每次购买的价值：CDNOW 十分之一样本"),
        "Fader and Hardie 2013, means rounded to cents as published",
        (cdnow.SAMPLE,),
        _amounts,
    ),
    Family(
        "donations",
        Text("Periods with a purchase: donations", "按期购买：捐款数据"),
        "Fader, Hardie and Shang 2010",
        (DONATIONS,),
        _donations,
    ),
    Family(
        "holdout",
        Text("The next 39 weeks: CDNOW, 1/10 sample", "其后 39 周：CDNOW 十分之一样本"),
        "computed for the reference notes of this project",
        (cdnow.SAMPLE,),
        _sample_holdout,
    ),
    Family(
        "holdout-all",
        Text("The next 39 weeks: CDNOW, all customers", "其后 39 周：CDNOW 全体客户"),
        "computed for the reference notes of this project",
        (cdnow.MASTER,),
        _whole_holdout,
    ),
)
