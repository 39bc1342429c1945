"""`tocsin due REGIME/STAGE --set FACT=TIME` works out a legal deadline without an incident."""

import argparse
from datetime import date, datetime

from tocsin import paths
from tocsin.cli import options
from tocsin.errors import BadInput
from tocsin.model.deadline import MEMBER_STATE, Due, Given, check, due, needed, written_out
from tocsin.model.regime import Regime, Rules, Stage
from tocsin.operations import regimes

_KEYS = """JSON keys: duty, title, citation, rule (how it counts), from (the fact counted from), start,
plan_to (the deadline to work by, null where the law gives no number), legal_outer (the rolled end, only where
it differs), house (our own target, only where the law gives no number), why (a sentence), as_of (of the
rules). Times carry the offset of the calendar they were counted in; limits in days end at 23:59:59.

A fact's value is a time with its offset, a time in the zone of --tz, or for limits in days just a date.
Stages that run from an earlier filing take --set submission:STAGE=TIME. --set member_state=FR counts by the
holidays of that state."""


def register(subparsers: options.Subparsers) -> None:
    """Add the command."""
    parser = options.command(subparsers, "due", _run, "work out a legal deadline, without an incident")
    parser.epilog = _KEYS
    parser.add_argument("duty", metavar="REGIME/STAGE", help="such as eu-gdpr-33/notify_sa")
    parser.add_argument(
        "--set", action="append", default=[], metavar="FACT=TIME", help="when it was, such as awareness=..."
    )
    parser.add_argument("--tz", default="", metavar="ZONE", help="where the days end, such as Europe/Paris")
    parser.add_argument(
        "--holiday", action="append", default=[], metavar="DATE", help="a day off besides those known"
    )
    parser.add_argument("--entity", default="", metavar="WORDS", help="who files, such as credit institution")


def _run(args: argparse.Namespace) -> int:
    facts = _facts(args.set)
    state = facts.pop(MEMBER_STATE, "").upper()
    given = {fact: _given(fact, value) for fact, value in facts.items()}
    days = [_day(text) for text in args.holiday]
    for fact, at in given.items():
        check(fact, at)
    rules = _rules(args, state, max((at.year for at in given.values()), default=None))
    _unused(rules, args.duty, given)
    found = due(rules, args.duty, given, zone=args.tz, holidays=days, entity=args.entity, state=state)
    if args.json:
        options.print_json(_as_json(rules, found))
    else:
        _show(rules, found)
    return 0


def _rules(args: argparse.Namespace, state: str, year: int | None) -> Rules:
    """Return the rules in force in the store that is meant, or those shipped where there is none."""
    if args.store is None and not paths.default_store().exists():
        return regimes.shipped(args.duty.partition("/")[0], state, year)
    with options.opened(args) as store:
        return regimes.rules(store)


def _facts(texts: list[str]) -> dict[str, str]:
    found: dict[str, str] = {}
    for fact, value in map(_pair, texts):
        if found.setdefault(fact, value) != value:
            raise BadInput("this fact is set twice.", where=fact, hint="Set it once.")
    return found


def _pair(text: str) -> tuple[str, str]:
    fact, equals, value = text.partition("=")
    if not equals or not fact.strip() or not value.strip():
        hint = "Such as awareness=2026-11-20T09:00:00+01:00."
        raise BadInput("a fact is set as FACT=TIME.", where=text[:200], hint=hint)
    return fact.strip(), value.strip()


def _given(fact: str, value: str) -> Given:
    try:
        return date.fromisoformat(value) if len(value) == len("2026-11-20") else datetime.fromisoformat(value)
    except ValueError:
        raise BadInput(
            "this is not a time.", where=f"{fact}={value}"[:200],
            hint="Write 2026-11-20T09:00:00+01:00, or 2026-11-20 where only the day counts.",
        ) from None  # fmt: skip


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text.strip())
    except ValueError:
        raise BadInput("a holiday is a date.", where=text[:60], hint="Write 2026-12-25.") from None


def _unused(rules: Rules, duty: str, given: dict[str, Given]) -> None:
    """Say of facts that play no part, since a mistyped one would silently count for nothing."""
    counts = needed(rules, duty)
    for fact in given:
        if written_out(rules, duty, fact) not in counts:
            options.say(f"tocsin: {fact} plays no part; {duty} counts from {', '.join(counts)}.")


def _as_json(rules: Rules, found: Due) -> dict[str, object]:
    regime, stage = _of(rules, found)
    told: dict[str, object] = {
        "duty": found.duty,
        "title": f"{regime.title}: {stage.name}",
        "citation": stage.citation,
        "rule": found.rule,
        "from": found.anchor,
        "start": found.start.isoformat(),
        "plan_to": found.plan_to.isoformat() if found.plan_to else None,
    }
    if found.legal_outer is not None:
        told["legal_outer"] = found.legal_outer.isoformat()
    if found.house is not None:
        told["house"] = found.house.isoformat()
    return {**told, "why": found.why, "as_of": rules.as_of.isoformat()}


def _show(rules: Rules, found: Due) -> None:
    regime, stage = _of(rules, found)
    options.show(f"{regime.title}: {stage.name} ({stage.citation})")
    rows = (("Plan to", found.plan_to), ("Legally until", found.legal_outer), ("House target", found.house))
    if found.plan_to is None:
        options.show("Plan to        no number in the law; the time since counts up")
    for name, at in rows:
        if at is not None:
            options.show(f"{name:<14} {at:%a %Y-%m-%d %H:%M:%S} {at:%z}")
    options.show(f"Counted by     {found.rule}")
    options.show(found.why)
    options.show(
        f"Rules as of {rules.as_of.isoformat()}. How sure: {regime.confidence}. Status: {regime.status}"
    )


def _of(rules: Rules, found: Due) -> tuple[Regime, Stage]:
    known = rules.stage(found.duty)
    assert known is not None
    return known
