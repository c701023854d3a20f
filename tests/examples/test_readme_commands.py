"""The commands of the examples' README do what they say."""

import json
import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

EXAMPLES = Path(__file__).parents[2] / "examples"
README = (EXAMPLES / "README.md").read_text(encoding="utf-8")
COMMANDS = re.findall(r"```bash\n(.+?)\n```", README, re.DOTALL)
KEFEN = Path(sys.executable).with_name("kefen")


def run(command: str, out: Path) -> Path:
    """Run a command of the README in the folder of the examples, with another `--out`."""
    data = os.environ.get("KEFEN_DATA", "")
    if "$DATA" in command and not data:
        pytest.skip("KEFEN_DATA names no folder of reference data")
    words = shlex.split(command.replace("$DATA", str(Path(data).resolve()) if data else ""))
    words[words.index("--out") + 1] = str(out)
    done = subprocess.run(
        [str(KEFEN), *words[1:]], cwd=EXAMPLES, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return out


def test_every_mapping_has_its_command_and_is_named_in_both_halves() -> None:
    english, chinese = README.split("## 中文")
    for mapping in EXAMPLES.glob("*.yaml"):
        assert f"--mapping {mapping.name} " in english
        assert f"[{mapping.name}]({mapping.name})" in english
        assert f"[{mapping.name}]({mapping.name})" in chinese


@pytest.mark.parametrize("command", [c for c in COMMANDS if "$DATA" not in c])
def test_the_templates_can_be_graded(command: str, tmp_path: Path) -> None:
    out = run(command, tmp_path / "out")
    record = json.loads((out / "run.json").read_text(encoding="utf-8"))
    assert record["as_of"] == "2024-05-31"
    assert {"grades.parquet", "metrics.parquet", "calibration.json", "report.html"} <= {
        path.name for path in out.iterdir()
    }


@pytest.mark.reference
@pytest.mark.slow
@pytest.mark.parametrize("command", [c for c in COMMANDS if "$DATA" in c])
def test_the_public_data_sets_can_be_graded(command: str, tmp_path: Path) -> None:
    out = run(command, tmp_path / "out")
    assert (out / "grades.parquet").stat().st_size > 0
