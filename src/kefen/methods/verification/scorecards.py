"""The published figures of scorecards: German credit."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from kefen.domain.text import Text
from kefen.methods.scorecard import Scorecard, out_of_fold, raw_information
from kefen.methods.verification.figure import Family, Figure

if TYPE_CHECKING:
    from pathlib import Path

GERMAN = "uci_german_credit/german_credit.parquet"
_TARGET, _BAD = "creditability", "bad"


def _german(data: Path) -> list[Figure]:
    import pyarrow as pa
    import pyarrow.parquet as pq

    table = pq.read_table(data / GERMAN)
    bad = np.array([int(value == _BAD) for value in table.column(_TARGET).to_pylist()])
    columns: dict[str, Any] = {
        name: np.array(
            table.column(name).to_pylist(),
            dtype=np.float64 if pa.types.is_integer(table.column(name).type) else object,
        )
        for name in table.column_names
        if name != _TARGET
    }
    card = Scorecard().fit(columns, bad)
    information = {one.name: one.information for one in card.characteristics_}
    held = out_of_fold(Scorecard(), columns, bad)
    checking, history = "status_of_existing_checking_account", "credit_history"
    return [
        Figure("WOE", "information of the checking account", "0.666012", information[checking], 6),
        Figure(
            "WOE",
            "information of the raw credit history",
            "0.293234",
            raw_information(columns[history], bad),
            6,
        ),
        # The published folds are not known: two digits are what different folds share.
        Figure("scorecard", "AUC, 5 folds", "0.7966", held.area, 2),
        Figure("scorecard", "KS, 5 folds", "0.488", held.distance, 2),
        Figure("scorecard", "Gini, 5 folds", "0.593", held.gini, 2),
    ]


FAMILIES = (
    Family(
        "scorecards",
        Text("Scorecards: German credit", "评分卡：德国信贷"),
        "scorecardpy, toad and optbinning on UCI German credit",
        (GERMAN,),
        _german,
        extra="scorecard",
        packages=("optbinning",),
    ),
)
