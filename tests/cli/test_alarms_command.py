"""`tocsin alarms`: what stands, acknowledged and shelved from the command line."""

from typing import Any

import msgspec
import pytest

from tocsin.cli import main
from tocsin.model.operator import Author
from tocsin.operations import incidents
from tocsin.store.folder import Store


@pytest.fixture
def late(store: Store, author: Author) -> str:
    """The folder of a store with one incident whose deadlines have passed by the machine's clock."""
    incidents.declare(store, author, title="Scorer declines", system="scorer", severity="SEV-1")
    return str(store.path)


def listed(capsys: pytest.CaptureFixture[str], path: str) -> Any:
    assert main(["alarms", "--store", path, "--json"]) == 0
    return msgspec.json.decode(capsys.readouterr().out)


def test_alarms_are_listed_acknowledged_and_shelved(late: str, capsys: pytest.CaptureFixture[str]) -> None:
    found = listed(capsys, late)["alarms"]
    assert found[0]["priority"] == "urgent"
    first, second = found[0]["id"], found[1]["id"]
    assert (
        main(["alarms", "acknowledge", first, "--store", late, "--by", "Operator A", "--note", "on it"]) == 0
    )
    words = [
        "alarms",
        "shelve",
        second,
        "--until",
        "2 h",
        "--reason",
        "known",
        "--store",
        late,
        "--by",
        "Operator A",
    ]
    assert main(words) == 0
    capsys.readouterr()
    states = {one["id"]: (one["state"], one["by"], one["said"]) for one in listed(capsys, late)["alarms"]}
    assert states[first] == ("acknowledged", "Operator A", "on it")
    assert states[second] == ("shelved", "Operator A", "known")
    assert main(["alarms", "--store", late]) == 0
    assert "acknowledged (Operator A)" in capsys.readouterr().out


def test_an_alarm_that_does_not_stand_is_refused(late: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["alarms", "acknowledge", "clock:none", "--store", late, "--by", "Operator A"]) == 1
    assert "no such alarm stands" in capsys.readouterr().err
