"""A list of persons to write to, as CSV, TSV or JSON lines: read a row at a time, its columns known by name.

UTF-8 (with or without a byte order mark) or UTF-16 with one; separated by comma, semicolon, tab or bar. What
is asked as a list may be one column with | between the entries, or several that are numbered.
"""

import csv
import io
import json
import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from tocsin.errors import BadInput
from tocsin.importers.text import foreign
from tocsin.model.letters import LONGEST, Problem, Recipient

MOST_ROWS = 1_000_000
MOST_BYTES = 2_000_000_000
MOST_COLUMNS = 300
MOST_FIELD = 100_000  # characters; csv's own limit is one for the whole program, and other importers raise it
ALWAYS = {
    "language": ("language", "lang", "locale"),
    "paper": ("paper", "paper size", "page size"),
}
_SEPARATORS = ",;\t|"
_NUMBER = re.compile(r"^(.*?)[ #]*([0-9]{1,2})$")


@dataclass(frozen=True, slots=True)
class Columns:
    """What the columns of a list stand for: ids with the headers they are read from; headers nobody knows."""

    known: dict[str, tuple[str, ...]]
    unknown: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class People:
    """A list of persons. `names` are what columns may be called, by id; `lists` the ids that are lists.

    `mapping` says of ids which header they are read from, whatever it is called.
    """

    path: Path
    names: Mapping[str, tuple[str, ...]]
    lists: frozenset[str]
    mapping: Mapping[str, str]

    def columns(self) -> Columns:
        """Return what the columns stand for. Raises BadInput for what is no such list."""
        with self._opened() as file:
            if _is_json(self.path):
                return Columns({}, ())
            return self._known(next(_rows(file, self.path))[1])

    def rows(self) -> Iterator[Recipient | Problem]:
        """Yield the persons, and rows that are none. Raises BadInput where the file itself is wrong."""
        with self._opened() as file:
            found = self._from_json(file) if _is_json(self.path) else self._from_csv(file)
            number = 0
            try:
                for number, one in enumerate(found, 1):
                    if number > MOST_ROWS:
                        raise BadInput(f"there are more than {MOST_ROWS:,} rows.", where=self.path.name)
                    yield one
            except UnicodeDecodeError:
                raise BadInput(
                    f"after row {number} this is not UTF-8.",
                    where=self.path.name,
                    hint="Save it as UTF-8, or as UTF-16 with a byte order mark.",
                ) from None
            if not number:
                raise BadInput("there is nobody in it.", where=self.path.name)

    def _opened(self) -> io.TextIOWrapper:
        try:
            with self.path.open("rb") as file:
                head = file.read(4096)
            size = self.path.stat().st_size
        except OSError as error:
            raise BadInput(f"it cannot be read: {error.strerror}.", where=str(self.path)) from None
        if size > MOST_BYTES:
            raise BadInput(f"a list has at most {MOST_BYTES // 1_000_000:,} MB.", where=self.path.name)
        if (kind := foreign(head)) and not (_is_json(self.path) and kind.startswith("JSON")):
            hint = "Save it as CSV in UTF-8." if head[:2] == b"PK" else ""
            raise BadInput(f"this is {kind}.", where=self.path.name, hint=hint)
        wide = head[:2] in (b"\xff\xfe", b"\xfe\xff")
        return self.path.open(encoding="utf-16" if wide else "utf-8-sig", newline="")

    def _known(self, header: list[str]) -> Columns:
        known: dict[str, list[str]] = {}
        unknown = []
        for name in header:
            if (found := self._id(name)) is None:
                unknown.append(name)
            else:
                known.setdefault(found, []).append(name)
        for id_, names in known.items():
            if len(names) > 1 and id_ not in self.lists:
                raise BadInput(
                    f"two columns are {id_}: {', '.join(names)}.",
                    where=self.path.name,
                    hint=f"Say which with --map {id_}=COLUMN.",
                )
        if missing := [one for one in self.mapping.values() if one not in header]:
            raise BadInput(f"there is no column {missing[0]!r}.", where=self.path.name)
        return Columns({id_: tuple(names) for id_, names in known.items()}, tuple(unknown))

    def _id(self, header: str) -> str | None:
        """Return what a column stands for: as told, by its name, or by its name without a number."""
        told = next((id_ for id_, name in self.mapping.items() if name == header), None)
        if told is not None:
            return told
        name = _plain(header)
        numbered = _NUMBER.match(name)
        for id_, names in {**ALWAYS, **self.names}.items():
            if id_ in self.mapping:
                continue
            called = {_plain(one) for one in names}
            if name in called or (id_ in self.lists and numbered and numbered[1].strip() in called):
                return id_
        return None

    def _from_csv(self, file: io.TextIOWrapper) -> Iterator[Recipient | Problem]:
        rows = _rows(file, self.path)
        header = next(rows)[1]
        self._known(header)
        places: dict[str, list[int]] = {}
        for at, name in enumerate(header):
            if (id_ := self._id(name)) is not None:
                places.setdefault(id_, []).append(at)
        number = 0
        for line, row, wrong in rows:
            if not wrong and not any(row):
                continue
            number += 1
            if not wrong and len(row) != len(header):
                wrong = f"it has {len(row)} columns, the header has {len(header)}"
            if wrong:
                yield Problem(number, line, "", wrong)
                continue
            values = {id_: self._value(id_, [row[at] for at in found]) for id_, found in places.items()}
            yield Recipient(number, line, {id_: value for id_, value in values.items() if value})

    def _from_json(self, file: io.TextIOWrapper) -> Iterator[Recipient | Problem]:
        number = 0
        for line, text in enumerate(file, 1):
            if not text.strip():
                continue
            number += 1
            try:
                yield self._of_object(number, line, json.loads(text))
            except (ValueError, RecursionError) as error:
                yield Problem(number, line, "", f"this is no object in JSON: {str(error)[:100]}")

    def _of_object(self, number: int, line: int, found: object) -> Recipient:
        if not isinstance(found, dict) or len(found) > MOST_COLUMNS:
            raise ValueError("an object with a key for each column is expected")
        values: dict[str, str] = {}
        for key, value in found.items():
            if (id_ := self._id(str(key))) is not None:
                texts = [_text(one) for one in value] if isinstance(value, list) else [_text(value)]
                before = [values[id_]] if id_ in values else []
                values[id_] = self._value(id_, before + texts)
        return Recipient(number, line, {id_: value for id_, value in values.items() if value})

    def _value(self, id_: str, texts: list[str]) -> str:
        if id_ in self.lists:
            entries = [entry for text in texts for entry in re.split(r"[|\n]", _clean(text))]
            return "\n".join(entry.strip() for entry in entries if entry.strip())
        return _clean("\n".join(texts))


