"""`tocsin duties INCIDENT` tells what the law asks and by when, answers its questions, rules on a duty."""

import argparse
from datetime import datetime
from typing import Any

from tocsin.cli import options
from tocsin.model.answers import Answer, question_of, said
from tocsin.model.regime import Question
from tocsin.operations import answers, duties
from tocsin.operations.duties import DutiesView, DutyView
from tocsin.store.folder import Store

_KEYS = """JSON keys: reference, as_of (of the rules), duties (a list, nearest deadline first, of duty,
title, verdict, because, question, plan_to, legal_outer, state, citation, sureness, and: regime, recipient,
kind, optional, ruled, waits_for, keep_until, house_target, why, stated_by), questions (those still open,
the one that decides most first, of id, text, scope, answers, choices, help, citation, decides), wanted
(facts to state, of fact, title, duties), answers (of question, values, by, at, note), recorded. verdict is
applies, does not apply or undecided: then question is the id that decides it. plan_to is the deadline to
work by, legal_outer what the law still takes where it rolls; both null where nothing counts down, also
where the law gives no number. waits_for is the fact that nobody has stated yet, keep_until no deadline;
stated_by is who said that it was done where nothing was filed here. Without --all those that do not apply
are left out. Times are ISO 8601; of duties with the offset of the place where their days end, else in UTC."""
_HOWS = ("applies", "does-not")


def register(subparsers: options.Subparsers) -> None:
    """Add the command and what is done below it."""
    parser = options.command(
        subparsers, "duties", _list, "which duties apply to an incident, by when, and what decides them"
    )
    parser.epilog = _KEYS
    parser.add_argument("incident", metavar="INCIDENT", help="reference or id")
    parser.add_argument("--all", action="store_true", help="those that do not apply, too")
    parser.add_argument("--at", metavar="TIME", help="as they stood then; default now")
    verbs = parser.add_subparsers(metavar="HOW")
    asked = options.command(verbs, "questions", _questions, "list the questions still open", nested=True)
    said = options.command(
        verbs, "answer", _answer, "answer a question; no VALUE takes the answer back", writes=True,
        nested=True,
    )  # fmt: skip
    said.add_argument("question", metavar="QUESTION", help="its id")
    said.add_argument(
        "values", nargs="*", metavar="VALUE", help="yes or no, ids of choices, a number, a text"
    )
    said.add_argument("--note", default="", help="a remark, such as who says so")
    ruled = options.command(
        verbs, "rule", _rule, "rule on a duty, whatever the answers say", writes=True, nested=True
    )
    ruled.add_argument("duty", metavar="DUTY", help="REGIME/STAGE")
    ruled.add_argument("how", metavar="applies|does-not", choices=_HOWS, help="whether it applies")
    for one in (asked, said, ruled):
        one.epilog = "JSON keys: as of `tocsin duties`."
    ruled.add_argument("reason", nargs="+", metavar="REASON", help="why, in words")


def _list(args: argparse.Namespace) -> int:
    with options.opened(args) as store:
        return _tell(store, args)


def _questions(args: argparse.Namespace) -> int:
    with options.opened(args) as store:
        view = duties.look(store, args.incident)
        if args.json:
            options.print_json({**as_json(view, everything=args.all), "recorded": False})
        else:
            _show_questions(view)
    return 0


def _answer(args: argparse.Namespace) -> int:
    with options.opened(args) as store:
        by = options.author(store, args)
        answers.answer(store, by, args.question, args.values, incident=args.incident, note=args.note)
        return _tell(store, args, recorded=True)


def _rule(args: argparse.Namespace) -> int:
    with options.opened(args) as store:
        by = options.author(store, args)
        applies = args.how == _HOWS[0]
        duties.rule(store, by, args.incident, args.duty, applies, " ".join(args.reason))
        return _tell(store, args, recorded=True)


def _tell(store: Store, args: argparse.Namespace, *, recorded: bool = False) -> int:
    at = None if args.at is None or recorded else options.instant(store, args.at)
    view = duties.look(store, args.incident, at=at)
    if args.json:
        options.print_json({**as_json(view, everything=args.all), "recorded": recorded})
    else:
        _show(view, everything=args.all)
    return 0


