"""Secrets of sources: sealed by a passphrase where there is no keyring, and nowhere in the clear."""

import stat
import sys
from collections.abc import Callable
from pathlib import Path

import keyring
import keyring.backend
import pytest
from keyring.backends import fail

from tocsin.errors import BadInput, StoreProblem
from tocsin.operations import secrets
from tocsin.operations.secrets import KeyFile

Ask = Callable[[str], str]
CHEAP = 2**4


def told(*answers: str) -> tuple[Ask, list[str]]:
    """A person who answers questions in this order, and the questions."""
    waiting, questions = list(answers), list[str]()

    def ask(question: str) -> str:
        questions.append(question)
        return waiting.pop(0)

    return ask, questions


def test_what_was_kept_is_there_for_whoever_knows_the_passphrase(tmp_path: Path) -> None:
    file, (ask, questions) = tmp_path / "config" / "secrets.json", told("correct horse")
    kept = KeyFile(file, ask, cost=CHEAP)
    kept.put("prom at https://one", "s3cret-token")
    kept.put("mail", "öther")
    assert (kept.get("prom at https://one"), kept.get("mail"), kept.get("none")) == (
        "s3cret-token", "öther", None,
    )  # fmt: skip
    assert len(questions) == 1
    ask, _ = told("correct horse")
    again = KeyFile(file, ask, cost=CHEAP)
    again.remove("mail")
    assert (again.get("prom at https://one"), again.get("mail")) == ("s3cret-token", None)
    content = file.read_bytes()
    assert b"s3cret" not in content
    assert b"https" not in content
    assert "s3cret" not in repr(again)
    assert "horse" not in repr(again)
    if sys.platform != "win32":
        assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_the_passphrase_decides_and_is_asked_for_again_after_a_wrong_one(tmp_path: Path) -> None:
    file = tmp_path / "secrets.json"
    KeyFile(file, told("correct horse")[0], cost=CHEAP).put("a", "1")
    ask, questions = told("wrong horse", "correct horse")
    second = KeyFile(file, ask, cost=CHEAP)
    with pytest.raises(BadInput, match="passphrase is wrong"):
        second.get("a")
    assert second.get("a") == "1"
    assert len(questions) == 2


def test_a_short_passphrase_is_refused_and_nothing_is_written(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="at least 8"):
        KeyFile(tmp_path / "secrets.json", told("short")[0], cost=CHEAP).put("a", "1")
    assert not (tmp_path / "secrets.json").exists()


def test_every_changed_byte_is_noticed(tmp_path: Path) -> None:
    file = tmp_path / "secrets.json"
    KeyFile(file, told("correct horse")[0], cost=CHEAP).put("a", "1")
    whole = file.read_bytes()
    for place in range(len(whole)):
        file.write_bytes(whole[:place] + bytes([whole[place] ^ 1]) + whole[place + 1 :])
        with pytest.raises(BadInput):
            KeyFile(file, told("correct horse")[0]).get("a")
    for nonsense in (b"", b"{}", b"[1]", b"x" * 50, whole[:-20]):
        file.write_bytes(nonsense)
        with pytest.raises(BadInput):
            KeyFile(file, told("correct horse")[0]).get("a")


def test_a_file_asking_for_all_the_memory_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "secrets.json"
    KeyFile(file, told("correct horse")[0], cost=CHEAP).put("a", "1")
    file.write_bytes(file.read_bytes().replace(b'"cost":16', b'"cost":1073741824'))
    with pytest.raises(BadInput, match="no file of secrets"):
        KeyFile(file, told("correct horse")[0]).get("a")


class Memory(keyring.backend.KeyringBackend):
    """A keyring that keeps and forgets, as a real one."""

    priority = 1  # type: ignore[assignment]

    def __init__(self) -> None:
        super().__init__()
        self.held: dict[tuple[str, str], str] = {}

    def get_password(self, service: str, username: str) -> str | None:
        return self.held.get((service, username))

    def set_password(self, service: str, username: str, password: str) -> None:
        self.held[service, username] = password

    def delete_password(self, service: str, username: str) -> None:
        if self.held.pop((service, username), None) is None:
            raise keyring.errors.PasswordDeleteError("not found")


class Locked(Memory):
    def get_password(self, service: str, username: str) -> str | None:
        raise keyring.errors.KeyringLocked("the secret is s3cret")


@pytest.fixture
def using(monkeypatch: pytest.MonkeyPatch) -> Callable[[keyring.backend.KeyringBackend], None]:
    return lambda backend: monkeypatch.setattr(keyring.core, "_keyring_backend", backend)


def test_a_keyring_is_used_where_there_is_one(
    using: Callable[[keyring.backend.KeyringBackend], None], tmp_path: Path
) -> None:
    using(Memory())
    kept = secrets.opened(told()[0])
    kept.put("a", "1")
    assert kept.get("a") == "1"
    kept.remove("a")
    kept.remove("a")
    assert kept.get("a") is None
    using(Locked())
    with pytest.raises(StoreProblem, match="KeyringLocked") as caught:
        secrets.opened(told()[0]).get("a")
    assert "s3cret" not in str(caught.value)


def test_a_keyring_that_is_none_is_not_used(
    using: Callable[[keyring.backend.KeyringBackend], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    using(fail.Keyring())
    assert isinstance(secrets.opened(told()[0]), KeyFile)
    plain = type("PlaintextKeyring", (Memory,), {"__module__": "keyrings.alt.file"})
    using(plain())
    assert not secrets.has_keyring()
