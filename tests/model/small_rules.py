"""Small rules of tests: a few regimes of each kind, near enough to the real ones to count like them."""

from datetime import date
from typing import Any

from tocsin.model.calendar import Calendar, Offset, Unit
from tocsin.model.regime import Answers, Choice, Kind, Question, Regime, Rules, Scope, Stage

ENTITIES = ("credit_institution", "other", "none")
MANY = ("eu", "us", "none")


def hours(amount: int) -> Offset:
    return Offset(amount, Unit.HOURS)


def days(amount: int) -> Offset:
    return Offset(amount, Unit.DAYS)


def months(amount: int) -> Offset:
    return Offset(amount, Unit.MONTHS)


def choices(*ids: str) -> tuple[Choice, ...]:
    return tuple(Choice(id_, id_.replace("_", " ")) for id_ in ids)


def stage(id_: str, anchor: str, counting: str = "elapsed_hours", **more: Any) -> Stage:
    return Stage(id_, f"The {id_}", "authority", "authority", anchor, counting, f"Art. {id_}", **more)


def regime(
    id_: str, *stages: Stage, kind: Kind = Kind.NOTIFICATION, enabled: str = "yes", **more: Any
) -> Regime:
    title = f"{id_.upper()} - rules of {id_}"
    return Regime(
        id_, title, "EU", kind, enabled, f"Reg. {id_}", "authority", "who", "what",
        date(2026, 11, 20), stages=stages, **more,
    )  # fmt: skip


QUESTIONS = (
    Question("jurisdictions", "Under whose law?", Scope.ORGANISATION, Answers.MANY, choices(*MANY)),
    Question("dora_entity", "Which financial entity?", Scope.ORGANISATION, Answers.ONE, choices(*ENTITIES)),
    Question("member_state", "In which member state?", Scope.ORGANISATION, Answers.ONE, choices("DE", "FR")),
    Question("high_risk", "Is the system high-risk?", Scope.SYSTEM),
    Question("breach", "Was personal data breached?", Scope.INCIDENT),
    Question("major", "Is it major?", Scope.INCIDENT),
    Question("persons", "How many persons?", Scope.INCIDENT, Answers.NUMBER),
    Question("contact", "Who is the contact?", Scope.ORGANISATION, Answers.TEXT),
)

_DORA = "submission:dora/"
GDPR = regime(
    "gdpr",
    stage("notify", "awareness", offset=hours(72), document="notice"),
    stage("register", "awareness", "promptness", house=hours(24)),
    needs={"jurisdictions": ("eu",), "breach": ("yes",)},
    zone="Europe/Paris",
)
DORA = regime(
    "dora",
    stage("initial", "classification_major", "dora_hours", offset=hours(4), not_after=hours(24),
          not_after_from="awareness"),
    stage("intermediate", f"{_DORA}initial", "dora_hours", offset=hours(72)),
    stage("update", "recovery", "promptness"),
    stage("final", f"{_DORA}intermediate_latest", "dora_months", offset=months(1)),
    stage("small", "awareness", offset=hours(1), needs={"persons": ("<500",)}),
    stage("large", "awareness", offset=hours(2), needs={"persons": (">=500",)}),
    needs={"dora_entity": ("credit_institution", "other"), "major": ("yes",)},
    groups={"intermediate_latest": ("intermediate", "update")},
)  # fmt: skip
ACT = regime(
    "act",
    stage("report", "awareness", "eu_days", offset=days(15)),
    stage("first", "awareness", "promptness", optional=True),
    stage("logs", "detection", "minimum_retention", offset=months(6)),
    needs={"high_risk": ("yes",)},
    enabled="confirm",
    confirm="only if it is legally high-risk",
    applies_from=date(2026, 8, 2),
)
HIPAA = regime(
    "hipaa",
    stage("small", "end_of_calendar_year", "us_calendar_days", offset=days(60), needs={"persons": ("<500",)}),
    stage("ahead", "before_adverse_action", "at_event"),
    needs={"jurisdictions": ("us",)},
    zone="America/New_York",
)
RIGHTS = regime("rights", stage("answer", "request_received", "eu_months", offset=months(1)),
                kind=Kind.RIGHTS, enabled="no", needs={"jurisdictions": ("eu",)})  # fmt: skip
LATER = regime("later", stage("adverse", "decision_made", "us_calendar_days", offset=days(30)),
               needs={"jurisdictions": ("us",)}, applies_from=date(2027, 1, 1))  # fmt: skip
OLD = regime("old", stage("ag", "discovery", "us_calendar_days", offset=days(90)), kind=Kind.SUPERSEDED,
             enabled="no", status="replaced by another act")  # fmt: skip
BARE = regime("bare", stage("tell", "awareness", offset=hours(6)))

_EVERY = frozenset(range(1, 6))
DE = Calendar(
    _EVERY, 0, 1440, public=frozenset({date(2026, 12, 25), date(2026, 12, 26)}), zone="Europe/Berlin"
)
RULES = Rules(
    date(2026, 11, 20),
    "as of",
    QUESTIONS,
    (GDPR, DORA, ACT, HIPAA, RIGHTS, LATER, OLD, BARE),
    {"eu:DE": DE},
)
