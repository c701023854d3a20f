"""Why a model gives nothing, in words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kefen.domain.text import Text
from kefen.grading.modelled.method import Doubtful, fitted_method

if TYPE_CHECKING:
    from kefen.standards.model import Model
    from kefen.standards.model_calibration import ModelCalibration


def why_not_fitted(model: Model, learned: ModelCalibration | None) -> Text:
    """Return that a model gives nothing, and why."""
    if learned is None or learned.reason is None:
        return Text(
            "the data of the model “{m}” was not imported", "未导入模型“{m}”所需数据"
        ).filled(m=model.name)
    return Text("the model “{m}” could not be fitted: {r}", "模型“{m}”无法拟合：{r}").filled(
        m=model.name, r=learned.reason
    )


def doubt_of(model: Model, learned: ModelCalibration) -> Text | None:
    """Return why what a fitted model gives is not to be relied on; None when it is."""
    if not learned.is_fitted:
        return None
    method = fitted_method(model.method)
    return method.doubt(model, learned.parameters) if isinstance(method, Doubtful) else None
