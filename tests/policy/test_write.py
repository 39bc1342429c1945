"""A scheme written as a folder is the same when it is read, whatever it says."""

from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tocsin.errors import BadInput
from tocsin.model.calendar import Calendar, Offset, Unit
from tocsin.model.classification import TYPES
from tocsin.model.escalation import EscalationStep
from tocsin.model.incident import ROLES
from tocsin.model.playbook import Playbook, Step
from tocsin.model.severity import ClockRule, Level, Role, Route, Scheme
from tocsin.model.signal import Layer
from tocsin.policy.check import LIMITS
from tocsin.policy.expand import as_written, expanded
from tocsin.policy.load import load, load_shipped, shipped
from tocsin.policy.write import files_of, write

LEVELS = ("one", "two", "drei")
WORDS = st.text(min_size=1, max_size=20)
TEXTS = st.text(max_size=60)
SOME_LEVELS = st.lists(st.sampled_from(LEVELS), unique=True).map(tuple)
OFFSETS = st.sampled_from(list(Unit)).flatmap(
    lambda unit: st.builds(Offset, st.integers(1, LIMITS[unit]), st.just(unit))
)
CALENDARS = st.builds(
    Calendar,
    st.frozensets(st.integers(1, 7), min_size=1),
    st.integers(0, 719),
    st.integers(720, 1440),
    st.frozensets(st.dates(), max_size=5),
    st.sampled_from(["", "Europe/Berlin", "Asia/Kolkata"]),
    country=st.just("DE"),
    subdivision=st.sampled_from(["", "BE"]),
) | st.builds(Calendar, st.just(frozenset({1})), st.just(0), st.just(1), st.frozensets(st.dates()))
FACTS = st.lists(st.sampled_from(["declared", "contained", "update:users", "awareness"]), unique=True).map(
    tuple
)
CLOCKS = st.builds(
    ClockRule,
    st.text("abc", min_size=1, max_size=8),
    WORDS,
    st.sampled_from(["detection", "resolution", "submission:first"]),
    OFFSETS,
    met_by=FACTS.filter(bool),
    restarts_on_regrading=st.booleans(),
    repeats=st.just(True),
    until=FACTS,
    when=st.just({}) | st.just({"type": ("bias", "oversight")}),
    calendar=st.sampled_from(["", "night"]),
    pausable=st.booleans(),
    levels=SOME_LEVELS,
) | st.builds(
    ClockRule,
    st.text("xyz", min_size=1, max_size=8),
    WORDS,
    st.just("declared"),
    st.none(),
    st.dictionaries(st.sampled_from(LEVELS), OFFSETS, min_size=1),
    counts_up=st.booleans(),
)
STEPS = st.builds(EscalationStep, WORDS, WORDS, SOME_LEVELS, st.lists(WORDS, max_size=3).map(tuple), OFFSETS)
SCHEMES = st.builds(
    replace,
    st.sampled_from([load_shipped(name) for name in ("sev-1-4",)]),
    title=WORDS,
    version=WORDS,
    levels=st.tuples(*(
        st.builds(Level, st.just(id_), WORDS, TEXTS, st.lists(WORDS).map(tuple), TEXTS) for id_ in LEVELS
    )),
    routes=st.lists(
        st.builds(
            Route, WORDS, WORDS, st.lists(WORDS, max_size=3).map(tuple),
            st.lists(st.sampled_from([str(one) for one in Layer]), unique=True).map(tuple), SOME_LEVELS,
        ),
        unique_by=lambda route: route.kind, max_size=4,
    ).map(tuple),
    clocks=st.lists(CLOCKS, unique_by=lambda rule: rule.id, max_size=6).map(tuple),
    detector_severities=st.fixed_dictionaries(
        {word: st.sampled_from(LEVELS) for word in load_shipped().detector_severities}
    ),
    calendar=CALENDARS,
    due_soon=st.floats(0, 1),
    calendars=st.fixed_dictionaries({"night": CALENDARS}),
    escalation=st.lists(STEPS, unique_by=lambda step: step.id, max_size=3).map(tuple),
    roles=st.lists(
        st.builds(Role, st.sampled_from(ROLES), WORDS, SOME_LEVELS, st.integers(1, 9999)),
        unique_by=lambda role: role.id,
    ).map(tuple),
    triage=st.just(replace(load_shipped().triage, rules=(), otherwise="two")),
    freeze=SOME_LEVELS,
    closure=st.just(("clocks",)),
    quiet=st.none() | OFFSETS,
    playbooks=st.just(()),
)  # fmt: skip


@given(SCHEMES)
def test_what_was_written_is_read_as_the_same_scheme(tmp_path_factory: Any, scheme: Scheme) -> None:
    folder = tmp_path_factory.mktemp("written") / "pack"
    write(scheme, folder)
    assert load(folder) == scheme


@pytest.mark.parametrize("name", shipped())
def test_every_shipped_pack_can_be_taken_along_also_as_an_incident_froze_it(
    name: str, tmp_path: Path
) -> None:
    scheme = load_shipped(name)
    write(scheme, tmp_path / "plain")
    assert load(tmp_path / "plain") == scheme
    holidays = replace(
        scheme.calendar, country="DE", subdivision="BE", holidays=frozenset({date(2026, 12, 24)})
    )
    frozen = expanded(replace(scheme, calendar=holidays), "Europe/Berlin", datetime(2026, 11, 2, tzinfo=UTC))
    assert frozen.calendar.public
    write(frozen, tmp_path / "frozen")
    back = load(tmp_path / "frozen")
    assert back == as_written(frozen)
    assert back.calendar == replace(holidays, zone="Europe/Berlin")


def test_steps_of_a_playbook_keep_the_order_they_have(tmp_path: Path) -> None:
    steps = tuple(Step(f"s{i}", phase, f"Do {i}") for i, phase in enumerate(("remediation", "detection") * 2))
    phases = (Step("c", "containment", "Stop it"), Step("i", "investigation", "Look"))
    books = tuple(Playbook(type_, "Book", (*steps, *phases), "2026-11-20") for type_ in TYPES)
    scheme = replace(load_shipped(), playbooks=books)
    write(scheme, tmp_path / "pack")
    assert load(tmp_path / "pack") == scheme


def test_nothing_is_written_over_what_is_there(tmp_path: Path) -> None:
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "letter.txt").write_text("dear")
    with pytest.raises(BadInput, match="something here already"):
        write(load_shipped(), tmp_path / "mine")
    assert [file.name for file in (tmp_path / "mine").iterdir()] == ["letter.txt"]
    (tmp_path / "file").touch()
    with pytest.raises(BadInput, match="something here already"):
        write(load_shipped(), tmp_path / "file")
    with pytest.raises(BadInput, match="cannot be written"):
        write(load_shipped(), tmp_path / "file" / "below")
    (tmp_path / "empty").mkdir()
    write(load_shipped(), tmp_path / "empty")
    assert sorted(file.name for file in tmp_path.iterdir()) == [
        "empty",
        "file",
        "mine",
    ]  # nothing half-written
    assert load(tmp_path / "empty") == load_shipped()


def test_what_breaks_a_limit_of_files_is_not_written(tmp_path: Path) -> None:
    long = replace(load_shipped(), title="x" * 501)
    with pytest.raises(BadInput, match=r"pack\.toml.*length <= 500"):
        files_of(long)


def test_it_is_not_put_in_the_place_of_the_folder_one_stands_in(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(BadInput, match="Name a new folder"):
        write(load_shipped(), Path())
    write(load_shipped(), Path("mine"))
    assert load(tmp_path / "mine") == load_shipped()
