"""Canary prompts replayed day by day: a change of the model behind them is found, and noise is not."""

import msgspec
import numpy as np
import pytest

from tocsin.detectors.base import DAY, Finding
from tocsin.detectors.behaviour import BehaviourDetector
from tocsin.detectors.behaviour_change import ALIKE, SAME, Shift, compare
from tocsin.detectors.behaviour_measures import measured
from tocsin.detectors.table import Decisions, Table, Words
from tocsin.model.alert import AlertSeverity
from tocsin.model.decision import Roles

START = 20_000 * DAY
CHANGED = START + 30 * DAY
BASELINE, WINDOW = (START, START + 28 * DAY), (START + 28 * DAY, START + 35 * DAY)
ROLES = Roles({"prompt": ("prompt",), "answer": ("answer",), "task": ("task",), "reference": ("reference",),
               "version": ("version",)})  # fmt: skip
FILLER = ["The", "number", "is", "small", "so", "we", "divide", "by", "each", "prime", "below", "its", "root"]


def generator(seed: int) -> np.random.Generator:
    return np.random.Generator(np.random.PCG64(seed))


def words(texts: list[str]) -> Words:
    labels = tuple(sorted(set(texts)))
    places = {text: at for at, text in enumerate(labels)}
    return Words(np.array([places[text] for text in texts], np.int32), labels)