def _rows(file: io.TextIOWrapper, path: Path) -> Iterator[tuple[int, list[str], str]]:
    """Yield line, fields and what is wrong with each row of a CSV file, the header first."""
    first = file.readline(1 << 20)
    if not first.strip():
        raise BadInput("a header with the names of the columns is missing.", where=path.name)
    file.seek(0)
    separator = max(_SEPARATORS, key=re.sub(r'"[^"]*"', "", first).count)
    reader = csv.reader(file, delimiter=separator, strict=True)
    line = 1
    while True:
        try:
            row, wrong = next(reader), ""
        except StopIteration:
            return
        except csv.Error as error:
            row, wrong = [], f"its quotes or separators are wrong: {error}"
        if not wrong and any(len(field) > MOST_FIELD for field in row):
            wrong = f"it has a field larger than {MOST_FIELD:,} characters"
        if line == 1 and (wrong or len(row) > MOST_COLUMNS):
            raise BadInput(wrong or f"there are more than {MOST_COLUMNS} columns.", where=path.name)
        yield line, row, wrong
        line = reader.line_num + 1


def _is_json(path: Path) -> bool:
    return path.suffix.lower() in {".jsonl", ".ndjson"}


def _text(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, str | int | float):
        return str(value)
    raise ValueError("a value is a text, a number or a list of these")


def _plain(header: str) -> str:
    return re.sub(r"[\s_.-]+", " ", unicodedata.normalize("NFKC", header)).strip().casefold()


def _clean(text: str) -> str:
    """Return a value composed, with one kind of line end, without blanks around; bounded like all texts."""
    if not text.isascii():
        text = unicodedata.normalize("NFC", text)
    if "\n" in text or "\r" in text or "\t" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\t", " ")
    return text.strip()[: LONGEST + 1]
