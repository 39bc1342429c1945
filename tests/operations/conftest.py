"""What tests of the verbs share: importing a text as a person would a file."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tocsin.importers.base import Options
from tocsin.model.operator import Author
from tocsin.operations.ingest import ImportReport, ingest
from tocsin.operations.progress import finish
from tocsin.store.folder import Store

Import = Callable[..., ImportReport]


@pytest.fixture
def run(store: Store, author: Author, tmp_path: Path) -> Import:
    """Write a text into a file and import it."""

    def imported(
        text: str | bytes, *, name: str = "latency.csv", dry_run: bool = False, **said: object
    ) -> ImportReport:
        file = tmp_path / name
        file.write_bytes(text.encode() if isinstance(text, str) else text)
        options = Options(**said)  # type: ignore[arg-type]
        return finish(ingest(store, author, file, system="shop", options=options, dry_run=dry_run))

    return imported
