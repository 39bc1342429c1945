"""`tocsin sources` and `tocsin sync`: what they promise, print and refuse; secrets come by standard input."""

import io
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from tests.canned import Canned, serving
from tocsin.cli import main, sync_command
from tocsin.errors import BadInput
from tocsin.operations import secrets

KEYS = {
    "name", "kind", "place", "system", "every_s", "settings", "encrypted", "last_success", "last_try",
    "next_try", "newest", "lag_s", "rows", "failures", "error",
}  # fmt: skip


def answer(path: str, params: dict[str, list[str]]) -> Any:
    if path.endswith("buildinfo"):
        return {"status": "success", "data": {"version": "2.42.0"}}
    if "query" not in params:
        return 404
    at = float(params["end"][0])
    result = [{"metric": {"__name__": "load"}, "values": [[at, "0.5"]]}]
    return {"status": "success", "data": {"resultType": "matrix", "result": result}}


@pytest.fixture
def server() -> Iterator[Canned]:
    with serving(answer) as canned:
        yield canned


@pytest.fixture
def store(tmp_path: Path) -> str:
    return str(tmp_path / "cli.tocsin")


@pytest.fixture
def typed(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Callable[[str], None]:
    """A function that says what stands on standard input; secrets lie in a file of the test."""
    kept = tmp_path / "config" / "secrets.json"
    monkeypatch.setattr(secrets, "has_keyring", lambda: False)
    monkeypatch.setattr(secrets, "key_file", lambda: kept)
    return lambda text: monkeypatch.setattr(sys, "stdin", io.StringIO(text))


Said = Callable[..., Any]


@pytest.fixture
def said(capsys: pytest.CaptureFixture[str]) -> Said:
    """Run a command that must succeed and return its JSON."""

    def run(*words: str) -> Any:
        capsys.readouterr()
        assert main([*words, "--json"]) == 0
        return msgspec.json.decode(capsys.readouterr().out)

    return run


def test_a_source_is_added_asked_listed_and_removed(server: Canned, store: str, said: Said) -> None:
    add = ("sources", "add", "prom", server.url, "--system", "Loan scoring", "--set", "query=load")
    made = said(*add, "--set", "query=up", "--set", "back=0s", "--every", "1m", "--store", store)
    assert set(made) == KEYS
    assert (made["kind"], made["system"], made["every_s"]) == ("prometheus", "Loan scoring", 60)
    assert made["settings"] == {"query": "load\nup", "back": "0s"}
    [asked] = said("sync", "--once", "--store", store)
    assert (asked["error"], asked["rows"]) == ("", 1)
    [listed] = said("sources", "list", "--store", store)
    assert set(listed) == KEYS
    assert listed["last_success"] is not None
    assert said("sources", "test", "prom", "--store", store) == {
        "answers": "Prometheus 2.42.0 answers there."
    }
    assert said("sources", "test", server.url, "--store", store) == {
        "answers": "Prometheus 2.42.0 answers there."
    }
    said("sources", "remove", "prom", "--store", store)
    assert said("sources", "list", "--store", store) == []


def test_a_watched_folder_can_be_tried_too(store: str, said: Said, tmp_path: Path) -> None:
    folder = tmp_path / "inbox"
    folder.mkdir()
    said("sources", "add", "inbox", str(folder), "--kind", "folder", "--system", "s", "--store", store)
    (folder / "a.csv").write_text("time,latency\n2026-11-02T10:00:00Z,1.5\n")
    told = said("sources", "test", "inbox", "--store", store)
    assert told == {"answers": "The folder is there; one file waits in it."}


def test_a_source_that_fails_is_told_and_is_the_exit_code(
    store: str, capsys: pytest.CaptureFixture[str]
) -> None:
    add = ["sources", "add", "prom", "http://127.0.0.1:9", "--system", "s", "--store", store]
    assert main([*add, "--kind", "prometheus", "--set", "query=up"]) == 0
    assert main(["sync", "prom", "--once", "--store", store]) == 1
    assert "nothing answers at this port" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        (["sync", "nobody", "--once"], "no such source"),
        (["sync", "--once"], "no source to ask"),
        (["sources", "remove", "nobody"], "no such source"),
        (["sources", "add", "x", "http://127.0.0.1:9", "--system", "s"], "nothing answers"),
        (["sources", "add", "x", "http://h", "--system", "s", "--kind", "nagios"], "no such kind"),
        (["sources", "add", "x", "http://h", "--system", "s", "--set", "y"], "KEY=VALUE"),
        (
            ["sources", "add", "x", "http://h", "--system", "s", "--kind", "mlflow", "--every", "soon"],
            "duration",
        ),
    ],
)
def test_what_cannot_be_is_refused(
    words: list[str], reason: str, store: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["init", "--store", store, "--code", "WR", "--zone", "UTC"]) == 0
    assert main([*words, "--store", store]) == 1
    assert reason in capsys.readouterr().err
    assert main(["sources", "list", "--store", store]) == 0
    assert capsys.readouterr().out == ""


def test_a_prometheus_without_a_query_is_said_to_be_asked_for_nothing(
    server: Canned, store: str, capsys: pytest.CaptureFixture[str]
) -> None:
    add = ["sources", "add", "prom", server.url, "--system", "s", "--store", store]
    assert main(add) == 0
    assert "asked for nothing yet" in capsys.readouterr().err
    assert main([*add, "--set", "query=up"]) == 0
    assert "asked for nothing" not in capsys.readouterr().err


def test_a_source_is_told_in_good_english(
    server: Canned, store: str, said: Said, capsys: pytest.CaptureFixture[str]
) -> None:
    add = ("sources", "add", "prom", server.url, "--system", "s", "--set", "query=load", "--set", "back=0s")
    said(*add, "--store", store)
    assert main(["sync", "--once", "--store", store]) == 0
    assert "in order, 1 row stored" in capsys.readouterr().out


def test_a_secret_entered_after_sync_began_is_said_to_be_so(
    server: Canned, typed: Callable[[str], None]
) -> None:
    typed("correct horse\n")
    ask = sync_command.secrets_of([])
    with pytest.raises(BadInput, match="start it again"):
        ask("prom at somewhere")


def test_a_secret_is_asked_for_sealed_and_sent(
    server: Canned,
    store: str,
    typed: Callable[[str], None],
    capsys: pytest.CaptureFixture[str],
    tmp_path: Path,
) -> None:
    typed("s3cret-token\ncorrect horse\n")
    add = ["sources", "add", "prom", server.url, "--system", "s", "--set", "query=up", "--store", store]
    assert main([*add, "--kind", "prometheus", "--secret"]) == 0
    typed("correct horse\n")
    assert main(["sync", "--once", "--store", store]) == 0
    typed("wrong horse\n")
    assert main(["sync", "--once", "--store", store]) == 1
    typed("")
    assert main(["sync", "--once", "--store", store]) == 1
    told = capsys.readouterr()
    assert "passphrase is wrong" in told.err
    assert "nothing was entered" in told.err
    assert "s3cret" not in told.out + told.err
    for file in tmp_path.rglob("*"):
        assert not file.is_file() or b"s3cret" not in file.read_bytes()


def test_the_kinds_tell_their_settings(said: Said) -> None:
    kinds = said("sources", "kinds")
    assert {"prometheus", "alertmanager", "mlflow", "folder", "webhook"} <= set(kinds)
    assert {"query", "step", "ca"} <= {setting["name"] for setting in kinds["prometheus"]}
