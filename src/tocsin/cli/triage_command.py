"""`tocsin triage INCIDENT` answers the questions of its pack and records the level they lead to."""

import argparse
from typing import Any

from tocsin.cli import options
from tocsin.errors import BadInput
from tocsin.model import triage as questions
from tocsin.model.triage import UNKNOWN
from tocsin.operations import triage
from tocsin.operations.triage import CHOICES, TriageView

_KEYS = """Without --answer, --level and a field it shows the questions, what was answered and what alerts
suggest; nothing is recorded then. JSON keys: reference, level (of the incident), suggested (the level the
answers lead to, null without questions), because, tipped and unknown (ids of questions), settled (no answer
missing can change it), answers (question to answer), questions (a list of id, text, help, answers: a list of
id, text, key), fields (type, category, channel, scope, hypothesis), proposed (fields that alerts suggest),
recorded."""


def register(subparsers: options.Subparsers) -> None:
    """Add the command."""
    parser = options.command(
        subparsers, "triage", _run, "answer the questions of triage: severity, type, category", writes=True
    )
    parser.epilog = _KEYS
    parser.add_argument("incident", metavar="INCIDENT", help="reference or id")
    parser.add_argument(
        "--answer",
        action="append",
        default=[],
        metavar="Q=A",
        help=f'answer a question, such as harm=no; "{UNKNOWN}" where nobody knows; the others stay',
    )
    parser.add_argument("--level", help="another level than the answers lead to, or one by hand")
    parser.add_argument("--because", default="", metavar="WHY", help="why it is another level")
    for name, choices in CHOICES.items():
        help = f"one of {', '.join(choices)}" if choices else "whom and what it reaches, in words"
        parser.add_argument(f"--{name}", help=help)


def _run(args: argparse.Namespace) -> int:
    with options.opened(args) as store:
        given = dict(_pair(text) for text in args.answer)
        fields = {name: getattr(args, name) for name in CHOICES if getattr(args, name) is not None}
        recorded = bool(given or fields or args.level)
        if recorded:
            before = triage.look(store, args.incident).answers
            by = options.author(store, args)
            answers = {**before, **given}
            if args.level and not answers:
                triage.regrade(store, by, args.incident, args.level, args.because, fields=fields)
            else:
                level, why = args.level, args.because
                triage.record(store, by, args.incident, answers, level=level, override=why, fields=fields)
        view = triage.look(store, args.incident)
        if args.json:
            options.print_json({**as_json(view), "recorded": recorded})
        else:
            _show(view)
    return 0


def as_json(view: TriageView) -> dict[str, Any]:
    """Return the stable JSON form of where a triage stands."""
    found = questions.verdict(view.scheme.triage, view.answers)
    return {
        "reference": view.incident.reference,
        "level": view.incident.severity,
        "suggested": found.level if found else None,
        "because": found.because if found else "",
        "tipped": found.tipped if found else [],
        "unknown": found.unknown if found else [],
        "settled": found.settled if found else False,
        "answers": view.answers,
        "questions": [
            {
                "id": question.id,
                "text": question.text,
                "help": question.help,
                "answers": [{"id": a.id, "text": a.text, "key": a.key} for a in question.answers],
            }
            for question in view.scheme.triage.questions
        ],
        "fields": view.fields,
        "proposed": view.suggested,
    }


def _show(view: TriageView) -> None:
    options.show(f"{view.incident.reference}  {view.incident.severity}  {view.incident.title}")
    for question in view.scheme.triage.questions:
        known = ", ".join([*(answer.id for answer in question.answers), UNKNOWN])
        options.show(f"  {question.id:<11} {view.answers.get(question.id, '-'):<9} {question.text} ({known})")
    for name, said in view.fields.items():
        proposed = f"   alerts suggest {view.suggested[name]}" if name in view.suggested else ""
        options.show(f"  {name:<11} {said or '-'}{proposed}")
    found = questions.verdict(view.scheme.triage, view.answers)
    if found is not None:
        why = questions.explained(view.scheme.triage, found, view.answers)
        options.show(f"  the answers lead to {found.level}: {why}")


def _pair(text: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not equals or not name.strip():
        raise BadInput("an answer is written QUESTION=ANSWER.", where=text[:60], hint="Such as harm=no.")
    return name.strip(), value.strip()
