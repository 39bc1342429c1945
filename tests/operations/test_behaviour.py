"""The same questions to a vendor's model in March and June 2023: what changed, in which task, which way."""

import csv
from datetime import timedelta
from pathlib import Path

import numpy as np
import pytest

from tests.detectors.test_behaviour import CHANGED, replayed
from tocsin.detectors.behaviour import BehaviourDetector
from tocsin.detectors.table import Table
from tocsin.errors import BadInput
from tocsin.importers.base import Options
from tocsin.model.decision import Roles
from tocsin.model.instant import from_us, iso
from tocsin.model.operator import Author
from tocsin.operations import behaviour, budget, decisions
from tocsin.operations.behaviour import Behaviour, compare_versions, compare_windows
from tocsin.operations.detect_logs import detect_logs
from tocsin.operations.ingest import ingest
from tocsin.operations.progress import finish
from tocsin.store.folder import Store

GPT4 = ("openaichat/gpt-4-0314", "openaichat/gpt-4-0613")
GPT35 = ("openaichat/gpt-3.5-turbo-0301", "openaichat/gpt-3.5-turbo-0613")


def read(shared_data: Path, name: str) -> tuple[Table, Roles]:
    table, roles, _ = finish(decisions.read_file(shared_data / "llmdrift" / f"{name}.csv", row_order=True))
    return table, roles


@pytest.fixture(scope="module")
def primes(shared_data: Path) -> tuple[Table, Roles]:
    return read(shared_data, "PRIME_FULL_EVAL")


@pytest.fixture(scope="module")
def sensitive(shared_data: Path) -> tuple[Table, Roles]:
    return read(shared_data, "SENSITIVEQ_EVAL")


def told(found: Behaviour) -> dict[tuple[str, str], tuple[float, float, str]]:
    return {
        (one.task, one.measure): (
            round(one.moved.before, 3), round(one.moved.after, 3),
            one.direction if found.changed(one) else "no change",
        )
        for one in found.shifts
    }  # fmt: skip


def test_one_model_became_worse_at_primes(primes: tuple[Table, Roles]) -> None:
    """Chen, Zaharia and Zou (2023) count 84.0 % and 51.1 %; per task it is 97.6 to 2.4 and 70.4 to 99.8."""
    found = compare_versions(*primes, *GPT4)
    by = told(found)
    assert found.prompts == 1000
    assert by["all", "share right"] == (0.84, 0.511, "worse")
    assert by["prime", "share right"] == (0.976, 0.024, "worse")
    assert by["composite", "share right"] == (0.704, 0.998, "better")
    assert by["all", "tokens"] == (pytest.approx(215, abs=1), pytest.approx(2.9, abs=0.05), "less")
    assert by["all", "share declined"][2] == "no change"
    assert {one.task: one.verdict for one in found.tasks} == {
        "all": "worse", "composite": "better", "prime": "worse"
    }  # fmt: skip
    right = next(one for one in found.shifts if (one.task, one.measure) == ("all", "share right"))
    assert right.moved.low < -0.329 < right.moved.high < -0.25
    assert right.moved.method == "McNemar, exact"


def test_the_other_went_the_other_way(primes: tuple[Table, Roles]) -> None:
    by = told(compare_versions(*primes, *GPT35))
    assert by["all", "share right"] == (0.529, 0.761, "better")
    assert by["composite", "share right"][2] == "worse"
    assert by["all", "tokens"][2] == "more"


@pytest.mark.parametrize(
    ("versions", "declined"), [(GPT4, (0.79, 0.95, "more")), (GPT35, (0.98, 0.92, "less"))]
)
def test_sensitive_questions_are_declined_more_by_one_and_less_by_the_other(
    sensitive: tuple[Table, Roles], versions: tuple[str, str], declined: tuple[float, float, str]
) -> None:
    found = compare_versions(*sensitive, *versions)
    assert told(found)["sensitiveq", "share declined"] == declined
    assert [(one.task, one.verdict) for one in found.tasks] == [("sensitiveq", "differently")]


