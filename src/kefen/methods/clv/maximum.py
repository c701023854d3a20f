"""Maximum likelihood in log-parameters: a quasi-Newton search, finished by Newton's steps."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

import numpy as np
import numpy.typing as npt

from kefen.domain.text import Text
from kefen.methods.errors import NotEstimableError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

Floats: TypeAlias = npt.NDArray[np.float64]
Likelihood: TypeAlias = "Callable[[Floats], tuple[float, Floats]]"
"""From positive parameters to the log-likelihood and its gradient by them."""

_EDGE = 16.0
"""Log-parameters beyond this are infinite or zero in all but name."""
_MOST_SEARCHES = 300
_LONGEST = 1.5
_STEPS = 40
_WIDTH = 1e-5
_CURVED = 1e-6
"""Steps up to this length leave the curvature as it is, to more digits than are told."""
# Of the log-likelihood's own size: what is left to gain where the search may stop.
_GAIN = 1e-13


@dataclass(frozen=True, slots=True)
class Maximum:
    """The place of the largest likelihood.

    Attributes:
        parameters: The positive parameters there.
        log_likelihood: The log-likelihood there.
        standard_errors: Of the parameters, from the curvature there.
        iterations: Evaluations of the likelihood with its gradient.
    """

    parameters: Floats
    log_likelihood: float
    standard_errors: Floats
    iterations: int


def maximum(
    likelihood: Likelihood, start: Sequence[float] | Floats, names: Sequence[str]
) -> Maximum:
    """Return where a likelihood of positive parameters is largest.

    The BFGS method on the log-parameters finds the neighbourhood; Newton's method with the
    curvature by central differences of the gradient finishes, so that the first eight digits of
    the result do not depend on where the search began.

    Args:
        likelihood: The log-likelihood and its gradient.
        start: Parameters to begin with.
        names: The names of the parameters, for messages.

    Raises:
        NotEstimableError: There is no such place: a parameter runs to zero or infinity, or the
            likelihood is flat.
    """
    evaluations = 0

    def downhill(logs: Floats) -> tuple[float, Floats]:
        nonlocal evaluations
        evaluations += 1
        return _downhill(likelihood, logs)

    logs, value, slope = _descended(downhill, np.log(np.asarray(start, dtype=np.float64)))
    _refuse_edges(logs, names)
    curvature = _curvature(downhill, logs)
    for _ in range(_STEPS):
        step = _newton(curvature, slope)
        if step is None:
            break
        size = 1.0
        while size > 1e-6:
            next_value, next_slope = downhill(logs - size * step)
            if next_value <= value + _GAIN * (1 + abs(value)):
                break
            size /= 2
        else:
            break
        gained = float(slope @ step)
        logs, value, slope = logs - size * step, next_value, next_slope
        if float(np.max(np.abs(step))) > _CURVED:
            curvature = _curvature(downhill, logs)
        if gained <= _GAIN * (1 + abs(value)) and float(np.max(np.abs(step))) < 1e-9:
            break
    _refuse_edges(logs, names)
    step = _newton(curvature, slope)
    if step is None or float(slope @ step) > 1e-6:
        raise NotEstimableError(
            Text(
                "the likelihood has no single highest point: the data does not tell "
                "the parameters apart",
                "似然函数没有唯一的最高点，数据不足以区分各参数",
            )
        )
    spread = np.sqrt(np.diag(np.linalg.inv(curvature)))
    parameters = np.exp(logs)
    return Maximum(parameters, -value, parameters * spread, evaluations)


def near_maximum(likelihood: Likelihood, start: Sequence[float] | Floats) -> Floats:
    """Return parameters near the largest likelihood: of a part of the data, to begin with.

    Args:
        likelihood: The log-likelihood and its gradient.
        start: Parameters to begin with; returned when the search runs to an edge.
    """
    logs, _, _ = _descended(
        lambda logs: _downhill(likelihood, logs), np.log(np.asarray(start, dtype=np.float64))
    )
    return np.asarray(start if np.any(np.abs(logs) > 0.75 * _EDGE) else np.exp(logs))


def _downhill(likelihood: Likelihood, logs: Floats) -> tuple[float, Floats]:
    """Return the negative likelihood and its slope by the log-parameters."""
    parameters = np.exp(logs)
    value, gradient = likelihood(parameters)
    if not np.isfinite(value) or not np.all(np.isfinite(gradient)):
        return 1e300, np.zeros_like(logs)
    return -value, -gradient * parameters


def _descended(
    downhill: Callable[[Floats], tuple[float, Floats]], logs: Floats
) -> tuple[Floats, float, Floats]:
    """Return a place near the lowest one, its value and slope, by the BFGS method.

    It is written out for a handful of parameters: a general search spends its time on threads.
    """
    value, slope = downhill(logs)
    inverse = np.eye(len(logs)) / max(1.0, float(np.linalg.norm(slope)))
    for _ in range(_MOST_SEARCHES):
        step = -inverse @ slope
        falls = float(step @ slope)
        if falls >= 0:  # the estimate has gone wrong: begin it anew
            inverse = np.eye(len(logs)) / max(1.0, float(np.linalg.norm(slope)))
            step = -inverse @ slope
            falls = float(step @ slope)
        step *= min(1.0, _LONGEST / max(float(np.max(np.abs(step))), 1e-300))
        size = 1.0
        while size > 1e-9:
            there, next_slope = downhill(logs + size * step)
            if there <= value + 1e-4 * size * falls:
                break
            size /= 2
        else:
            break
        moved, turned = size * step, next_slope - slope
        gained = value - there
        logs, value, slope = logs + moved, there, next_slope
        if np.any(np.abs(logs) > _EDGE) or gained <= 1e-9 * (1 + abs(value)):
            break
        along = float(moved @ turned)
        if along > 1e-12:
            left = np.eye(len(logs)) - np.outer(moved, turned) / along
            inverse = left @ inverse @ left.T + np.outer(moved, moved) / along
    return logs, value, slope


def _curvature(downhill: Callable[[Floats], tuple[float, Floats]], logs: Floats) -> Floats:
    """Return the matrix of second derivatives, by central differences of the gradient."""
    rows = []
    for place in range(len(logs)):
        step = np.zeros_like(logs)
        step[place] = _WIDTH * max(1.0, abs(logs[place]))
        rows.append((downhill(logs + step)[1] - downhill(logs - step)[1]) / (2 * step[place]))
    matrix = np.array(rows)
    return np.asarray((matrix + matrix.T) / 2)


def _newton(curvature: Floats, slope: Floats) -> Floats | None:
    """Return Newton's step; None where the curvature is not that of a lowest point."""
    try:
        np.linalg.cholesky(curvature)
        step = np.linalg.solve(curvature, slope)
    except np.linalg.LinAlgError:
        return None
    return np.asarray(step, dtype=np.float64) if np.all(np.isfinite(step)) else None


def _refuse_edges(logs: Floats, names: Sequence[str]) -> None:
    for name, value in zip(names, logs, strict=True):
        if abs(value) > 0.75 * _EDGE:
            raise NotEstimableError(
                Text(
                    "the parameter {n} runs to {e}: the data shows no difference between "
                    "customers for it to describe",
                    "参数 {n} 趋于{e}：数据未显示出它所描述的客户差异",
                ).filled(
                    n=name,
                    e=Text("infinity", "无穷大") if value > 0 else Text("zero", "零"),
                )
            )