def replayed(
    random: np.random.Generator, *, right: float = 0.8, declined: float = 0.02, length: int = 30
) -> Table:
    """40 prompts of two tasks asked every day for 35 days; from day 30 on, task "sums" is answered thus."""
    rows: dict[str, list[str]] = {name: [] for name in ("prompt", "answer", "task", "reference", "version")}
    times = []
    for day in range(35):
        for prompt in range(40):
            task = "sums" if prompt % 2 else "parcels"
            new = START + day * DAY >= CHANGED and task == "sums"
            chance, no, long = (right, declined, length) if new else (0.8, 0.02, 30)
            reference = "yes" if prompt % 4 < 2 else "no"
            other = "no" if reference == "yes" else "yes"
            said = reference if random.random() < chance else other
            filler = " ".join(random.choice(FILLER, max(int(random.poisson(long)), 1)))
            answer = "I'm sorry, I cannot help with that." if random.random() < no else f"{filler} [{said}]"
            values = (f"is {prompt} small?", answer, task, reference, "m-2" if day >= 30 else "m-1")
            for name, value in zip(rows, values, strict=True):
                rows[name].append(value)
            times.append(START + day * DAY + prompt * DAY // 50)
    return Table(np.array(times), {name: words(texts) for name, texts in rows.items()})


def look(table: Table, chance: float = 0.02) -> list[Finding]:
    found = BehaviourDetector().find(Decisions(table, ROLES, BASELINE, WINDOW, chance))
    msgspec.json.encode(found)  # plain numbers throughout, as they are stored
    return found


def test_a_model_that_became_worse_at_one_task_is_found_with_the_day() -> None:
    worst = look(replayed(generator(1), right=0.3))[0]
    assert worst.message.startswith("share right in sums fell from 83.2 % to 4")
    assert worst.message.endswith("; m-1 before, now m-2")
    assert worst.labels == {"layer": "behaviour", "task": "sums"}
    assert (worst.severity, worst.urgent, worst.about) == (AlertSeverity.HIGH, True, "share right")
    assert worst.earliest_us <= CHANGED <= worst.latest_us + DAY
    assert worst.latest_us - worst.earliest_us < 4 * DAY
    assert worst.value < worst.threshold
    assert worst.effect < -3


def test_shorter_answers_are_told_as_neither_better_nor_worse() -> None:
    told = look(replayed(generator(2), length=4))
    by = {one.about: one for one in told}
    assert set(by) == {"length", "similarity"}
    assert by["length"].severity is AlertSeverity.MEDIUM
    assert "length in sums fell" in by["length"].message
    assert not by["length"].urgent
    assert by["similarity"].value < by["similarity"].threshold, "less alike than they are among themselves"


def test_more_refusals_are_told() -> None:
    told = {one.about for one in look(replayed(generator(3), declined=0.5))}
    assert "share declined" in told


def test_a_better_model_is_told_in_a_low_voice() -> None:
    [one] = [one for one in look(replayed(generator(4), right=1.0)) if one.about == "share right"]
    assert one.severity is AlertSeverity.LOW


def test_no_change_is_told_no_more_often_than_its_chance() -> None:
    alarms = sum(bool(look(replayed(generator(seed)), chance=0.05)) for seed in range(6))
    assert alarms <= 2, "0.3 expected; the benchmark looks 50 times"


def test_prompts_that_were_not_asked_before_say_nothing() -> None:
    table = replayed(generator(1), right=0.0)
    fresh = [f"{label} now" for label in table.words("prompt").labels]
    late = table.times_us >= WINDOW[0]
    asked = table.words("prompt").codes
    texts = [fresh[code] if new else table.words("prompt").labels[code]
             for code, new in zip(asked.tolist(), late.tolist(), strict=True)]  # fmt: skip
    columns = {**table.columns, "prompt": words(texts)}
    assert look(Table(table.times_us, columns)) == []


def shifts(table: Table, roles: Roles = ROLES) -> dict[tuple[str, str], Shift]:
    before, after = table.times_us < CHANGED, table.times_us >= CHANGED
    return {(one.task, one.measure): one for one in compare(table, roles, before, after, generator(0))}


def test_every_task_is_told_and_all_together() -> None:
    found = shifts(replayed(generator(5), right=0.3))
    assert {task for task, _ in found} == {"all", "sums", "parcels"}
    assert found["sums", "share right"].direction == "worse"
    assert found["sums", "share right"].q < 1e-6
    assert found["parcels", "share right"].q > 0.01
    alike = found["parcels", ALIKE]
    assert alike.q > 0.01, "as alike to those before as those are among themselves"
    assert alike.moved.before == pytest.approx(0.67, abs=0.05)
    assert found["parcels", SAME].moved.rows[0] > 500


def test_what_was_asked_once_is_alike_by_its_interval_only() -> None:
    table = replayed(generator(6))
    day = table.between((CHANGED - DAY, CHANGED + DAY))
    found = shifts(day)["sums", ALIKE]
    assert np.isnan([found.moved.before, found.moved.change, found.moved.p, found.q]).all()
    assert found.moved.low < found.moved.after < found.moved.high
    assert found.direction == "same"


def test_a_flag_a_score_and_tokens_go_before_the_words() -> None:
    texts = words(["I'm sorry, I can't.", "Yes"])
    table = Table(np.arange(2), {
        "answer": texts, "answered": np.array([1.0, 0.0]), "tokens": np.array([9.0, 2.0]),
        "score": np.array([0.5, np.nan]), "correct": words(["true", "no"]),
    })  # fmt: skip
    roles = Roles({name: (name,) for name in ("answer", "answered", "tokens", "score", "correct")})
    by = {one.name: one.values.tolist() for one in measured(table, roles)}
    assert by["share right"] == [1, 0]
    assert by["share declined"] == [0, 1]
    assert by["tokens"] == [9, 2]
    assert by["score"] == pytest.approx([0.5, np.nan], nan_ok=True)
    assert "length" not in by
    plain = {one.name: one.values.tolist() for one in measured(table, Roles({"answer": ("answer",)}))}
    assert plain == {"share declined": [1, 0], "length": [19, 3]}


def test_free_answers_are_compared_with_their_reference_as_a_whole() -> None:
    wanted = [f"the answer to question {n}, in many words of its own" for n in range(20)]
    table = Table(np.arange(20), {"answer": words([text.upper() + "." if n % 2 else "no idea"
                                                   for n, text in enumerate(wanted)]),
                                  "reference": words(wanted)})  # fmt: skip
    [right] = [one for one in measured(table, ROLES) if one.name == "share right"]
    assert right.values.tolist() == [n % 2 for n in range(20)]
