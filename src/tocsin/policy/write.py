"""Writes a scheme as the folder of a pack: reading it gives the same scheme."""

import shutil
import textwrap
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any, TypeVar

import msgspec

from tocsin.errors import BadInput
from tocsin.model import facts
from tocsin.model.calendar import Calendar, Unit
from tocsin.model.decoding import converted
from tocsin.model.severity import Scheme
from tocsin.policy.build import HOME, WEEKDAYS
from tocsin.policy.expand import as_written
from tocsin.policy.files import PACK
from tocsin.policy.tables import (
    EscalationTable,
    PackTable,
    PlaybookTable,
    Table,
    TriageTable,
    UpdatesTable,
    place_of,
    plain,
)

Shape = TypeVar("Shape", bound=Table)
_OFFSET = {"amount", "unit"}
_WIDTH = 108
# What stands above a file's table, for whoever changes it: a line for each sentence, wrapped.
_HEADS: dict[str, tuple[str, ...]] = {
    PACK: (
        "The rules of a team. `tocsin policy check DIR` says what is wrong in them, "
        "`tocsin policy use DIR` puts them in force for incidents declared from then on.",
        "Levels come gravest first. Every span of time has one unit, such as { minutes = 15 }; "
        f"there are {', '.join(Unit)}.",
        "A clock runs `from` a fact and is met by those in `met_by`, or by hand. "
        f"Facts: {', '.join(facts.DERIVED)}, update:AUDIENCE, met:CLOCK, due:CLOCK, "
        "and what people state, such as awareness.",
        'Holidays are dates, or { country = "DE", subdivision = "BE", dates = [2026-12-24] }.',
    ),
    "triage.toml": (
        "The questions of triage, as they are asked, and the rules, gravest first: the first whose "
        "answers all fit holds, else `otherwise`.",
    ),
    "escalation.toml": (
        'The way up. A step calls rotas, titles, roles of the incident, or "route"; without an '
        "acknowledgement within its time the next step of the level begins.",
    ),
    "updates.toml": ("The audiences of status updates; the draft for each lies in updates/AUDIENCE.md.",),
}


def files_of(scheme: Scheme) -> dict[str, str]:
    """Return the files of a scheme's pack by name. Raises BadInput when one breaks a limit.

    Public holidays and zones that were worked out for it are left out: they are worked out again.
    """
    import tomli_w

    tables = tables_of(scheme)
    texts = {name: _head(name) + tomli_w.dumps(plain(table)) for name, table in tables.items()}
    return texts | {f"updates/{one.audience}.md": one.text for one in scheme.updates}


def write(scheme: Scheme, folder: Path) -> None:
    """Write a pack into a new or empty folder, all of it or nothing. Raises BadInput."""
    texts, folder = files_of(scheme), folder.absolute()
    if folder == Path.cwd():  # it would be put in the place of the one that the shell stands in
        raise BadInput("this is the folder you are in.", where=str(folder), hint="Name a new folder.")
    made = folder.with_name(f".{folder.name}.part")
    try:
        if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
            raise BadInput("there is something here already.", where=str(folder), hint="Name a new folder.")
        made.mkdir(parents=True)
        try:
            for name, text in texts.items():
                (made / name).parent.mkdir(exist_ok=True)
                (made / name).write_bytes(text.encode("utf-8"))
            made.replace(folder)
        except BaseException:
            shutil.rmtree(made, ignore_errors=True)
            raise
    except OSError as error:
        raise BadInput(f"the pack cannot be written: {error.strerror}", where=str(folder)) from None


def tables_of(scheme: Scheme) -> dict[str, Table]:
    """Return the tables of a scheme's files by name. Raises BadInput naming file, key and reason."""
    scheme = as_written(scheme)
    plainly = _plainly(msgspec.to_builtins(scheme, builtin_types=(date,), str_keys=True))
    for rule in plainly["clocks"]:
        rule["from"] = rule.pop("anchor")
    triage, steps, books = (plainly.pop(part) for part in ("triage", "escalation", "playbooks"))
    updates = [{key: one[key] for key in one if key != "text"} for one in plainly.pop("updates")]
    plainly["calendar"] = _calendar(scheme.calendar)
    plainly["calendars"] = {name: _calendar(one) for name, one in scheme.calendars.items()}
    tables: dict[str, Table] = {
        PACK: _table(plainly, PACK, PackTable),
        "triage.toml": _table(triage, "triage.toml", TriageTable),
        "escalation.toml": _table({"steps": steps}, "escalation.toml", EscalationTable),
        "updates.toml": _table({"updates": updates}, "updates.toml", UpdatesTable),
    }
    for book in books:
        name = f"playbooks/{book.pop('type')}.toml"
        tables[name] = _table(book, name, PlaybookTable)
    return tables


def _head(name: str) -> str:
    """The comment above a file's table."""
    lines = [line for text in _HEADS.get(name, ()) for line in textwrap.wrap(text, _WIDTH)]
    return "".join(f"# {line}\n" for line in lines) + ("\n" if lines else "")


def _plainly(value: Any) -> Any:
    """A value as the files have it: an offset is { minutes = 15 }, and nothing is null."""
    if isinstance(value, Mapping):
        if set(value) == _OFFSET and isinstance(value["amount"], int):
            return {value["unit"]: value["amount"]}
        return {key: _plainly(each) for key, each in value.items() if each is not None}
    return [_plainly(each) for each in value] if isinstance(value, (list, tuple)) else value


def _calendar(calendar: Calendar) -> dict[str, Any]:
    dates = sorted(calendar.holidays)
    place = {"country": calendar.country, "subdivision": calendar.subdivision, "dates": dates}
    return {
        "days": [WEEKDAYS[day - 1] for day in sorted(calendar.days)],
        "opens": f"{calendar.opens // 60:02}:{calendar.opens % 60:02}",
        "closes": f"{calendar.closes // 60:02}:{calendar.closes % 60:02}",
        "zone": calendar.zone or HOME,
        "holidays": place if calendar.country else dates,
    }


def _table(content: dict[str, Any], name: str, shape: type[Shape]) -> Shape:
    try:
        return converted(content, shape)
    except msgspec.ValidationError as error:
        key, reason = place_of(error)
        raise BadInput(f"{name}: {key}: {reason}") from None
