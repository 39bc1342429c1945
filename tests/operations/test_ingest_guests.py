"""An importer that breaks: the file is refused, nothing of it stays, and the others go on."""

import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tocsin.errors import BadInput
from tocsin.operations.ingest import ImportReport
from tocsin.store import imports
from tocsin.store.folder import Store

Import = Callable[..., ImportReport]
GUEST = """
import numpy as np
from tocsin.importers.base import Rows, Samples

class Blind:
    name, records = "blind", ("samples",)

    def knows(self, source):
        raise ZeroDivisionError("looks, and falls over")

    def read(self, source, options):
        yield

class Late:
    name, records = "late", ("samples",)

    def knows(self, source):
        return source.head().startswith(b"LATE")

    def read(self, source, options):
        yield Samples("power", np.arange(10_000) + 1767268800000000, np.ones(10_000), np.arange(10_000))
        raise KeyError("half-way")
"""


@pytest.fixture
def guests(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Install a package with two importers that break."""
    about = tmp_path / "site" / "breaking-1.0.dist-info"
    about.mkdir(parents=True)
    (tmp_path / "site" / "breaking_guest.py").write_text(GUEST)
    (about / "METADATA").write_text("Metadata-Version: 2.1\nName: breaking\nVersion: 1.0\n")
    (about / "entry_points.txt").write_text(
        "[tocsin.importers]\nblind = breaking_guest:Blind\nlate = breaking_guest:Late\n"
    )
    monkeypatch.syspath_prepend(str(tmp_path / "site"))
    monkeypatch.delitem(sys.modules, "breaking_guest", raising=False)


@pytest.mark.usefixtures("guests")
def test_what_breaks_half_way_leaves_nothing(run: Import, store: Store) -> None:
    with pytest.raises(BadInput, match=r"the importer late broke on it \(KeyError\)"):
        run("LATE")
    with store.signals.read() as connection:
        assert list(imports.list_all(connection)) == []
        assert imports.pending(connection) == []


@pytest.mark.usefixtures("guests")
def test_what_breaks_while_looking_keeps_no_other_out(run: Import) -> None:
    assert run("time,latency\n2026-01-01T00:00:00Z,1\n").importer == "csv"
