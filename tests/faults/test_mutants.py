"""Damaged files of every format: none breaks the program, hangs it, or leaves half an import behind."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

SCRIPT = Path(__file__).with_name("mutants.py")
SHARED_DATA = os.environ.get("TOCSIN_SHARED_DATA", str(Path(__file__).parents[3] / "shared" / "data"))


@pytest.mark.parametrize("count", [1_200, pytest.param(100_000, marks=pytest.mark.soak)])
def test_damaged_files_are_imported_or_refused_in_words(count: int) -> None:
    # Two seconds of processor time each would be a hang; the limit ends one that never comes back.
    told = subprocess.run(
        [sys.executable, str(SCRIPT), str(count)],
        env={**os.environ, "TOCSIN_SHARED_DATA": SHARED_DATA},
        capture_output=True,
        text=True,
        timeout=300 + 2 * count,
    )
    assert told.returncode == 0, told.stdout + told.stderr[-2000:]
    assert f"{count:,} mutants" in told.stdout
