"""Every benchmark still runs and prints its table; what it measures is for people to judge, by hand."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

SCRIPTS = sorted(Path(__file__).parent.glob("bench_*.py"))


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda script: script.stem)
def test_it_prints_its_table(script: Path) -> None:
    environment = os.environ | {"QT_QPA_PLATFORM": "offscreen"}
    told = subprocess.run(
        [sys.executable, str(script), "--quick"], env=environment, capture_output=True, text=True, timeout=240
    )
    assert told.returncode == 0, told.stderr
    figures = [word for word in told.stdout.replace("|", " ").split() if word[0].isdigit()]
    assert len(figures) > 5, told.stdout
