"""`tocsin detectors`: the keys it promises, what may be set, and what is refused."""

from typing import Any

import msgspec
import pytest

from tocsin import plugins
from tocsin.cli import main
from tocsin.store.folder import Store


@pytest.fixture
def path(store: Store) -> str:
    if not plugins.found(plugins.DETECTORS):
        pytest.skip("tocsin is not installed, so it has no entry points")
    return str(store.path)


def told(capsys: pytest.CaptureFixture[str]) -> Any:
    return msgspec.json.decode(capsys.readouterr().out)


def test_the_list_has_the_promised_keys(path: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["detectors", "list", "--store", path, "--json"]) == 0
    found = told(capsys)
    assert set(found) == {"number", "changed", "changed_by", "reason", "budget", "used", "detectors"}
    assert (found["number"], found["changed"], found["budget"]) == (0, None, 1.0)
    by_name = {one["name"]: one for one in found["detectors"]}
    assert {"departure", "cusum", "ewma", "page_hinkley", "drift", "silence", "flatline"} <= set(by_name)
    assert (by_name["departure"]["enabled"], by_name["ewma"]["enabled"]) == (True, False)
    assert [one["name"] for one in found["detectors"]].index("departure") < list(by_name).index("cusum")
    keys = {"name", "value", "default", "unit", "says", "least", "most"}
    assert all(set(p) == keys and p["says"] for one in found["detectors"] for p in one["parameters"])


def test_a_setting_is_in_force_with_who_when_and_why(path: str, capsys: pytest.CaptureFixture[str]) -> None:
    words = ["departure", "window_days=14", "--because", "short history", "--by", "Operator A"]
    assert main(["detectors", "set", *words, "--store", path, "--json"]) == 0
    found = told(capsys)
    values = {one["name"]: one["value"] for one in found["parameters"]}
    assert (values["window_days"], values["learning_days"]) == (14.0, 7.0)
    assert found["version"].startswith("2+")
    (entry,) = found["history"]
    assert (entry["by"], entry["reason"], entry["parameters"]) == (
        "Operator A",
        "short history",
        {"window_days": 14.0},
    )
    assert main(["detectors", "list", "--store", path]) == 0
    shown = capsys.readouterr()
    assert "Detectors as of version 1, changed at" in shown.err
    assert "UTC by Operator A" in shown.err
    assert "by operator a because: short history" in shown.err.lower()
    assert main(["detectors", "set", "departure", "--defaults", "--store", path]) == 0
    assert main(["detectors", "show", "departure", "--store", path, "--json"]) == 0
    capsys.readouterr()


def test_the_budget_is_set_for_all_or_one(path: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["detectors", "set", "budget", "per_week=2.5", "--store", path, "--json"]) == 0
    assert told(capsys) == {"system": "", "per_week": 2.5}
    assert main(["detectors", "list", "--store", path, "--json"]) == 0
    assert told(capsys)["budget"] == 2.5
    assert main(["detectors", "set", "budget", "per_week=2", "--system", "nobody's", "--store", path]) == 1


@pytest.mark.parametrize(
    "words",
    [
        ["departure", "window=3"],
        ["departure", "window_days=soon"],
        ["departure", "window_days=1e9"],
        ["departure", "least_samples=40.5"],
        ["departure", "least_samples=inf"],
        ["departure", "least_samples=nan"],
        ["departure"],
        ["departure", "window_days"],
        ["nobody", "window_days=3"],
        ["segments", "window_days=1e308"],
        ["segments", "least=1e300"],
        ["fairness", "least=1e300"],
        ["budget", "per_week=0"],
        ["budget", "per_week=nan"],
        ["budget", "per_month=3"],
        ["departure", "window_days=20", "--system", "x"],
    ],
)
def test_what_cannot_be_is_refused_and_changes_nothing(
    path: str, words: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["detectors", "set", *words, "--store", path]) == 1
    assert capsys.readouterr().err
    assert main(["detectors", "list", "--store", path, "--json"]) == 0
    assert told(capsys)["number"] == 0
