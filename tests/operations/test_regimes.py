"""The law in force in a store: adopted once, corrected by a team, renewed without losing its work."""

from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest

from tocsin.errors import BadInput, NotAllowed
from tocsin.model.calendar import Offset, Unit
from tocsin.model.filing import RegimesAdopted
from tocsin.model.operator import Author
from tocsin.model.regime import Rules
from tocsin.now import ManualClock
from tocsin.operations import answers, duties, facts, incidents, regimes, undo
from tocsin.operations.regimes_preview import preview
from tocsin.policy.regimes import load_shipped, text_of
from tocsin.store import journal
from tocsin.store.folder import Store, open_store

REGIME, DUTY = "eu-gdpr-33", "eu-gdpr-33/notify_sa"
ANSWERS = {
    "jurisdictions": "eu",
    "data_role": "controller",
    "personal_data_breach": "yes",
    "breach_risk": "risk",
}


@pytest.fixture
def ours(tmp_path: Path) -> Path:
    """A team's file: the notice to the authority within 48 hours, as its own house has it."""
    regime = load_shipped().regime(REGIME)
    assert regime is not None
    stages = tuple(
        replace(one, offset=Offset(48, Unit.HOURS)) if one.id == "notify_sa" else one for one in regime.stages
    )
    path = tmp_path / "ours.toml"
    path.write_text(text_of((replace(regime, stages=stages),)), encoding="utf-8")
    return path


def span(rules: Rules) -> int:
    found = rules.stage(DUTY)
    assert found is not None
    assert found[1].offset is not None
    return found[1].offset.amount


def adoptions(store: Store) -> int:
    with store.journal.read() as connection:
        return len(journal.entries(connection, kinds=("regimes.adopted",)))


def in_force(store: Store) -> Rules:
    with store.journal.read() as connection:
        return regimes.current(connection)


def test_nothing_is_adopted_before_anybody_writes(store: Store) -> None:
    assert in_force(store) == load_shipped()
    assert adoptions(store) == 0
    assert regimes.offered(store) is None


def test_the_first_answer_adopts_what_is_shipped_and_the_next_does_not(store: Store, author: Author) -> None:
    answers.answer(store, author, "jurisdictions", ["eu"])
    answers.answer(store, author, "member_state", ["DE"])
    assert adoptions(store) == 1
    held = in_force(store)
    assert held.regimes == load_shipped().regimes
    assert regimes.history(store)[0].body == RegimesAdopted(held, regimes.AS_SHIPPED)


def test_what_was_adopted_is_the_same_in_a_store_opened_anew(
    store: Store, author: Author, clock: ManualClock
) -> None:
    answers.answer(store, author, "jurisdictions", ["eu"])
    held, path = in_force(store), store.path
    store.close()
    regimes._READ.clear()
    again = open_store(path, clock=clock)
    try:
        assert in_force(again) == held
    finally:
        again.close()


def test_public_holidays_are_written_out_for_every_calendar(store: Store) -> None:
    calendars = regimes.rules(store).calendars
    known = {
        "eu:DE": date(2026, 10, 3), "eu:FR": date(2026, 7, 14), "eu:IE": date(2026, 3, 17),
        "jp": date(2026, 11, 23), "us_sec": date(2026, 11, 26), "us_federal": date(2026, 6, 19),
        "br": date(2026, 11, 20), "uk": date(2026, 12, 28), "au": date(2027, 1, 26),
        "us_nyc": date(2027, 1, 18),
    }  # fmt: skip
    assert {name: day for name, day in known.items() if day not in calendars[name].public} == {}
    year = store.now().year
    for name, calendar in calendars.items():
        years = {day.year for day in calendar.public}
        assert set(range(year - 3, year + 7)) <= years, name
        assert calendar.offsets, name
        assert date(year, 12, 25) in calendar.public or name == "jp", name
    states = [name for name in calendars if name.startswith("eu:")]
    asked = load_shipped().question("member_state")
    assert asked is not None
    assert sorted(states) == sorted(f"eu:{one.id}" for one in asked.choices)


def test_a_correction_takes_the_place_of_what_is_shipped(store: Store, author: Author, ours: Path) -> None:
    regimes.correct(store, author, ours, "our contract says so")
    held = in_force(store)
    assert span(held) == 48
    assert held.regime(REGIME).origin == "team"  # type: ignore[union-attr]
    assert len(held.regimes) == len(load_shipped().regimes)
    assert [(one.regime, one.what) for one in regimes.differences(load_shipped(), held)] == [
        (REGIME, "changed")
    ]
    with pytest.raises(NotAllowed, match="in force already"):
        regimes.correct(store, author, ours, "again")


