"""`tocsin letters INCIDENT --kind K --people FILE -o FILE|FOLDER`: letters to individuals as a batch."""

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from tocsin.cli import options
from tocsin.errors import BadInput
from tocsin.model.document import Paper, Printing, Standing
from tocsin.model.letters import LONGEST, Form, LetterKind

if TYPE_CHECKING:  # they bring ReportLab along, which other commands would pay for
    from tocsin.operations.letters import Asked, LettersReport

_MOST_TOLD = 20
_KINDS = ("adverse-action", "corrected-notice", "gdpr-34", "automated-decision")
_KEYS = """\
The list is CSV (comma, semicolon, tab or bar; UTF-8 or UTF-16) or JSON lines, a person a row; its
columns are known by name, `--asks` tells which. What is said for everybody is given with --set, long
texts from a file: --set ecoa_statement=@FILE. A column of the same name goes before it. Lists are one
column with | between the entries, or several that are numbered: reason 1, reason 2.

One PDF with a bookmark for each letter where -o ends in .pdf, else a folder of single files; beside
them letters.csv says of every row what became of it, with the SHA-256 of each letter's text. A row that
is wrong is refused with the reason, and the others are made.

JSON keys: kind, duty, incident, letters, refused, warnings, problems (a list of row, line, column,
reason, refuses; the first thousand), unknown (columns nobody asks for), notes, people_sha256, shared
and origins (what was said for all and where it is from), pages, layouts (validated as PDF/A-2b, one
letter of each), path, proof, sha256, entry. With --asks: a list of id, title, citation, form, required,
each, verbatim, names, choices."""


def register(subparsers: options.Subparsers) -> None:
    """Add the command."""
    parser = options.command(subparsers, "letters", _letters, "make letters to individuals", writes=True)
    parser.epilog = _KEYS
    parser.add_argument("incident", nargs="?", default="", metavar="INCIDENT", help="reference or id")
    parser.add_argument("--kind", required=True, choices=_KINDS)
    parser.add_argument("--people", metavar="FILE", type=Path, help="the list of persons")
    parser.add_argument("-o", "--output", metavar="FILE|FOLDER", type=Path)
    parser.add_argument("--set", metavar="ID=TEXT", action="append", default=[], dest="given",
                        help="what is said for everybody; @FILE reads it from a file")  # fmt: skip
    parser.add_argument("--map", metavar="ID=COLUMN", action="append", default=[], dest="mapping",
                        help="which column it is read from")  # fmt: skip
    parser.add_argument("--template", metavar="FILE", action="append", default=[], type=Path,
                        help="own text of this kind, KIND.LANGUAGE.toml")  # fmt: skip
    parser.add_argument("--paper", choices=["a4", "letter"], default="a4", help="where a row names none")
    parser.add_argument("--as-filed", action="store_true", help="not a draft: the filing was approved")
    parser.add_argument("--text", nargs="?", const="txt", default="", choices=["txt", "html"],
                        help="each letter as text too, for those who have it read out")  # fmt: skip
    parser.add_argument("--check", action="store_true", help="tell what would be refused, write nothing")
    parser.add_argument("--asks", action="store_true", help="tell what this kind of letter asks for")


def _letters(args: argparse.Namespace) -> int:
    from tocsin.operations import letters
    from tocsin.policy import letters as kinds

    if args.asks:
        return _asks(kinds.get(args.kind), json=args.json)
    if not args.incident or args.people is None or (args.output is None and not args.check):
        raise BadInput(
            "say of which incident, to whom and where to.",
            where="letters",
            hint=f"tocsin letters INCIDENT --kind {args.kind} --people FILE -o FILE.pdf",
        )
    asked = _asked(args)
    with options.opened(args) as store:
        if args.check:
            work = letters.check(store, args.incident, asked)
        else:
            by = options.author(store, args)
            work = letters.make(store, by, args.incident, asked, args.output)
        report = options.with_bar(work, quiet=args.json)
    if args.json:
        options.print_json(report)
    else:
        _tell(report, args.kind)
    return 0


def _asked(args: argparse.Namespace) -> "Asked":
    from tocsin.operations.letters import Asked

    paper = Paper.LETTER if args.paper == "letter" else Paper.A4
    printing = Printing(paper, Standing.AS_FILED if args.as_filed else Standing.DRAFT, outside=True)
    given = {name: _text(value) for name, value in map(_pair, args.given)}
    mapping = dict(map(_pair, args.mapping))
    return Asked(args.kind, args.people, printing, given, mapping, tuple(args.template), args.text)


def _pair(text: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not equals or not name.strip():
        raise BadInput("this is not NAME=VALUE.", where=text[:60])
    return name.strip(), value


def _text(value: str) -> str:
    """Return a value, or what the file holds that it names."""
    if not value.startswith("@"):
        return value
    path = Path(value[1:])
    try:
        with path.open(encoding="utf-8-sig") as file:
            text = file.read(LONGEST + 1)
    except (OSError, UnicodeDecodeError) as error:
        raise BadInput(f"it cannot be read as text: {error}.", where=str(path)) from None
    if len(text) > LONGEST:
        raise BadInput(f"a text has at most {LONGEST:,} characters.", where=str(path))
    return text.strip()


def _tell(report: "LettersReport", kind: str) -> None:
    for problem in report.problems[:_MOST_TOLD]:
        options.show(f"{'refused' if problem.refuses else 'note'}: {problem.said()}")
    if (more := report.refused + report.warnings - _MOST_TOLD) > 0 and len(report.problems) > _MOST_TOLD:
        options.show(f"and {more:,} more; letters.csv has all of them")
    if report.unknown:
        options.show(
            f"Columns nobody asks for: {', '.join(report.unknown)}. "
            f"`tocsin letters --kind {kind} --asks` tells what is."
        )
    for note in report.notes:
        options.show(note)
    done = f"{report.letters:,} letters, {report.refused:,} rows refused"
    if not report.path:
        options.say(f"{done}. Nothing was written: a check.")
        return
    options.say(f"{done}. Written to {report.path}, SHA-256 {report.sha256[:16]}…; proof in {report.proof}.")


def _asks(kind: LetterKind, *, json: bool) -> int:
    if json:
        keys = ("id", "title", "citation", "form", "required", "each", "verbatim", "names", "choices")
        options.print_json([{key: getattr(one, key) for key in keys} for one in kind.asks])
        return 0
    options.show(
        f"{kind.title}. In the list a row for each person; * must be there, by itself or where it is used."
    )
    for one in kind.asks:
        need = "*" if one.required else " "
        where = "list" if one.each else "list or --set"
        form = f", {'/'.join(one.choices)}" if one.form is Form.CHOICE else f", {one.form}"
        options.show(f"{need} {one.id:<20} {one.title} ({where}{form}) {one.citation}".rstrip())
        if one.verbatim or one.help:
            options.show(f"  {'':<20} {one.verbatim or one.help}")
    return 0