def test_the_rule_on_words_agrees_with_the_flag(sensitive: tuple[Table, Roles]) -> None:
    table, roles = sensitive
    by_words = {role: names for role, names in roles.columns.items() if role != "answered"}
    for versions in (GPT4, GPT35):
        flag, rule = (
            told(compare_versions(table, Roles(kept), *versions))["sensitiveq", "share declined"]
            for kept in (roles.columns, by_words)
        )
        assert rule[:2] == pytest.approx(flag[:2], abs=0.11)
    assert told(compare_versions(table, Roles(by_words), *GPT4))["sensitiveq", "share declined"][2] == "more"


def test_spans_are_compared_and_the_versions_in_them_named(primes: tuple[Table, Roles]) -> None:
    table, roles = primes
    found = compare_windows(table, roles, (1, 1001), (1001, 2001))
    assert found.rows == (1000, 1000)
    assert all(found.versions)


def test_what_cannot_be_compared_is_refused(primes: tuple[Table, Roles]) -> None:
    table, roles = primes
    with pytest.raises(BadInput, match="no answer is of this version"):
        compare_versions(table, roles, "gpt-5", GPT4[1])
    with pytest.raises(BadInput, match="no column tells the version"):
        compare_versions(table, Roles(), *GPT4)
    with pytest.raises(BadInput, match="no answers in the span “before”"):
        compare_windows(table, roles, (10_000, 10_001), (1, 5))
    with pytest.raises(BadInput, match="anything of the answers"):
        compare_windows(table, Roles(), (1, 5), (5, 9))
    assert behaviour.versions(table, roles)[-1] == GPT4[1]


def test_answers_of_many_lines_are_imported(shared_data: Path, store: Store, author: Author) -> None:
    """Their times (07/02/2023) do not tell the day from the month and are refused; the id is of a list."""
    file = shared_data / "llmdrift" / "PRIME_FULL_EVAL.csv"
    said = {"time": "timestamp", "id": "{model}:{dataset}:{id}"}
    with pytest.raises(BadInput, match="holds no times"):
        finish(
            ingest(store, author, file, system="vendor", options=Options(record="decisions", mapping=said))
        )
    options = Options(record="decisions", mapping=said | {"time": "'2023-07-24T00:00:00Z'"})
    kept = finish(ingest(store, author, file, system="vendor", options=options))
    assert (kept.stored, kept.rejected) == (4000, 0)
    table, roles = decisions.of_system(store, "vendor")
    assert told(compare_versions(table, roles, *GPT4))["all", "share right"] == (0.84, 0.511, "worse")


def test_canaries_that_answer_otherwise_are_an_alert(store: Store, author: Author, tmp_path: Path) -> None:
    table = replayed(np.random.default_rng(7), right=0.2)
    columns = {name: table.words(name) for name in ("prompt", "answer", "task", "reference", "version")}
    texts = [[one.labels[code] for code in one.codes.tolist()] for one in columns.values()]
    rows = zip(table.times_us.tolist(), *texts, strict=True)
    file = tmp_path / "canaries.csv"
    with file.open("w", newline="") as out:
        write = csv.writer(out)
        write.writerow(["id", "time", *columns])
        write.writerows([n, iso(from_us(at)), *cells] for n, (at, *cells) in enumerate(rows))
    finish(ingest(store, author, file, system="vendor", options=Options(record="decisions")))
    part = BehaviourDetector()
    done = finish(detect_logs(store, [part], budget.shares(store, [part])))
    assert not done.problems
    [right] = [one for one in done.raised if one.metric == "share right" and one.ended is None]
    assert right.labels["task"] == "sums"
    assert right.start is not None
    assert abs(right.start.at - from_us(CHANGED)) < timedelta(days=1.5)