def test_newer_shipped_rules_are_offered_and_keep_what_a_team_corrected(
    store: Store, author: Author, ours: Path
) -> None:
    shipped = load_shipped()
    older = replace(shipped, as_of=shipped.as_of - timedelta(days=30), regimes=shipped.regimes[:40])
    regimes.adopt(store, author, regimes.corrected(older, ours), "as of last month")
    offered = regimes.offered(store)
    assert offered is not None
    assert (offered.as_of, len(offered.regimes)) == (shipped.as_of, len(shipped.regimes))
    assert span(offered) == 48
    regimes.adopt(store, author, offered, "read what changed")
    assert regimes.offered(store) is None
    back = regimes.without(in_force(store), REGIME)
    assert span(back) == 72
    assert regimes.differences(shipped, back) == ()
    with pytest.raises(BadInput, match="of the team's"):
        regimes.without(back, REGIME)


def test_a_teams_question_goes_with_its_regime_into_a_file(
    store: Store, author: Author, ours: Path, tmp_path: Path
) -> None:
    text = ours.read_text(encoding="utf-8").replace("breach_risk", "house_risk")
    choices = ", ".join(f'{{ id = "{one}", title = "{one}" }}' for one in ("risk", "high", "none"))
    text += '[[questions]]\nid = "house_risk"\ntext = "How risky?"\nscope = "incident"\nanswers = "one"\n'
    ours.write_text(f"{text}choices = [{choices}]\n", encoding="utf-8")
    regimes.correct(store, author, ours, "we ask our own way")
    held = in_force(store)
    regime = held.regime(REGIME)
    assert regime is not None
    own = regimes.own_questions(held, regime)
    assert [one.id for one in own] == ["house_risk"]
    copy = tmp_path / "copy.toml"
    copy.write_text(regimes.text_of((regime,), own), encoding="utf-8")
    assert regimes.corrected(load_shipped(), copy).regime(REGIME) == regime


def test_an_adoption_is_undone_by_who_made_it(store: Store, author: Author, ours: Path) -> None:
    answers.answer(store, author, "jurisdictions", ["eu"])
    done = regimes.correct(store, author, ours, "by mistake")
    assert span(in_force(store)) == 48
    undo.undo(store, author, done.id)
    assert span(in_force(store)) == 72
    with pytest.raises(NotAllowed):
        undo.undo(store, Author("Operator B"), regimes.history(store)[0].id)


def test_an_adoption_needs_a_reason_and_rules_that_can_be_used(
    store: Store, author: Author, ours: Path
) -> None:
    with pytest.raises(BadInput):
        regimes.correct(store, author, ours, "  ")
    ours.write_text(ours.read_text(encoding="utf-8").replace('"48 h"', '"48 days"'), encoding="utf-8")
    with pytest.raises(BadInput, match=r"ours\.toml.*stages\.notify_sa\.offset"):
        regimes.correct(store, author, ours, "our contract says so")
    broken = replace(load_shipped(), regimes=load_shipped().regimes[1:2] * 2)
    with pytest.raises(BadInput, match="there 2 times"):
        regimes.adopt(store, author, broken, "twice")
    assert adoptions(store) == 0


def test_a_retry_adopts_once(store: Store, author: Author, ours: Path) -> None:
    id_ = store.new_id()
    first = regimes.correct(store, author, ours, "our contract says so", id=id_)
    assert regimes.correct(store, author, ours, "our contract says so", id=id_) == first
    assert adoptions(store) == 1


def test_an_older_document_finds_the_rules_of_its_day(store: Store, author: Author, ours: Path) -> None:
    before = answers.answer(store, author, "jurisdictions", ["eu"])
    after = regimes.correct(store, author, ours, "our contract says so")
    with store.journal.read() as connection:
        assert [span(regimes.as_of(connection, one)) for one in (before, after)] == [72, 48]


def test_a_preview_says_which_duties_of_open_incidents_move(
    store: Store, author: Author, clock: ManualClock, ours: Path
) -> None:
    known = incidents.declare(store, author, title="Records left", system="loans").id
    held = load_shipped()
    assert preview(store, regimes.corrected(held, ours)) == ()
    for question, value in ANSWERS.items():
        answers.answer(store, author, question, [value], incident=known)
    facts.state(store, author, known, "awareness", clock.now(), "the log of the gateway")
    (change,) = preview(store, regimes.corrected(regimes.rules(store), ours))
    assert (change.duty, change.what) == (DUTY, "moves")
    assert change.before is not None
    assert change.after is not None
    assert change.before.plan_to == clock.now() + timedelta(hours=72)
    assert change.after.plan_to == clock.now() + timedelta(hours=48)
    without = replace(held, regimes=tuple(one for one in held.regimes if one.id != REGIME))
    assert {one.what for one in preview(store, without)} == {"ends"}
    regimes.correct(store, author, ours, "our contract says so")
    row = next(one for one in duties.look(store, known).rows if one.duty.id == DUTY)
    assert row.plan_to == clock.now() + timedelta(hours=48)


def test_two_who_change_the_rules_at_once_do_not_take_back_each_others_work(
    store: Store, author: Author, ours: Path
) -> None:
    held = regimes.rules(store)
    regimes.correct(store, Author("Operator B"), ours, "Ours is stricter.")
    with pytest.raises(NotAllowed, match="somebody has just adopted"):
        regimes.adopt(store, author, regimes.renewed(held), "As shipped.", held=held)
    assert span(in_force(store)) == 48
