"""Incidents of tests as their entries leave them: what was stated, answered, ruled and filed."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from functools import lru_cache

from tocsin.model.answers import Answer
from tocsin.model.conduct import Conduct, Said
from tocsin.model.filing import DutyRuled, FilingOpened, NoticeFiled
from tocsin.model.incident import Grade, Incident
from tocsin.model.regime import Rules
from tocsin.model.response import FactStated
from tocsin.model.severity import Scheme
from tocsin.operations.duties import DutiesView, view
from tocsin.policy.load import load_shipped
from tocsin.policy.regimes import load_shipped as load_rules

HOME = "Europe/Berlin"
DETECTED = datetime(2026, 11, 20, 8, tzinfo=UTC)


@lru_cache
def pack() -> Scheme:
    return replace(load_shipped(), clocks=())


@lru_cache
def real_rules() -> Rules:
    return load_rules()


def at(text: str) -> datetime:
    found = datetime.fromisoformat(text)
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def incident(
    facts: Mapping[str, datetime] | None = None,
    *,
    ruled: Mapping[str, bool] | None = None,
    filed: tuple[tuple[str, datetime], ...] = (),
    opened: tuple[str, ...] = (),
    level: str = "SEV-1",
) -> Incident:
    """An incident detected on Friday 20 November 2026 at 8:00 UTC."""
    by = "Operator A"
    conduct = Conduct(
        facts=tuple(
            Said(f"f{n}", when, by, FactStated(id_)) for n, (id_, when) in enumerate((facts or {}).items())
        ),
        rulings=tuple(
            Said(f"r{id_}", DETECTED, by, DutyRuled(id_, yes, "so it is"))
            for id_, yes in (ruled or {}).items()
        ),
        filed=tuple(
            Said(f"n{n}", when, by, NoticeFiled(f"x{n}", id_, "", "portal"))
            for n, (id_, when) in enumerate(filed)
        ),
        opened=tuple(Said(f"o{id_}", DETECTED, by, FilingOpened(id_)) for id_ in opened),
    )
    return Incident("one", "INC-2026-WR-0001", "scorer", "pack", DETECTED, DETECTED, by,
                    grades=(Grade("one", level, DETECTED),), conduct=conduct)  # fmt: skip


def seen(
    known: Incident,
    answers: Mapping[str, str] | None = None,
    *,
    rules: Rules | None = None,
    now: datetime = DETECTED,
    zone: str = HOME,
) -> DutiesView:
    """The duties of an incident; answers are words with blanks between where there are several."""
    given = {
        id_: Answer(id_, tuple(values.split()), "Operator A", DETECTED)
        for id_, values in (answers or {}).items()
    }
    return view(known, pack(), rules or real_rules(), given, now, zone)
