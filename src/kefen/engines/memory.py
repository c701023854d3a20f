"""How much memory an engine may take."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from kefen.engines.engine import Engine

_UNITS = ("bytes", "KiB", "MiB", "GiB", "TiB", "PiB")


def memory_limit_of(engine: Engine) -> float:
    """Return the memory limit of an engine that is DuckDB, in bytes.

    Raises:
        EngineError: The engine stopped.
    """
    told = engine.rows("SELECT value FROM duckdb_settings() WHERE name = 'memory_limit'")[0][0]
    number, unit = str(told).split()  # such as 1.8 GiB
    return float(number) * 1024.0 ** _UNITS.index(unit)
