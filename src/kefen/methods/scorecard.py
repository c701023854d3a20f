"""Statistical scorecards: weights of evidence, a logistic regression over them, whole points.

Each column is cut into bins by `optbinning`; a bin's weight of evidence is ln(share of the bad in
it / share of the good in it). A logistic regression of "bad" over the weights gives the points:
a bin earns -coefficient x weight of evidence x PDO / ln 2, rounded to whole points, and the start
is offset - PDO / ln 2 x intercept, so that odds of `base_odds` good to one bad score `base_score`
and double every PDO points.

Source: Siddiqi, Credit Risk Scorecards (2006); Navas-Palencia, Optimal binning (2020).
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from kefen.domain.errors import CallError
from kefen.domain.text import Text
from kefen.methods.errors import NotEstimableError

if TYPE_CHECKING:
    from collections.abc import Mapping

    import numpy.typing as npt

    Column = npt.NDArray[Any]
    Floats = npt.NDArray[np.float64]

FOLDS = 5
_SMALLEST_SIDE = 20
LOWEST_INFORMATION = 0.02
_PLACES = 4


@dataclass(frozen=True, slots=True)
class Bin:
    """One bin of a column.

    Attributes:
        below: For numbers: the bin holds values below this, and from the bin before it on; None
            for the last one.
        words: For texts: the values in it.
        missing: Whether it holds what is not known.
        good: How many good cases it has.
        bad: How many bad cases it has.
        evidence: Its weight of evidence.
        points: The whole points it earns.
    """

    below: float | None
    words: tuple[str, ...]
    missing: bool
    good: int
    bad: int
    evidence: float
    points: int = 0


@dataclass(frozen=True, slots=True)
class Characteristic:
    """A column of the scorecard.

    Attributes:
        name: The column.
        numeric: Whether it holds numbers.
        information: Its information value: sum of (share of bad - share of good) x evidence.
        bins: Its bins, in order.
    """

    name: str
    numeric: bool
    information: float
    bins: tuple[Bin, ...]

    def bin_of(self, value: object) -> Bin | None:
        """Return the bin of a value; None for a text that the history does not have."""
        unknown = value is None or (isinstance(value, float) and math.isnan(value))
        for one in self.bins:
            if unknown or one.missing:
                if unknown and one.missing:
                    return one
            elif self.numeric:
                if one.below is None or float(value) < one.below:  # type: ignore[arg-type]
                    return one
            elif str(value) in one.words:
                return one
        return None


@dataclass(frozen=True, slots=True)
class Discrimination:
    """How well scores tell bad from good: area under the curve, Kolmogorov-Smirnov, Gini."""

    area: float
    distance: float
    gini: float


class Scorecard:
    """A scorecard fitted on labelled history.

    Args:
        points_to_double: PDO: how many points double the odds.
        base_score: The score at `base_odds`.
        base_odds: Good to one bad at `base_score`.
        most: The most columns it keeps, those of most information first.

    Attributes:
        start_: The points everybody starts from.
        characteristics_: The columns kept, with their bins and points.
        left_out_: Columns with too little information, and how much they have.
    """

    def __init__(
        self,
        points_to_double: int = 20,
        base_score: int = 600,
        base_odds: float = 50.0,
        most: int = 20,
    ) -> None:
        self.points_to_double = points_to_double
        self.base_score = base_score
        self.base_odds = base_odds
        self.most = most
        self.start_ = 0
        self.characteristics_: tuple[Characteristic, ...] = ()
        self.left_out_: dict[str, float] = {}

    def get_params(self, deep: bool = True) -> dict[str, Any]:  # noqa: ARG002  scikit-learn's name
        """Return the settings by name."""
        names = ("points_to_double", "base_score", "base_odds", "most")
        return {name: getattr(self, name) for name in names}

    def set_params(self, **settings: Any) -> Scorecard:
        """Change settings by name."""
        for name, value in settings.items():
            setattr(self, name, value)
        return self

    def fit(self, columns: Mapping[str, Column], bad: Column) -> Scorecard:
        """Fit the scorecard.

        Args:
            columns: By name, numbers (NaN: not known) or texts (None: not known).
            bad: 1 for bad cases, 0 for good ones.

        Raises:
            NotEstimableError: One side has fewer than 20 cases, or no column tells them apart.
            CallError: The package for scorecards is not installed.
        """
        target = np.asarray(bad, dtype=np.int64)
        least = int(min(target.sum(), len(target) - target.sum()))
        if least < _SMALLEST_SIDE:
            raise NotEstimableError(
                Text(
                    "a scorecard needs at least {n} good and {n} bad cases; there are {l} of one",
                    "评分卡至少需要 {n} 个好样本和 {n} 个坏样本；其中一类只有 {l} 个",
                ).filled(n=_SMALLEST_SIDE, l=least)
            )
        found = [_binned(name, np.asarray(values), target) for name, values in columns.items()]
        found.sort(key=lambda one: (-one.information, one.name))
        kept = [one for one in found if one.information >= LOWEST_INFORMATION][: self.most]
        self.left_out_ = {one.name: one.information for one in found if one not in kept}
        if not kept:
            raise NotEstimableError(
                Text("no column tells good from bad", "没有任何列能区分好坏样本")
            )
        from sklearn.linear_model import LogisticRegression

        evidence = np.column_stack([_evidence(one, columns[one.name]) for one in kept])
        model = LogisticRegression(max_iter=1_000).fit(evidence, target)
        factor = self.points_to_double / math.log(2)
        offset = self.base_score - factor * math.log(self.base_odds)
        self.start_ = round(offset - factor * float(model.intercept_[0]))
        self.characteristics_ = tuple(
            _with_points(one, -factor * float(coefficient))
            for one, coefficient in zip(kept, model.coef_[0], strict=True)
        )
        return self

    def score(self, columns: Mapping[str, Column]) -> npt.NDArray[np.int64]:
        """Return the points of cases, higher for better ones.

        Args:
            columns: By name, as fitted; further ones are passed over.
        """
        count = len(next(iter(columns.values())))
        total = np.full(count, self.start_, dtype=np.int64)
        for one in self.characteristics_:
            bins = [one.bin_of(value) for value in columns[one.name]]
            total += np.array([0 if found is None else found.points for found in bins])
        return total


def discrimination(scores: npt.NDArray[Any], bad: Column) -> Discrimination:
    """Return how well scores, higher for better cases, tell bad from good."""
    from sklearn.metrics import roc_auc_score, roc_curve

    area = float(roc_auc_score(bad, -scores))
    false, true, _ = roc_curve(bad, -scores)
    return Discrimination(area, float(np.max(true - false)), 2 * area - 1)


def out_of_fold(
    scorecard: Scorecard, columns: Mapping[str, Column], bad: Column, seed: int = 0
) -> Discrimination:
    """Return how well a scorecard of these settings does on cases it was not fitted on.

    Five stratified folds; each is scored by a card of the other four, binning included, and the
    scores are pooled.
    """
    from sklearn.model_selection import StratifiedKFold

    target = np.asarray(bad)
    scores = np.zeros(len(target), dtype=np.int64)
    folds = StratifiedKFold(FOLDS, shuffle=True, random_state=seed)
    for fitted, held in folds.split(target, target):
        card = Scorecard(**scorecard.get_params())
        card.fit({n: np.asarray(v)[fitted] for n, v in columns.items()}, target[fitted])
        scores[held] = card.score({n: np.asarray(v)[held] for n, v in columns.items()})
    return discrimination(scores, target)


def raw_information(values: Column, bad: Column) -> float:
    """Return the information value of a text column by its own values, without binning.

    Values that only one side has are passed over: their evidence has no bounds.
    """
    target = np.asarray(bad, dtype=np.int64)
    total_bad, total = int(target.sum()), len(target)
    information = 0.0
    for value in sorted(set(values.tolist()), key=str):
        own = target[values == value]
        share_bad = own.sum() / total_bad
        share_good = (len(own) - own.sum()) / (total - total_bad)
        if share_bad > 0 and share_good > 0:
            information += (share_bad - share_good) * math.log(share_bad / share_good)
    return information


def _binned(name: str, values: Column, target: Column) -> Characteristic:
    try:
        from optbinning import OptimalBinning
    except ImportError as error:
        raise CallError(
            Text("Scorecards need a package that is not installed.", "评分卡所需的软件包未安装。"),
            mend=Text(
                "Install it: pip install 'kefen[scorecard]'",
                "请安装：pip install 'kefen[scorecard]'",
            ),
        ) from error
    numeric = values.dtype.kind in "if"
    if _is_constant(values, numeric=numeric):
        return Characteristic(name, numeric, 0.0, ())
    binning = OptimalBinning(name=name, dtype="numerical" if numeric else "categorical")
    if numeric:
        values = values.astype(np.float64)
        binning.fit(values, target)
        # Standards know four decimals, so edges have no more.
        splits = sorted({round(float(split), _PLACES) for split in binning.splits})
        edges: list[Any] = [*splits, None]
        empty = [Bin(edge, (), missing=False, good=0, bad=0, evidence=0) for edge in edges]
    else:
        known = np.array([value is not None for value in values])
        texts = np.array([str(v) for v in values[known]], dtype=object)
        binning.fit(texts, target[known])
        groups = [tuple(str(word) for word in group) for group in binning.splits]
        empty = [Bin(None, group, missing=False, good=0, bad=0, evidence=0) for group in groups]
    empty.append(Bin(None, (), missing=True, good=0, bad=0, evidence=0))
    return _counted(Characteristic(name, numeric, 0.0, tuple(empty)), values, target)


def _is_constant(values: Column, *, numeric: bool) -> bool:
    """Return whether at most one value is known: such a column tells nothing."""
    if numeric:
        return len(np.unique(values[~np.isnan(values.astype(np.float64))])) < 2
    return len({value for value in values.tolist() if value is not None}) < 2


def _counted(empty: Characteristic, values: Column, target: Column) -> Characteristic:
    places = {id(one): place for place, one in enumerate(empty.bins)}
    good, bad = [0] * len(empty.bins), [0] * len(empty.bins)
    for value, is_bad in zip(values.tolist(), target.tolist(), strict=True):
        found = empty.bin_of(value)
        if found is not None:
            (bad if is_bad else good)[places[id(found)]] += 1
    all_bad, all_good = sum(bad), sum(good)
    bins = []
    information = 0.0
    for one, own_good, own_bad in zip(empty.bins, good, bad, strict=True):
        evidence = 0.0
        if own_good and own_bad:
            shares = own_bad / all_bad, own_good / all_good
            evidence = math.log(shares[0] / shares[1])
            information += (shares[0] - shares[1]) * evidence
        bins.append(Bin(one.below, one.words, one.missing, own_good, own_bad, evidence))
    return Characteristic(empty.name, empty.numeric, information, tuple(bins))


def _evidence(one: Characteristic, values: Column) -> Floats:
    bins = [one.bin_of(value) for value in np.asarray(values).tolist()]
    return np.array([0.0 if found is None else found.evidence for found in bins])


def _with_points(one: Characteristic, factor: float) -> Characteristic:
    bins = tuple(
        Bin(b.below, b.words, b.missing, b.good, b.bad, b.evidence, round(factor * b.evidence))
        for b in one.bins
    )
    return Characteristic(one.name, one.numeric, one.information, bins)
