"""The method that foretells who will be lost, as standards know it."""

from __future__ import annotations

from decimal import Decimal

from kefen.domain.text import Text
from kefen.standards.modelling.method import Method, MethodOption, MethodOutput

LOSS_PROBABILITY = Method(
    id="loss_probability",
    name=Text("Loss probability", "流失概率"),
    description=Text(
        "A logistic regression on customers of whom it is known who was lost; each input adds its "
        "part to the log-odds.",
        "以已知去留的客户作逻辑回归；各输入对对数几率的贡献相加。",
    ),
    inputs=(),
    outputs=(
        MethodOutput(
            "probability",
            Text("probability of being lost", "流失概率"),
            "share",
            lowest=Decimal(0),
            highest=Decimal(1),
        ),
    ),
    settings=(
        MethodOption(
            "penalty",
            Text(
                "How strongly contributions are drawn towards none (ridge).",
                "贡献向零收缩的强度（岭惩罚）。",
            ),
            default=Decimal(1),
            lowest=Decimal("0.0001"),
            highest=Decimal(10_000),
        ),
    ),
    smallest_population=100,
    learns_lost=True,
)
LOSS_METHODS = (LOSS_PROBABILITY,)