def as_json(view: DutiesView, *, everything: bool = True) -> dict[str, Any]:
    """Return the stable JSON form of an incident's duties."""
    rows = [one for one in view.rows if everything or one.duty.verdict.value != "does not apply"]
    return {
        "reference": view.incident.reference,
        "as_of": view.rules.as_of,
        "duties": [_row(one) for one in rows],
        "questions": [_question(one, view) for one in view.questions],
        "wanted": [{"fact": one.fact, "title": one.title, "duties": one.duties} for one in view.wanted],
        "answers": [_given(one) for one in view.answers.values()],
    }


def _row(one: DutyView) -> dict[str, Any]:
    duty, clock = one.duty, one.clock
    return {
        "duty": duty.id,
        "title": duty.stage.name,
        "verdict": duty.verdict,
        "because": duty.because,
        "question": duty.question or None,
        "plan_to": one.plan_to,
        "legal_outer": one.legal_outer,
        "state": one.state,
        "citation": duty.stage.citation or duty.regime.citation,
        "sureness": duty.stage.basis or duty.regime.confidence,
        "regime": duty.regime.title,
        "recipient": duty.stage.recipient,
        "kind": duty.regime.kind,
        "optional": duty.optional,
        "ruled": duty.ruled,
        "waits_for": one.waits_for or None,
        "keep_until": one.keep_until,
        "house_target": clock.target.astimezone(one.tz) if clock and clock.target else None,
        "why": clock.why if clock else "",
        "stated_by": one.stated_by,
    }


def _question(one: Question, view: DutiesView) -> dict[str, Any]:
    return {
        "id": one.id,
        "text": one.text,
        "scope": one.scope,
        "answers": one.answers,
        "choices": [{"id": choice.id, "title": choice.title} for choice in one.choices],
        "help": one.help,
        "citation": one.citation,
        "decides": view.deciding.get(one.id, ()),
    }


def _given(one: Answer) -> dict[str, Any]:
    return {"question": one.question, "values": one.values, "by": one.by, "at": one.at, "note": one.note}


def _show(view: DutiesView, *, everything: bool) -> None:
    options.show(f"{view.incident.reference}  rules as of {view.rules.as_of}")
    for one in view.rows:
        if one.duty.applies or (everything and one.duty.verdict.value != "undecided"):
            options.show(f"{_when(one):<24} {one.state:<14} {one.duty.id}: {one.duty.stage.name}")
            for remark in _remarks(one):
                options.show(f"{'':<24} {remark}")
    undecided = sum(one.duty.verdict.value == "undecided" for one in view.rows)
    if undecided:
        options.show(f"{undecided} undecided; the next question: {view.questions[0].text}")
    for wanted in view.wanted:
        options.show(f"state {wanted.fact}: {', '.join(wanted.duties)}")


def _show_questions(view: DutiesView) -> None:
    for one in view.questions:
        options.show(f"{one.id}  ({one.scope}; decides {len(view.deciding.get(one.id, ()))})  {one.text}")
        if one.choices:
            options.show(f"    {', '.join(choice.id for choice in one.choices)}")
    for given in view.answers.values():
        question = question_of(view.rules, given.question)
        words = said(question, given.values) if question else ", ".join(given.values)
        options.show(f"{given.question}  {words}  ({given.by}, {given.at:%Y-%m-%d %H:%M} UTC)")


def _when(one: DutyView) -> str:
    if one.plan_to is not None:
        return _stamp(one.plan_to)
    if one.keep_until is not None:
        return f"keep until {one.keep_until:%Y-%m-%d}"
    return "no number in the law" if one.clock is not None and one.clock.counts_up else ""


def _remarks(one: DutyView) -> list[str]:
    told = [one.duty.because]
    if one.legal_outer is not None:
        told.append(f"at the latest {_stamp(one.legal_outer)}")
    if one.clock is not None and one.clock.why:
        told.append(one.clock.why)
    if one.clock is not None and one.clock.target is not None:
        target = one.clock.target.astimezone(one.tz)
        told.append(f"internal target {_stamp(target)}: not a legal deadline")
    if one.stated_by:
        told.append(f"met as {one.stated_by} stated; not filed here")
    if one.waits_for:
        told.append(f"waits for {one.waits_for}")
    return told


def _stamp(at: datetime) -> str:
    return f"{at:%Y-%m-%d %H:%M:%S %Z}"
