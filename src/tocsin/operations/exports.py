"""Where documents may be written, and the writing: the file whole first, then the entry that says it left."""

import os
from pathlib import Path

from tocsin.errors import BadInput, UserError
from tocsin.model.journal import DocumentExported, Entry
from tocsin.model.operator import Author
from tocsin.operations.signing import Signer, sign
from tocsin.store.files import write_whole
from tocsin.store.folder import Store


def write(
    store: Store,
    author: Author,
    content: bytes,
    path: Path,
    body: DocumentExported,
    incident: str = "",
    *,
    id: str = "",
    signer: Signer | None = None,
) -> Entry:
    """Write a document to a file and record that it left; `incident` is an id, empty for one of the store.

    With a `signer` a signature is put below it and the body completed with both hashes. The file is there,
    complete, before the entry is; a new one that could not be recorded is taken back. Raises BadInput,
    StoreProblem, and Missing where there is no library to sign with.
    """
    check_place(store, path)
    if signer is not None:
        content, body = sign(content, body, signer, store.now())
    there_before = os.path.exists(path)
    write_whole(path, content)
    try:
        with store.write() as write:
            return write.add(author, body, incident=incident, subject=incident, id=id)
    except UserError:
        if not there_before:
            path.unlink(missing_ok=True)
        raise


def check_place(store: Store, path: Path) -> None:
    """Refuse what is no plain file (a device would be replaced), no folder, and the store's own files."""
    home = store.path.resolve()
    folder = Path(os.path.realpath(path.parent))
    inside = folder.is_relative_to(home) and not folder.is_relative_to(home / "exports")
    other = os.path.exists(path) and not os.path.isfile(path)
    if inside or other or not os.path.isdir(folder):
        raise BadInput(
            "this is not a place for a document.",
            where=str(path),
            hint="Name a file in a folder that exists, outside the store or in its exports.",
        )
