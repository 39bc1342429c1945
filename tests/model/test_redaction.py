"""No name survives, nothing else is eaten, and again changes nothing."""

import re
import unicodedata

from hypothesis import given
from hypothesis import strategies as st

from tocsin.model.redaction import LEFT_OUT, MAIL, PHONE, Redaction, pseudonyms

MARKS = re.compile(r"Person \d+|\[personal, left out\]|\[e-mail address\]|\[telephone number\]")
LETTERS = "abcdeßéABCDЖждאבγδ"
WORD = st.text(LETTERS, min_size=2, max_size=6)
NAMES = st.lists(st.lists(WORD, min_size=1, max_size=3).map(" ".join), min_size=1, max_size=5)


def people(*names: str, **addresses: tuple[str, ...]) -> Redaction:
    return Redaction(pseudonyms(names, {name.replace("_", " "): one for name, one in addresses.items()}))


def words(text: str) -> list[str]:
    return re.findall(r"[^\W_]+", text.casefold())


def holds(text: str, name: str) -> bool:
    """Whether a text has the words of a name one after the other: found another way than by pattern."""
    said, sought = words(text), words(name)
    return any(said[at : at + len(sought)] == sought for at in range(len(said)))


@given(NAMES, st.lists(st.one_of(WORD, st.sampled_from([" ", ". ", "_", "-", "\n", "@", "1"])), max_size=20))
def test_no_name_survives_and_again_changes_nothing(names: list[str], pieces: list[str]) -> None:
    redaction = people(*names)
    text = " ".join([*pieces, *names, *(name.upper() for name in names)])
    told = redaction.text(text)
    # A mark stands where a person stood; two halves of a name on its sides are no name.
    assert [name for name in names if any(holds(piece, name) for piece in MARKS.split(told))] == []
    assert redaction.text(told) == told


@given(NAMES, st.lists(WORD, min_size=1, max_size=12))
def test_other_words_stay(names: list[str], others: list[str]) -> None:
    parts = {part for name in names for part in words(name)}
    kept = [word for word in others if not {word.casefold(), *words(word)} & parts]
    text = ", ".join(kept)
    assert people(*names).text(text) == unicodedata.normalize("NFC", text)


def test_persons_are_numbered_as_they_first_appear() -> None:
    redaction = people("Zoe Ahn", "Ben Orr", "zoe ahn")
    assert [(one.pseudonym, one.name) for one in redaction.people] == [
        ("Person 1", "Zoe Ahn"),
        ("Person 2", "Ben Orr"),
    ]
    assert redaction.text("ZOE AHN called ben.orr and Zoe_Ahn") == "Person 1 called Person 2 and Person 1"


def test_the_longest_name_wins_and_parts_count_where_one_person_bears_them() -> None:
    redaction = people("Ann Lee", "Ann Lee Kim", "Kofi Mensah")
    assert redaction.text("Ann Lee Kim and Ann Lee") == "Person 2 and Person 1"
    assert redaction.text("Mensah told Ann, mensah told Lee.") == "Person 3 told Ann, Person 3 told Lee."


def test_words_that_are_names_too_are_left_where_they_are_words() -> None:
    redaction = people("Eva Mark", "Operator A", "Night desk")
    said = redaction.text("Mark will mark it; the operator on the night desk waits for Operator A.")
    assert said == "Person 1 will mark it; the operator on the Person 3 waits for Person 2."


def test_parts_of_words_are_no_names() -> None:
    assert people("Ann", "Al").text("Annual panel, Al's and Ann-Marie") == (
        "Annual panel, Person 2's and Person 1-Marie"
    )


def test_addresses_and_numbers_of_people_and_of_others() -> None:
    redaction = people("Eva Roe", Eva_Roe=("eva.r@example.org", "+49 30 901820"))
    said = redaction.text("Mail Eva.R@example.org or x@y.example; call 030/90 18 20 or +1 (555) 010-9999.")
    assert said == f"Mail Person 1 or {MAIL}; call Person 1 or {PHONE}."


def test_numbers_that_are_no_telephones_stay() -> None:
    text = "On 2026-11-20 at 10:15:00 UTC+01:00, 10 000 of 1,234,567 rows; 4f0c9a1b22 +12 %"
    assert people("Eva Roe").text(text) == text


def test_marked_passages_are_left_out_wherever_they_stand() -> None:
    redaction = Redaction(pseudonyms(["Eva Roe"]), passages=("Eva Roe was ill", "ill since May"))
    assert redaction.text("As eva  roe was\nill, she left.") == f"As {LEFT_OUT}, she left."
    assert redaction.text(redaction.text("Ill since May")) == LEFT_OUT


def test_texts_marked_whole_are_left_out_whole() -> None:
    redaction = Redaction((), (), ("ok", "She told her doctor on Monday."), frozenset({"field:scope"}))
    assert redaction.text("OK") == LEFT_OUT
    assert redaction.text("It is ok.") == "It is ok."
    assert redaction.text("10:02 She told her doctor on Monday. Then x") == f"10:02 {LEFT_OUT} Then x"
    assert redaction.text("anything", "field:scope") == LEFT_OUT


def test_names_are_found_however_they_are_composed() -> None:
    assert people("Zoé Roe").text("zoe\u0301 roe") == "Person 1"
