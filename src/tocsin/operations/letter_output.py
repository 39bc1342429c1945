"""Where a batch of letters goes: one file or a folder, with the proof of each letter beside it.

Everything is written under names of its own and put in its place when all of it is there and was validated.
"""

import csv
import glob
import hashlib
import os
import shutil
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

import psutil

from tocsin.errors import StoreProblem
from tocsin.operations.letter_rows import Row
from tocsin.store.files import replacing, sync_folder

if TYPE_CHECKING:  # ReportLab is loaded by whoever makes letters
    from tocsin.reports.letter_file import LetterFile, Sheets
    from tocsin.reports.letters import Press, Printed

PROOF = "letters.csv"
_HEADER = ("row", "line", "name", "result", "letter", "pages", "first_page", "text_sha256", "file",
           "file_sha256", "reason")  # fmt: skip
_MOST_LAYOUTS = 300
_MOST_WHOLE = 50  # pages up to which all of a file is validated
_FORMULA = ("=", "+", "-", "@", "\t")


class Output:
    """What is being written. `layouts` holds one letter of each layout there is, by its shape."""

    def __init__(
        self, press: "Press", book: "LetterFile | None", folder: Path | None, twin: str, rows: Any
    ) -> None:
        self.letters = self.pages = 0
        self.layouts: dict[str, Sheets] = {}
        self.proof = Path()
        self.places: list[Path] = []
        self.file: Path | None = None
        self._press, self._book, self._folder, self._twin, self._rows = press, book, folder, twin, rows

    def put(self, letter: "Printed", row: Row) -> None:
        """Put a letter where it belongs, and its line into the proof."""
        self.letters += 1
        name, first, digest = "", self.pages + 1, ""
        if self._twin and self._folder is not None:
            twin = self._folder / f"letter-{self.letters:06d}.{self._twin}"
            twin.write_text(letter.twin, encoding="utf-8", newline="\n")
        if self._book is not None:
            self._book.add(letter.sheets)
        elif self._folder is not None:
            name, first = f"letter-{self.letters:06d}.pdf", 1
            digest = hashlib.sha256(letter.file).hexdigest()
            (self._folder / name).write_bytes(letter.file)
        self.pages += len(letter.sheets.pages)
        if len(self.layouts) < _MOST_LAYOUTS:
            self.layouts.setdefault(letter.shape, letter.sheets)
        count = len(letter.sheets.pages)
        self._tell(row, "made", self.letters, count, first, letter.sha256, name, digest, "")

    def refuse(self, row: Row) -> None:
        """Tell in the proof that a row gives no letter, and why."""
        self._tell(row, "refused", "", "", "", "", "", "", row.reason)

    def finish(self) -> None:
        """Close the file and validate it. Raises BadInput and StoreProblem.

        One letter of every layout is validated, in a file with the very fonts, forms and metadata: pages are
        made of the same few operators and of characters known to be in the fonts, so what holds for one of a
        layout holds for all. Validating every page of ten thousand would take longer than making them.
        """
        from tocsin.reports import letter_archive

        if self._book is None or self.file is None:
            letter_archive.validate(self._press.bound(list(self.layouts.values())))
            return
        self._book.close()
        if self.pages <= _MOST_WHOLE:
            letter_archive.validate(self.file.read_bytes())
            return
        letter_archive.validate(self._press.bound(list(self.layouts.values())))
        if (found := letter_archive.pages_of(self.file)) != self.pages:
            raise StoreProblem(
                f"{found:,} pages were written instead of {self.pages:,}.", where=str(self.file)
            )

    def take_back(self) -> None:
        """Remove what is new, since it could not be recorded."""
        for place in self.places:
            if place.is_dir():
                shutil.rmtree(place, ignore_errors=True)
            else:
                place.unlink(missing_ok=True)

    def _tell(self, row: Row, *told: object) -> None:
        name = f"'{row.name}" if row.name.startswith(_FORMULA) else row.name
        self._rows.writerow((row.row, row.line, name, *told))


def proof_of(target: Path) -> Path:
    """Return where the proof goes: beside one file, into a folder."""
    return target.with_suffix(".csv") if target.suffix.lower() == ".pdf" else target / PROOF


@contextmanager
def opened(press: "Press", target: Path, twin: str) -> Iterator[Output]:
    """Give the output of a batch; it is put in its place when the block ends well, and else is not there."""
    whole = target.suffix.lower() == ".pdf"
    text = target.with_name(f"{target.stem}-text")
    proof = proof_of(target)
    places = [target, proof, *([text] if whole and twin else [])]
    new = [place for place in places if not place.exists() or place.is_dir()]  # a folder was empty
    _sweep(places if whole else [target])
    with ExitStack() as stack:
        folder, book, file = None, None, None
        if not whole:
            folder = stack.enter_context(_folder(target))
        else:
            file = stack.enter_context(replacing(target))
            book = press.book(stack.enter_context(file.open("wb")))
            folder = stack.enter_context(_folder(text)) if twin else None
        written = stack.enter_context(replacing(proof)) if whole else target_in(folder, PROOF)
        rows = csv.writer(stack.enter_context(written.open("w", encoding="utf-8", newline="")))
        rows.writerow(_HEADER)
        output = Output(press, book, folder, twin, rows)
        output.proof, output.file = proof, file
        output.places = new
        yield output


def target_in(folder: Path | None, name: str) -> Path:
    """Return a place in a folder that is being written."""
    assert folder is not None
    return folder / name


def _sweep(places: list[Path]) -> None:
    """Remove what a program that was killed left of these places: it holds names and addresses of persons."""
    for place in places:
        for left in place.parent.glob(f".{glob.escape(place.name)}.*.part"):
            process = left.name.split(".")[-2]
            if not process.isdigit() or psutil.pid_exists(int(process)):
                continue
            if left.is_dir():
                shutil.rmtree(left, ignore_errors=True)
            else:
                left.unlink(missing_ok=True)


@contextmanager
def _folder(path: Path) -> Iterator[Path]:
    """Give a new folder beside `path`, which takes its place when all went well."""
    temporary = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        shutil.rmtree(temporary, ignore_errors=True)
        temporary.mkdir()
        yield temporary
        if path.is_dir():
            path.rmdir()  # only an empty one is there
        temporary.replace(path)
        sync_folder(path.parent)
    except OSError as error:
        raise StoreProblem(f"it could not be written: {error.strerror or error}.", where=str(path)) from error
    finally:
        with suppress(OSError):
            shutil.rmtree(temporary, ignore_errors=True)
