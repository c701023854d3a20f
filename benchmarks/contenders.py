"""Who does the main job: Kefen on each engine, and the same job by hand in other tools."""

from __future__ import annotations

import compileall
import sys
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from generate import AS_OF

_HERE = Path(__file__).parent


@dataclass(frozen=True)
class Contender:
    """One way to do the main job.

    Attributes:
        name: The name on the command line and in the results; that of its module if it is not
            Kefen.
        title: Its name for people.
        engine: The engine of Kefen, or none for a module of this folder.
        heavy: Whether it takes so long on a million customers that it runs less often.
    """

    name: str
    title: str
    engine: str = ""
    heavy: bool = False

    def command(self, data: Path, out: Path) -> list[str]:
        """Return the command that grades the files of a directory into another."""
        if self.engine:
            engine = [] if self.engine == "duckdb" else ["--engine", self.engine]
            return grade_command(data, out, *engine)
        files = [str(data / name) for name in ("customers.parquet", "orders.parquet")]
        return [sys.executable, str(_HERE / f"{self.name}.py"), *files, AS_OF, str(out)]


def compile_modules() -> None:
    """Compile the modules of Kefen and of this folder, as pip does with what it installs.

    A tree of sources is compiled at its first start, and at every start where Python is told to
    keep nothing (`PYTHONDONTWRITEBYTECODE`), for which no user waits.
    """
    package = find_spec("kefen")
    places = () if package is None else package.submodule_search_locations or ()
    for place in (*places, str(_HERE)):
        compileall.compile_dir(place, quiet=1)


def kefen() -> list[str]:
    """Return the command that users call, of the environment that runs this."""
    return [str(Path(sys.executable).with_name("kefen"))]


def grade_command(data: Path, out: Path, *further: str) -> list[str]:
    """Return the call of Kefen that grades the generated files of a directory into another."""
    orders = [part for path in sorted(data.glob("orders*.parquet")) for part in ("--orders", path)]
    given = ["--customers", data / "customers.parquet", *orders, "--as-of", AS_OF, "--out", out]
    return [*kefen(), "grade", *map(str, given), "--no-report", *further]


KEFEN = Contender("kefen", "Kefen", engine="duckdb")
BY_HAND = Contender("by_hand", "SQL by hand")
POLARS = Contender("by_polars", "polars by an expert")
PANDAS = Contender("by_pandas", "pandas by an expert", heavy=True)
PLAIN_PANDAS = Contender("by_plain_pandas", "plain pandas", heavy=True)
SPARK = Contender("kefen_on_spark", "Kefen on Spark", engine="spark", heavy=True)
CONTENDERS = {
    contender.name: contender for contender in (KEFEN, BY_HAND, POLARS, PANDAS, PLAIN_PANDAS, SPARK)
}
