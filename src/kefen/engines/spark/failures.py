"""What tasks met, and what would be too much for the driver, as errors with a mend."""

from __future__ import annotations

import duckdb

from kefen.domain.errors import EngineError
from kefen.domain.text import Text
from kefen.engines.duckdb_errors import translated


def raise_as_here(message: str) -> None:
    """Raise what a task met, as if the driver had met it.

    Args:
        message: The name of DuckDB's error, and in the next lines what it says.

    Raises:
        EngineError: Always; or what DuckDB raises, where that has no words of ours.
    """
    kind, _, what = message.partition("\n")
    if kind == "VersionMismatch":
        raise EngineError(
            Text(
                "DuckDB differs across the cluster: {w}", "集群中的 DuckDB 版本不一致：{w}"
            ).filled(w=what),
            mend=Text(
                "Install the driver's version of duckdb on every executor.",
                "请在每个执行器上安装与驱动程序相同版本的 duckdb。",
            ),
        )
    with translated():
        raise getattr(duckdb, kind, duckdb.Error)(what)


def too_many(most: int) -> EngineError:
    """Return the error of an answer with more rows than the driver takes."""
    return EngineError(
        Text(
            "More than {n} rows would have to come to the driver.",
            "需要汇集到驱动程序的行数超过 {n}。",
        ).filled(n=most),
        mend=Text(
            "Use --engine duckdb, or a smaller table of products.",
            "请改用 --engine duckdb，或使用较小的产品表。",
        ),
    )


def unseen(path: object) -> EngineError:
    """Return the error of results that executors wrote where the driver does not see them."""
    return EngineError(
        Text(
            "The executors wrote to “{p}”, but the driver does not see their files.",
            "执行器已写入“{p}”，但驱动程序看不到这些文件。",
        ).filled(p=path),
        mend=Text(
            "Give a folder that the driver and all executors share.",
            "请使用驱动程序与所有执行器共享的目录。",
        ),
    )
