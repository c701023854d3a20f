"""Why a model gives nothing, in words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kefen.domain.text import Text

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
