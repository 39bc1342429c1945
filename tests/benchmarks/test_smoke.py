"""Every benchmark still runs and prints its table; what it measures is for people to judge, by hand."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

# Half a minute each even when small, since servers have to start and be asked;
# tests/operations/test_sync_peers.py asks the same servers every time.
SLOW = ("bench_polling", "bench_console_polling")
SCRIPTS = [
    pytest.param(script, marks=pytest.mark.soak if script.stem in SLOW else (), id=script.stem)
    for script in sorted(Path(__file__).parent.glob("bench_*.py"))
]


@pytest.mark.parametrize("script", SCRIPTS)
def test_it_prints_its_table(script: Path) -> None:
    environment = os.environ | {"QT_QPA_PLATFORM": "offscreen"}
    told = subprocess.run(
        [sys.executable, str(script), "--quick"], env=environment, capture_output=True, text=True, timeout=240
    )
    assert told.returncode == 0, told.stderr
    figures = [word for word in told.stdout.replace("|", " ").split() if word[0].isdigit()]
    assert len(figures) > 5, told.stdout
