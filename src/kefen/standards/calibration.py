"""What a standard learned from a population: stored, versioned, reusable."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from kefen.domain.decimals import rounded
from kefen.domain.errors import DataError
from kefen.domain.text import Text
from kefen.standards.model_calibration import model_as_dict, model_from_dict

if TYPE_CHECKING:
    from collections.abc import Mapping

    from kefen.expressions.tree import Value
    from kefen.standards.model import Standard
    from kefen.standards.model_calibration import ModelCalibration

FORMAT = 1


@dataclass(frozen=True, slots=True)
class SchemeCalibration:
    """What one scheme learned.

    Attributes:
        population: How many customers it learned from (or graded, when it learns nothing).
        ranked: For grades by rank: how many have a value, which parts of all are parts of.
        total: The sum that shares are of.
        smallest: For grades by share or rank: the smallest value of each; None for an empty grade.
        cuts: For indicators by rank: the values at the cut ranks, from worst to best.
        learned: Values by name.
        groups: For a scheme that learns within groups: what it learned of each; the figures above
            are then those of nobody but for the population.
    """

    population: int
    total: Decimal | None = None
    smallest: Mapping[str, Decimal | None] = field(default_factory=dict)
    cuts: Mapping[str, tuple[Decimal | int, ...]] = field(default_factory=dict)
    learned: Mapping[str, Value] = field(default_factory=dict)
    groups: Mapping[str | None, SchemeCalibration] = field(default_factory=dict)
    ranked: int | None = None


NOTHING_LEARNED = SchemeCalibration(0)
"""What a scheme learned that was not there, or a group of nobody."""


@dataclass(frozen=True, slots=True)
class Calibration:
    """What all schemes and models of a standard learned.

    Attributes:
        standard: The standard's id.
        version: The standard's version.
        fingerprint: The standard's fingerprint.
        as_of: The as-of date it was learned at.
        schemes: By scheme id.
        models: By model id.
    """

    standard: str
    version: int
    fingerprint: str
    as_of: date
    schemes: Mapping[str, SchemeCalibration]
    models: Mapping[str, ModelCalibration] = field(default_factory=dict)

    def as_dict(self) -> dict[str, Any]:
        """Return the content of `calibration.json`; decimals as strings."""
        return {
            "format": FORMAT,
            "standard": self.standard,
            "version": self.version,
            "fingerprint": self.fingerprint,
            "as_of": self.as_of.isoformat(),
            "models": {name: model_as_dict(model) for name, model in self.models.items()},
            "schemes": {name: _scheme_dict(scheme) for name, scheme in self.schemes.items()},
        }


def _scheme_dict(scheme: SchemeCalibration) -> dict[str, Any]:
    content: dict[str, Any] = {"population": scheme.population}
    if scheme.ranked is not None:
        content["ranked"] = scheme.ranked
    if scheme.total is not None:
        content["total"] = _encoded(scheme.total)
    if scheme.smallest:
        content["smallest"] = {grade: _encoded(v) for grade, v in scheme.smallest.items()}
    if scheme.cuts:
        content["cuts"] = {name: [_encoded(v) for v in cuts] for name, cuts in scheme.cuts.items()}
    if scheme.learned:
        content["learned"] = {name: _encoded(v) for name, v in scheme.learned.items()}
    if scheme.groups:
        content["groups"] = {str(name): _scheme_dict(own) for name, own in scheme.groups.items()}
    return content


def _scheme_from_dict(content: Mapping[str, Any]) -> SchemeCalibration:
    return SchemeCalibration(
        population=int(content["population"]),
        total=_decoded(content.get("total")),
        smallest={k: _decoded(v) for k, v in content.get("smallest", {}).items()},
        cuts={k: tuple(_decoded(v) for v in cuts) for k, cuts in content.get("cuts", {}).items()},
        learned={k: _decoded(v) for k, v in content.get("learned", {}).items()},
        groups={k: _scheme_from_dict(own) for k, own in content.get("groups", {}).items()},
        ranked=int(content["ranked"]) if "ranked" in content else None,
    )


def _encoded(value: Value) -> object:
    """Return a value for JSON; texts are wrapped so that decimals alone are bare strings."""
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, str):
        return {"text": value}
    if isinstance(value, date):
        return {"date": value.isoformat()}
    return value


def _decoded(content: object) -> Any:
    if isinstance(content, str):
        return rounded(Decimal(content))
    if isinstance(content, dict):
        return content["text"] if "text" in content else date.fromisoformat(content["date"])
    return content


def calibration_from_dict(
    content: Mapping[str, Any], standard: Standard, where: str
) -> Calibration:
    """Return the calibration that `as_dict` gave.

    Args:
        content: The content of `calibration.json`.
        standard: The standard it is to be applied with.
        where: The file's name, for messages.

    Raises:
        DataError: It is not a calibration, or belongs to a standard of another meaning.
    """
    try:
        calibration = Calibration(
            standard=str(content["standard"]),
            version=int(content["version"]),
            fingerprint=str(content["fingerprint"]),
            as_of=date.fromisoformat(content["as_of"]),
            schemes={
                str(name): _scheme_from_dict(scheme) for name, scheme in content["schemes"].items()
            },
            models={
                str(name): model_from_dict(model)
                for name, model in content.get("models", {}).items()
            },
        )
    except (KeyError, TypeError, ValueError, ArithmeticError, AttributeError) as error:
        raise DataError(
            Text("this is not a calibration", "不是有效的标定文件"),
            where=where,
            mend=Text(
                "Give the calibration.json of an earlier run.",
                "请使用以往评级生成的 calibration.json。",
            ),
        ) from error
    if calibration.fingerprint != standard.fingerprint:
        raise DataError(
            Text(
                "this calibration was learned under another standard ({s} version {v}), whose "
                "meaning differs from {t} version {w}",
                "该标定产生于另一标准（{s} 第 {v} 版），其含义与 {t} 第 {w} 版不同",
            ).filled(
                s=calibration.standard, v=calibration.version, t=standard.id, w=standard.version
            ),
            where=where,
            mend=Text(
                "Grade with that standard (--standard), or calibrate anew without --calibration.",
                "请使用该标准（--standard），或去掉 --calibration 重新标定。",
            ),
        )
    return calibration
