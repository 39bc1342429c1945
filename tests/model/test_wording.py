"""The wording rules on messages as people write them: what is told, where, and what is let be."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tocsin.model.wording import (
    ACTION,
    AI,
    IMPACT,
    JARGON,
    LONGEST,
    PROMISE,
    RULES,
    VENDOR,
    breaches,
)

VENDORS = ("Acme", "acme-large-2", "Borealis Labs")

# Says everything a message to outside needs, so that a sentence put before it is judged alone.
WHOLE = (
    "Our credit scorer is an AI model. It declined 2,400 applicants who should have been accepted. "
    "We have switched it off and people review these applications again. "
)

# (sentence, the rule it breaks, the words the breach lies on)
BAD = [
    ("Because of a technical issue it was late.", AI, "technical issue"),
    ("A glitch in our website is to blame.", AI, "glitch"),
    ("This happened through human error.", AI, "human error"),
    ("A system error affected 12 orders.", AI, "system error"),
    ("Some users received wrong answers.", IMPACT, "Some users"),
    ("A small number of customers saw this.", IMPACT, "A small number of customers"),
    ("It concerns certain loan applicants.", IMPACT, "certain loan applicants"),
    ("A few of our clients were charged twice.", IMPACT, "A few of our clients"),
    ("The disruption had only a minor impact.", IMPACT, "minor impact"),
    ("We apologise for any inconvenience.", IMPACT, "any inconvenience"),
    ("Out of an abundance of caution we write to you.", IMPACT, "abundance of caution"),
    ("The fault was caused by Acme.", VENDOR, "caused by Acme"),
    ("Our provider failed to tell us in time.", VENDOR, "provider failed"),
    ("The vendor silently changed the model.", VENDOR, "vendor silently"),
    ("This was due to a change at Borealis Labs.", VENDOR, "due to a change at Borealis Labs"),
    ("acme-large-2 let us down.", VENDOR, "acme-large-2 let us down"),
    ("It was our supplier's mistake.", VENDOR, "supplier's mistake"),
    ("We blame the third party that runs it.", VENDOR, "blame the third party"),
    ("The outage at our provider left 40 users without an answer.", VENDOR, "outage at our provider"),
    ("Acme is responsible for these answers.", VENDOR, "Acme is responsible"),
    ("Acme changed the model without telling us.", VENDOR, "Acme changed the model without telling"),
    ("Accuracy fell from 92 to 85 %.", JARGON, "Accuracy"),
    ("PSI rose to 0.24.", JARGON, "PSI"),
    ("The disparate impact ratio is 0.52.", JARGON, "disparate impact ratio"),
    ("We saw drift of 3 sigma.", JARGON, "sigma"),
    ("It will be fixed by 17:00.", PROMISE, "will be fixed by 17:00"),
    ("We expect normal service within two hours.", PROMISE, "expect normal service within two"),
    ("Everything will be back to normal tomorrow.", PROMISE, "will be back to normal tomorrow"),
    ("The problem should be resolved shortly.", PROMISE, "should be resolved shortly"),
    ("By noon we will have restored the service.", PROMISE, "By noon we will have restored"),
    ("ETA for the fix is 18:00.", PROMISE, "ETA for the fix is 18:00"),
]  # fmt: skip

GOOD = [
    # honest, specific, no blame, what is being done
    "The AI model declined 312 applications over 60 that a person would have accepted.",
    "A technical issue in our AI model showed wrong prices to 40 customers.",
    "This was not a technical glitch: the AI model judged by age.",
    "How many people are affected is not known yet.",
    "All applicants since 28 October are affected.",
    "Some users, about 2,400 of them, received wrong answers.",
    "It concerns people who applied in the north since May.",
    # vendors named without blame, blame denied, blame taken
    "We use a model of Acme for this.",
    "It was not caused by Acme.",
    "This is not the fault of our provider.",
    "We, not our provider, are responsible for these decisions.",
    "Whoever runs the model, it is our mistake, not that of our vendor.",
    "We have asked our provider to look at the cause with us.",
    "We have moved to another provider.",
    "We failed to test the change of our vendor's model.",
    "We have discussed the problem with our provider.",
    "Together with our provider we found the error in the model.",
    "Our AI provider's model gave wrong answers to 40 users.",
    "The model, which Acme runs for us, gave wrong answers to 40 users.",
    "The error was introduced by our own change, not by Acme.",
    "Due to an error in our AI model 40 users saw wrong prices; our provider confirmed it.",
    # somebody else's words
    'A customer wrote: "it was caused by Acme and will be fixed by 17:00".',
    "The newspaper says “some users were hit by a glitch”.",
    # figures in terms of people
    "Accuracy fell from 92 to 85 %, which is 7 more wrong decisions in 100.",
    "Accuracy fell from 92 to 85 %. That is 700 applicants a day.",
    "We recall 40 letters.",
    # what comes next, without a promise
    "The next update comes by 17:00.",
    "We cannot say when it will be fixed.",
    "We will tell you by 17:00 whether it is fixed.",
    "By 15:00 we will know whether it is fixed.",
    "It was fixed at 14:20.",
    "We expect to have reviewed all 2,400 applications by 12 November.",
    "We will correct these decisions by 12 November.",
    "We do not promise that it will be fixed today.",
    "We will fix it as soon as possible and write to you.",
    "We have restored the earlier version.",
    "Version 4.1, e.g. that of May, decided 12 cases.",
]


@pytest.mark.parametrize(("sentence", "rule", "words"), BAD)
def test_a_breach_is_told_at_its_words(sentence: str, rule: str, words: str) -> None:
    text = f"{sentence} {WHOLE}" if rule != JARGON else f"{WHOLE}\n{sentence}"
    found = breaches(text, outside=True, vendors=VENDORS)
    assert [(one.rule, text[one.start : one.end]) for one in found] == [(rule, words)]
    assert found[0].reason


@pytest.mark.parametrize("sentence", GOOD)
def test_what_is_honest_is_let_be(sentence: str) -> None:
    assert breaches(f"{sentence} {WHOLE}", outside=True, vendors=VENDORS) == ()


@pytest.mark.parametrize(
    ("text", "rules"),
    [
        ("Our website gave 40 customers a wrong price. We have stopped it.", {AI}),
        ("An AI model gave wrong prices. We have stopped it.", {IMPACT}),
        ("An AI model gave 40 customers a wrong price.", {ACTION}),
        ("An AI model gave 40 customers a wrong price. We take this very seriously.", {ACTION}),
        ("We are sorry.", {AI, IMPACT, ACTION}),
    ],
)
def test_what_is_missing_is_told_without_a_place(text: str, rules: set[str]) -> None:
    found = breaches(text, outside=True)
    assert {one.rule for one in found} == rules
    assert all(one.is_missing for one in found)


def test_inside_only_figures_without_people_and_promises_are_told() -> None:
    assert breaches("Acme broke it again, some users are hit.", outside=False, vendors=VENDORS) == ()
    [found] = breaches("Accuracy fell from 92 to 85 %.", outside=False)
    assert found.rule == JARGON
    assert breaches("Accuracy fell from 92 to 85 %.\n- Who is affected: not known yet", outside=False) == ()
    assert [one.rule for one in breaches("It will be fixed by 17:00.", outside=False)] == [PROMISE]


def test_an_empty_text_breaks_nothing() -> None:
    assert breaches(" \n", outside=True) == ()


def test_a_name_is_looked_for_as_it_stands() -> None:
    """No name is a pattern, and none is found inside another word."""
    assert breaches(f"The area was caused by a rep. {WHOLE}", outside=True, vendors=["re", ".*", "("]) == ()
    found = breaches(f"It was caused by C++ (beta). {WHOLE}", outside=True, vendors=["C++ (beta)"])
    assert [one.rule for one in found] == [VENDOR]


@given(st.text(max_size=400), st.booleans(), st.lists(st.text(max_size=20), max_size=4))
def test_places_lie_in_the_text(text: str, outside: bool, vendors: list[str]) -> None:
    for one in breaches(text, outside=outside, vendors=vendors):
        assert 0 <= one.start <= one.end <= len(text)
        assert one.is_missing == (one.start == one.end == 0)
        assert one.rule in RULES


_PIECES = [words for sentence, _, _ in BAD for words in sentence.split()] + [
    "ﬁ",
    "İ",
    "“",
    "”",
    "‮",
    "😀",
    "\n",
]


@given(st.lists(st.sampled_from(_PIECES), max_size=60).map(" ".join))
def test_places_hold_the_words_they_are_about(text: str) -> None:
    """Also after letters that take more room in another case."""
    for one in breaches(text, outside=True, vendors=VENDORS):
        assert one.is_missing or text[one.start : one.end].strip()


@pytest.mark.parametrize("piece", ["a ", "will ", "Acme ", "users 1 ", '"', "we ", "9", "because of "])
def test_a_text_eight_times_as_long_takes_no_more_than_its_share(piece: str) -> None:
    """A pattern that tries everything anew at every place would take 64 times as long."""

    def spent(length: int) -> float:
        text = (piece * length)[:length]
        times = []
        for _ in range(3):
            begun = time.process_time()
            breaches(text, outside=True, vendors=VENDORS)
            times.append(time.process_time() - begun)
        return min(times)

    assert spent(LONGEST) < 24 * max(spent(LONGEST // 8), 0.0005)
