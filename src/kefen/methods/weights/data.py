"""Weights from how the data spread: entropy and CRITIC.

Sources: C. E. Shannon's entropy as a weight, after M. Zeleny, "Multiple Criteria Decision Making",
1982; D. Diakoulaki, G. Mavrotas, L. Papayannakis, "Determining objective weights in multiple
criteria problems: the CRITIC method", Computers & Operations Research 22 (1995).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from kefen.domain.errors import DataError
from kefen.domain.text import Text

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from numpy.typing import NDArray


def entropy_weights(values: NDArray[np.float64], names: Sequence[str]) -> tuple[float, ...]:
    """Return weights by entropy: the more unevenly a criterion is spread, the more it weighs.

    p = x / sum x; E = -sum p ln p / ln m; w = (1 - E) / sum(1 - E).

    Args:
        values: m customers x n criteria, finite, none negative.
        names: The criteria, for messages.

    Returns:
        One weight for each criterion, summing to 1; 0 for a criterion that does not vary.

    Raises:
        DataError: There is one customer only, a value is negative, a criterion is zero for
            everybody, or none varies: then there are no weights to estimate.
    """
    rows = _checked(values)
    for column, name in zip(values.T, names, strict=True):
        if (column < 0).any():
            raise DataError(
                Text(
                    "“{n}” has values below zero, of which entropy is not defined",
                    "“{n}”含负值，熵权法无法计算",
                ).filled(n=name),
                mend=Text(
                    "Leave the criterion out, shift it, or use CRITIC, which takes any values.",
                    "请去掉该指标、平移取值，或改用 CRITIC（允许任意取值）。",
                ),
            )
        if not column.any():
            raise DataError(
                Text("“{n}” is zero for everybody", "“{n}”全部为零").filled(n=name),
                mend=Text("Leave the criterion out.", "请去掉该指标。"),
            )
    share = values / values.max(axis=0)
    share = share / share.sum(axis=0)
    logs = np.log(share, out=np.zeros_like(share), where=share > 0)
    spread = 1 + (share * logs).sum(axis=0) / np.log(rows)
    # What does not vary has no spread at all, whatever the logarithms leave behind.
    return _as_weights(np.where(_varies(values), np.maximum(spread, 0), 0.0))


def critic_weights(
    values: NDArray[np.float64], names: Sequence[str], costs: Collection[str] = ()
) -> tuple[float, ...]:
    """Return weights by CRITIC: a criterion weighs by its spread and by its conflict with others.

    Values are scaled from the worst, 0, to the best, 1; C_j = sigma_j sum_k (1 - r_jk).

    Args:
        values: m customers x n criteria, finite.
        names: The criteria, for messages.
        costs: The names of those of which less is better.

    Returns:
        One weight for each criterion, summing to 1; 0 for a criterion that does not vary.

    Raises:
        DataError: There is one customer or one criterion only, none varies, or all that vary say
            the same: then there are no weights to estimate.
    """
    _checked(values)
    varies = _varies(values)
    if varies.sum() < 2:
        raise not_estimable(
            Text("fewer than two criteria vary", "有变化的指标不足两个"),
            Text("Add criteria that differ between customers.", "请加入客户间有差异的指标。"),
        )
    low, high = values.min(axis=0), values.max(axis=0)
    # Halves, so that the distance of two very large values stays finite.
    span = np.where(varies, high / 2 - low / 2, 1.0)
    scaled = (values / 2 - low / 2) / span
    turned = [name in costs for name in names]
    scaled[:, turned] = 1 - scaled[:, turned]
    kept = scaled[:, varies]
    conflict = (1 - np.clip(np.corrcoef(kept, rowvar=False), -1, 1)).sum(axis=0)
    found = np.zeros(values.shape[1])
    # Correlations of columns that say the same miss 1 by a few digits of a double.
    found[varies] = kept.std(axis=0) * np.where(conflict > 1e-9, conflict, 0.0)
    if not found.any():
        raise not_estimable(
            Text("the criteria all say the same", "各指标完全一致"),
            Text("Keep one of them, or add others.", "请只保留一个，或加入其他指标。"),
        )
    return _as_weights(found)


def not_estimable(why: Text, mend: Text) -> DataError:
    """Return the error that says why there are no weights to estimate."""
    return DataError(
        Text("weights cannot be estimated: {w}", "无法估计权重：{w}").filled(w=why), mend=mend
    )


def _checked(values: NDArray[np.float64]) -> int:
    """Return the number of customers, of which there are two at least, all values finite."""
    rows = len(values)
    if rows < 2:
        raise not_estimable(
            Text("there is one customer only", "只有一个客户")
            if rows
            else Text("there is no customer with all values", "没有取值齐全的客户"),
            Text(
                "Give at least two customers, or weigh by experts or AHP.",
                "请提供至少两个客户，或改用专家法、层次分析法。",
            ),
        )
    if not np.isfinite(values).all():
        raise ValueError("values must be finite; leave rows with missing values out")
    return rows


def _varies(values: NDArray[np.float64]) -> NDArray[np.bool_]:
    found: NDArray[np.bool_] = values.max(axis=0) > values.min(axis=0)
    return found


def _as_weights(found: NDArray[np.float64]) -> tuple[float, ...]:
    if not found.any():
        raise not_estimable(
            Text("no criterion varies between customers", "各指标在客户间均无差异"),
            Text("Use criteria that differ.", "请使用有差异的指标。"),
        )
    return tuple(float(weight) for weight in found / found.sum())
