"""The four schemes as domain.md has them, typed here once more: every clock of every level, no other."""

import pytest

from tocsin.model.severity import Scheme
from tocsin.policy.load import load_shipped

M15, M30, H1, H2, H4, H24, H48, H72 = "15 min", "30 min", "1 h", "2 h", "4 h", "24 h", "48 h", "72 h"
UP = "counts up"

# level -> clock -> how long. "every" repeats; "up" has no number in the scheme.
TABLE: dict[str, dict[str, dict[str, str]]] = {
    "p0-p2": {
        "P0": {"triage": M15, "escalate": M30, "contain": H2, "root_cause": H24, "update": "every 30 min",
               "review": UP},
        "P1": {"triage": M15, "notify": H4, "contain": H24, "root_cause": H72, "update": "every 30 min",
               "review": UP},
        "P2": {"triage": M15, "assess": H48, "plan": "5 business days", "remediate": "30 days", "review": UP},
    },
    "p1-p4": {
        "P1": {"triage": M15, "stop": f"{UP}, aim 5 min", "communicate": M30, "update": "every 30 min",
               "review": H72},
        "P2": {"triage": M15, "rollback": H2, "communicate": H1, "update": "every 30 min", "review": H72},
        "P3": {"triage": M15, "fix": "next business day"},
        "P4": {"triage": M15},
    },
    "severity-1-3": {
        "Severity 1": {"triage": M15, "offline": UP, "tell_users": UP, "tell_leadership": UP,
                       "update": "every 30 min", "review": "1 week"},
        "Severity 2": {"triage": M15, "guard": UP, "update": "every 30 min", "review": "1 week"},
        "Severity 3": {"triage": M15, "review": "1 week"},
    },
    "sev-1-4": {
        "SEV-1": {"respond": M15, "escalate": M30, "triage": M15, "contain": "60 min", "investigate": H4,
                  "remediate": UP, "update": "every 30 min", "review": "5 business days"},
        "SEV-2": {"respond": H1, "escalate": H2, "triage": M15, "contain": "60 min", "investigate": H4,
                  "remediate": UP, "update": "every 30 min", "review": "5 business days"},
        "SEV-3": {"respond": "4 business hours", "triage": M15, "contain": "60 min", "investigate": H4,
                  "remediate": UP, "review": "5 business days"},
        "SEV-4": {"respond": "next business day", "triage": M15, "contain": "60 min", "investigate": H4,
                  "remediate": UP, "review": "5 business days"},
    },
}  # fmt: skip

# Whom a level calls, as the scheme names them; domain.md names none for the others.
CALLS = {
    ("sev-1-4", "SEV-1"): {"VP Engineering", "Legal", "CISO"},
    ("sev-1-4", "SEV-2"): {"Engineering Director", "ML Lead"},
    ("sev-1-4", "SEV-3"): {"ML team lead"},
    ("sev-1-4", "SEV-4"): set[str](),
}
FORUMS = {"SEV-1": "war room", "SEV-2": "incident channel", "SEV-3": "tracked", "SEV-4": "weekly stand-up"}


def told(scheme: Scheme, level: str) -> dict[str, str]:
    """Every clock of a level in words, from the rule's own fields."""
    found = {}
    for rule in scheme.clocks:
        if rule.within_by_level and level not in rule.within_by_level and level not in rule.levels:
            continue
        if rule.levels and level not in rule.levels:
            continue
        span = rule.within or rule.within_by_level.get(level)
        if rule.counts_up:
            found[rule.id] = f"{UP}, aim {span.words}" if span else UP
        else:
            assert span is not None
            found[rule.id] = f"{'every ' if rule.repeats else ''}{span.words}"
    return found


@pytest.mark.parametrize("name", TABLE)
def test_every_clock_of_every_level_is_as_the_scheme_has_it(name: str) -> None:
    scheme = load_shipped(name)
    assert [level.id for level in scheme.levels] == list(TABLE[name])
    for level, clocks in TABLE[name].items():
        assert told(scheme, level) == clocks, level


@pytest.mark.parametrize("name", TABLE)
def test_clocks_count_from_detection_but_reviews_from_resolution_and_updates_from_the_declaration(
    name: str,
) -> None:
    others = {"review": "resolution", "update": "declared"}
    for rule in load_shipped(name).clocks:
        assert rule.anchor == others.get(rule.id, "detection"), rule.id


def test_responding_and_escalating_count_anew_from_a_re_grading_and_nothing_else_of_sev_does() -> None:
    anew = {rule.id for rule in load_shipped("sev-1-4").clocks if rule.restarts_on_regrading}
    assert anew == {"respond", "escalate"}


@pytest.mark.parametrize(("pack", "level"), CALLS)
def test_levels_call_whom_the_scheme_names(pack: str, level: str) -> None:
    known = load_shipped(pack).level(level)
    assert known is not None
    assert set(known.escalate_to) == CALLS[pack, level]
    assert FORUMS[level] in known.forum


@pytest.mark.parametrize("name", TABLE)
def test_updates_of_the_top_two_levels_begin_anew_until_it_is_resolved(name: str) -> None:
    scheme = load_shipped(name)
    rule = scheme.clock("update")
    assert rule is not None
    assert list(rule.within_by_level) == [level.id for level in scheme.levels[:2]]
    # M1 asks for an internal one: what users or the public are told is no update for those who work on it.
    assert (rule.repeats, set(rule.met_by)) == (True, {"update:leadership", "update:teams"})
    assert set(rule.until) == {"resolution", "closed"}
    assert set(scheme.freeze) == set(rule.within_by_level)
    triage = scheme.clock("triage")
    assert triage is not None
    assert "triaged" in triage.met_by
