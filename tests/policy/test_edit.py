"""A change in place gives a new scheme of a higher version, or says what is wrong; the old one stays."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tocsin.errors import BadInput, NotFound
from tocsin.model.calendar import Offset, Unit
from tocsin.policy.check import LIMITS
from tocsin.policy.check_parts import everything_wrong
from tocsin.policy.edit import next_version, offset_of, with_level, with_offset, with_route
from tocsin.policy.load import load_shipped

SEV = replace(load_shipped(), playbooks=())
OFFSETS = st.sampled_from(list(Unit)).flatmap(
    lambda unit: st.builds(Offset, st.integers(1, LIMITS[unit]), st.just(unit))
)


@given(
    st.lists(
        st.tuples(
            st.sampled_from([rule.id for rule in SEV.clocks]),
            st.sampled_from([level.id for level in SEV.levels]),
            OFFSETS,
        ),
        min_size=1,
        max_size=6,
    )
)
def test_a_cell_set_is_the_only_one_that_changes(cells: list[tuple[str, str, Offset]]) -> None:
    scheme = SEV
    expected = {
        (rule.id, level.id): SEV.offset(rule.id, level.id) for rule in SEV.clocks for level in SEV.levels
    }
    held = {(rule.id, level.id) for rule in SEV.clocks for level in SEV.levels if rule.holds_at(level.id)}
    for clock, level, offset in cells:
        scheme = with_offset(scheme, clock, level, offset)
        expected[clock, level] = offset
        held.add((clock, level))
    assert {key: scheme.offset(*key) for key in expected} == expected
    assert {(r.id, lv.id) for r in scheme.clocks for lv in scheme.levels if r.holds_at(lv.id)} == held
    assert everything_wrong(scheme) == []


def test_a_clock_taken_from_a_level_is_gone_there_and_from_its_last_one_not_taken() -> None:
    less = with_offset(SEV, "escalate", "SEV-2", None)
    assert (less.offset("escalate", "SEV-1"), less.offset("escalate", "SEV-2")) == (
        Offset(30, Unit.MINUTES),
        None,
    )
    assert less.version == "1+1"
    assert SEV.offset("escalate", "SEV-2") == Offset(2, Unit.HOURS)
    with pytest.raises(BadInput, match="a number at one level"):
        with_offset(less, "escalate", "SEV-1", None)


def test_versions_rise_with_every_change_and_stay_without_one() -> None:
    assert [next_version(v) for v in ("1", "1+1", "1+9", "2026.1", "a+b")] == [
        "1+1",
        "1+2",
        "1+10",
        "2026.1+1",
        "a+b+1",
    ]
    assert with_offset(SEV, "contain", "SEV-1", Offset(60, Unit.MINUTES)) is SEV
    twice = with_level(with_level(SEV, "SEV-4", forum="the backlog"), "SEV-4", forum="nowhere")
    assert twice.version == "1+2"


def test_levels_and_routes_take_what_was_typed_without_blanks_around() -> None:
    scheme = with_level(SEV, "SEV-2", meaning=" Worse ", escalate_to=["Legal ", " "])
    level = scheme.level("SEV-2")
    assert level is not None
    assert (level.meaning, level.escalate_to, level.forum) == ("Worse", ("Legal",), "incident channel")
    route = next(
        r for r in with_route(SEV, "quality", to=["on call"], levels=["SEV-1"]).routes if r.kind == "quality"
    )
    assert (route.to, route.levels, route.types) == (("on call",), ("SEV-1",), ("distribution_shift",))


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda: with_level(SEV, "SEV-2", meaning=" "), r"levels\[1\].meaning.*length >= 1"),
        (lambda: with_level(SEV, "SEV-2", meaning="x" * 600), r"length <= 500"),
        (
            lambda: with_route(SEV, "quality", levels=["SEV-9"]),
            r"routes\[1\].levels: there is no level 'SEV-9'",
        ),
        (lambda: with_route(SEV, "quality", types=["bias"]), r"routes.types: 'bias' is there 2 times"),
        (lambda: with_offset(SEV, "contain", "SEV-1", Offset(0, Unit.HOURS)), r"0 hours is not between"),
    ],
)
def test_what_a_file_could_not_say_is_refused(change, said: str) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(BadInput, match=said):
        change()


def test_what_is_not_there_is_named_with_what_is() -> None:
    with pytest.raises(NotFound, match="It has SEV-1, SEV-2"):
        with_level(SEV, "P0")
    with pytest.raises(NotFound, match="It has respond, escalate"):
        with_offset(SEV, "coffee", "SEV-1", None)
    with pytest.raises(NotFound, match="It has infrastructure, quality"):
        with_route(SEV, "coffee")


@given(OFFSETS)
def test_an_offset_in_words_is_read_as_that_offset(offset: Offset) -> None:
    assert offset_of(offset.words) == offset
    assert offset_of(f"{offset.amount} {offset.unit.value}") == offset


@pytest.mark.parametrize(
    ("typed", "offset"),
    [
        ("90m", Offset(90, Unit.MINUTES)), ("2H", Offset(2, Unit.HOURS)),
        (" 1  week ", Offset(1, Unit.WEEKS)),
        ("4 business hours", Offset(4, Unit.BUSINESS_HOURS)), ("5 bd", Offset(5, Unit.BUSINESS_DAYS)),
        ("", None), ("–", None), ("none", None),
    ],
)  # fmt: skip
def test_what_people_type_is_understood(typed: str, offset: Offset | None) -> None:
    assert offset_of(typed) == offset


@pytest.mark.parametrize("typed", ["soon", "5", "1.5 h", "-3 h", "5 fortnights", "9" * 30 + " h", "½ h"])
def test_what_is_no_span_is_refused(typed: str) -> None:
    with pytest.raises(BadInput, match="no span of time"):
        offset_of(typed)
