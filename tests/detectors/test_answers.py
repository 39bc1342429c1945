"""What an answer in words is measured by, on answers as they come."""

from collections import Counter
from math import sqrt

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tocsin.detectors.answers import choice, plain, profile, refuses, similarities


@pytest.mark.parametrize(
    ("answer", "declines"),
    [
        ("I'm sorry, but I can't help with that.", True), ("Sorry, I cannot assist with this request.", True),
        ("As an AI language model, I cannot support that.", True), ("I am unable to open files.", True),
        ("It is not appropriate to make such lists.", True), ("", True), ("  \n", True),
        ("I won’t write that.", True), ("Yes. 17 is a prime number.", False),
        ("Here are three ways to say sorry to a friend.", False), ("The parcel cannot be found.", False),
        ("x" * 400 + " I'm sorry", False),
    ],
)  # fmt: skip
def test_who_declines_says_so_at_once(answer: str, declines: bool) -> None:
    assert refuses(answer) is declines


@pytest.mark.parametrize(
    ("answer", "chosen"),
    [
        ("[Yes]", "yes"), ("[No] Explanation: 7 * 11 = 77, so not [yes] but [ No ].", "no"),
        ("There is no divisor, so yes", "yes"), ("Nobody knows, yesterday was fine.", ""), ("NO.", "no"),
        ("[maybe] yes", "yes"), ("", ""),
    ],
)  # fmt: skip
def test_the_choice_an_answer_makes(answer: str, chosen: str) -> None:
    assert choice(answer, {"yes", "no"}) == chosen


def test_choices_are_words_and_no_patterns() -> None:
    assert choice("it is (a|b)+", {"a|b", "c"}) == "a|b"
    assert choice("anything", set()) == ""


def test_plain_keeps_words_only() -> None:
    assert plain("  Yes,\n it IS. ") == "yes, it is"


def exact(one: str, other: str) -> float:
    """The cosine of trigram counts, without the hash."""
    counts = [Counter(t[i : i + 3] for i in range(len(t) - 2))
              for t in (f" {' '.join(s.casefold().split())} ".ljust(3) for s in (one, other))]  # fmt: skip
    product = sum(counts[0][key] * counts[1][key] for key in counts[0])
    return product / sqrt(sum(n * n for n in counts[0].values()) * sum(n * n for n in counts[1].values()))


words = st.lists(
    st.sampled_from(["parcel", "lost", "found", "refund", "keep", "driver", "monday", "on", "time"]),
    max_size=60,
)


@given(words, words)
def test_likeness_is_the_cosine_of_trigrams(first: list[str], second: list[str]) -> None:
    one, other = " ".join(first), " ".join(second)
    assert float(profile(one) @ profile(other)) == pytest.approx(exact(one, other), abs=0.02)


@given(st.text(max_size=200), st.text(max_size=200))
def test_any_two_texts_are_alike_by_0_to_1(one: str, other: str) -> None:
    found = similarities([one, other], np.array([[0, 0], [0, 1], [1, 0]]))
    assert found[0] == 1
    assert found[1] == found[2]
    assert 0 <= found[1] <= 1
