"""What the import sheet says: what became of a file, and a refusal with the sheet's own fields named."""

import re
from datetime import datetime
from zoneinfo import ZoneInfo

from tocsin.errors import UserError
from tocsin.operations.ingest import ImportReport
from tocsin.operations.survey import Survey
from tocsin.ui.times import short_stamp, zone_name

_SHOWN_REJECTS, _SHOWN_SIGNALS = 5, 4
# What an importer asks for by the words of the command line stands in these fields of the sheet.
FIELDS = {"--time-unit": "Unit of numeric times", "--tz": "Time zone", "--map": "Columns",
          "--at": "Time of the file", "--as": "Holds"}  # fmt: skip
_ADVICE = re.compile(rf"\b([Ss])ay ({'|'.join(FIELDS)}) ([^.]+)\.")
_ONE = {"samples": "sample", "alerts": "alert", "deployments": "deployment", "decisions": "decision",
        "messages": "message"}  # fmt: skip


def in_words(report: ImportReport, zone: ZoneInfo, now: datetime) -> str:
    """Return what became, or would become, of a file, in a few lines; times in the home zone."""
    verb = "would be stored" if report.dry_run else "stored"
    met = ", ".join(_counted(record, count) for record, count in report.records.items() if count)
    lines = [
        f"{met or 'nothing'}, read by {report.importer}.",
        f"{report.stored:,} {verb}, {report.already:,} there already, {report.rejected:,} rejected, "
        f"{report.missing:,} without a value.",
    ]
    if report.first:
        lines.append(_span(report, zone, now))
    if report.series:
        more = len(report.series) - _SHOWN_SIGNALS
        named = ", ".join(report.series[:_SHOWN_SIGNALS])
        many = f"{len(report.series):,} signals" if len(report.series) > 1 else "Signal"
        lines.append(f"{many}: {named}{f' and {more:,} more' if more > 0 else ''}.")
    if report.assumed:
        lines.append(
            "Assumed: " + "; ".join(f"{what} {value}" for what, value in report.assumed.items()) + "."
        )
    lines += [f"Line {reject.line}: {reject.reason}" for reject in report.rejects[:_SHOWN_REJECTS]]
    if report.rejected > _SHOWN_REJECTS:
        lines.append("What was set aside is kept beside the original.")
    return "\n".join(lines)


def _span(report: ImportReport, zone: ZoneInfo, now: datetime) -> str:
    begin, end = datetime.fromisoformat(report.first), datetime.fromisoformat(report.last)
    first, last = short_stamp(begin, zone, now), short_stamp(end, zone, now)
    name = zone_name(end, zone)
    return f"From {first} to {last} {name}." if first != last else f"All at {first} {name}."


def surveyed(found: Survey) -> str:
    """Return what a first look at a file told."""
    names = ", ".join(found.importers)
    if found.proposal is not None:
        what = f" as {found.proposal.record}"
    else:
        what = f" as {found.records[0]}" if len(found.records) == 1 else ""
    last = ", like the last file of this name" if found.as_last else ""
    return f"{names} reads it{what}{last}. Enter looks through all of it and stores nothing."


def refused(error: UserError) -> str:
    """Return a refusal in the words of the sheet."""
    place = f"{error.where}: " if error.where else ""
    return f"{place}{in_fields(error.what)} {in_fields(error.hint)}".strip()


def in_fields(words: str) -> str:
    """Return words with the fields of the sheet for the options of the command line."""
    words = _ADVICE.sub(_advice, words)
    for option, field in FIELDS.items():
        words = words.replace(option, f"“{field}”")
    return words


def _advice(said: re.Match[str]) -> str:
    initial, option, answer = said.groups()
    verb = "choose" if option in ("--time-unit", "--as") else "write"
    first = verb[0].upper() if initial == "S" else verb[0]
    return f"{first}{verb[1:]} {answer.replace(f'{option} ', '')} under “{FIELDS[option]}”."


def _counted(record: str, count: int) -> str:
    return f"{count:,} {_ONE.get(record, record) if count == 1 else record}"
