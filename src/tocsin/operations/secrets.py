"""Passwords and tokens of live sources: in the system's keyring, else in a file locked by a passphrase.

Never in the store, in the environment or in a log. The file lies in the user's configuration folder: the key
comes from the passphrase by scrypt (RFC 7914), the content is sealed by ChaCha20-Poly1305 (RFC 8439), which
also tells a wrong passphrase and every changed byte.
"""

import os
from base64 import b64decode, b64encode
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

import msgspec

from tocsin import paths
from tocsin.errors import BadInput, StoreProblem
from tocsin.model.decoding import decoded
from tocsin.store.files import locked, replacing

SERVICE = "tocsin"
FORMAT = "tocsin secrets 1"
SHORTEST = 8  # characters of a passphrase
LARGEST = 1 << 20
_COST = 2**17  # of scrypt: 128 MiB and some 0.4 s for each guess
_MOST_COST = 2**20


class Secrets(Protocol):
    """Where secrets are kept, by the name `sources.secret_name` gives."""

    def get(self, name: str) -> str | None:
        """Return a secret, None when there is none. Raises BadInput and StoreProblem."""
        ...

    def put(self, name: str, secret: str) -> None:
        """Keep a secret."""
        ...

    def remove(self, name: str) -> None:
        """Forget a secret; nothing happens when there is none."""
        ...


class Keyring:
    """The system's own."""

    def get(self, name: str) -> str | None:
        import keyring

        with _in_words():
            return keyring.get_password(SERVICE, name)

    def put(self, name: str, secret: str) -> None:
        import keyring

        with _in_words():
            keyring.set_password(SERVICE, name, secret)

    def remove(self, name: str) -> None:
        import keyring
        from keyring.errors import PasswordDeleteError

        with _in_words():
            try:
                keyring.delete_password(SERVICE, name)
            except PasswordDeleteError:
                return


@contextmanager
def _in_words() -> Iterator[None]:
    """Turn a keyring that is locked or broken into StoreProblem, which repeats nothing of what it held."""
    from keyring.errors import KeyringError

    try:
        yield
    except KeyringError as error:
        what = f"the system's keyring does not answer ({type(error).__name__})."
        raise StoreProblem(what, hint="Is it unlocked?") from None


@dataclass
class KeyFile:
    """A file of secrets, opened by a passphrase that is asked for once, when it is needed.

    `ask` gets a question and returns the passphrase. Raises BadInput when it is wrong.
    """

    path: Path
    ask: Callable[[str], str] = field(repr=False)
    random: Callable[[int], bytes] = field(default=os.urandom, repr=False)
    cost: int = _COST
    _passphrase: str = field(default="", repr=False)

    def get(self, name: str) -> str | None:
        if not self.path.exists():
            return None
        return self._opened().get(name)

    def put(self, name: str, secret: str) -> None:
        self._change(lambda held: held.__setitem__(name, secret))

    def remove(self, name: str) -> None:
        if self.path.exists():
            self._change(lambda held: held.pop(name, None))

    def _change(self, change: Callable[[dict[str, str]], object]) -> None:
        self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with locked(self.path.with_suffix(".lock"), timeout_s=30):
            held = self._opened() if self.path.exists() else {}
            change(held)
            self._seal(held)

    def _opened(self) -> dict[str, str]:
        box = _read(self.path)
        if not self._passphrase:
            self._passphrase = self.ask("Passphrase of the file of secrets: ")
        from cryptography.exceptions import InvalidTag
        from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305

        key = _key(self._passphrase, b64decode(box["salt"]), box["cost"])
        try:
            plain = ChaCha20Poly1305(key).decrypt(
                b64decode(box["nonce"]), b64decode(box["sealed"]), _about(box)
            )
        except InvalidTag:
            self._passphrase = ""
            raise BadInput(
                "the passphrase is wrong, or the file was changed.",
                where=str(self.path),
                hint="Who has forgotten it deletes the file and enters the secrets anew.",
            ) from None
        return decoded(plain, dict[str, str])

    def _seal(self, held: dict[str, str]) -> None:
        if not self._passphrase:
            chosen = self.ask("Choose a passphrase for the file of secrets: ")
            if len(chosen) < SHORTEST:
                raise BadInput(f"a passphrase has at least {SHORTEST} characters.")
            self._passphrase = chosen
        from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305

        salt, nonce = self.random(16), self.random(12)
        box: dict[str, Any] = {
            "format": FORMAT,
            "cost": self.cost,
            "salt": b64encode(salt).decode(),
            "nonce": b64encode(nonce).decode(),
        }
        key = _key(self._passphrase, salt, self.cost)
        sealed = ChaCha20Poly1305(key).encrypt(nonce, msgspec.json.encode(held), _about(box))
        sealed_box = msgspec.json.encode({**box, "sealed": b64encode(sealed).decode()})
        with replacing(self.path) as temporary:
            temporary.touch(mode=0o600)
            temporary.write_bytes(sealed_box)


def opened(ask: Callable[[str], str], *, path: Path | None = None) -> Secrets:
    """Return where secrets are kept on this machine; `ask` gets a passphrase where that needs one."""
    if path is None and has_keyring():
        return Keyring()
    return KeyFile(path or key_file(), ask)


def key_file() -> Path:
    """Return where the file of secrets lies where there is no keyring."""
    return paths.config_folder() / "secrets.json"


def has_keyring() -> bool:
    """Whether the system has a keyring that keeps secrets safe: no plain file, no stand-in that fails."""
    import keyring
    from keyring.backends import chainer, fail, null

    found = keyring.get_keyring()
    parts = found.backends if isinstance(found, chainer.ChainerBackend) else [found]
    return bool(parts) and all(_is_safe(part, (fail.Keyring, null.Keyring)) for part in parts)


def _is_safe(backend: object, unfit: tuple[type, ...]) -> bool:
    return not isinstance(backend, unfit) and not type(backend).__module__.startswith("keyrings.alt")


def _key(passphrase: str, salt: bytes, cost: int) -> bytes:
    from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

    return Scrypt(salt=salt, length=32, n=cost, r=8, p=1).derive(passphrase.encode())


def _about(box: dict[str, Any]) -> bytes:
    """Return what is not secret in the file and must not be changed either."""
    return f"{box['format']} {box['cost']} {box['salt']} {box['nonce']}".encode()


def _read(path: Path) -> dict[str, Any]:
    """Return the file's fields. Raises BadInput when it is no file of secrets, StoreProblem if unreadable."""
    try:
        content = path.read_bytes() if path.stat().st_size <= LARGEST else b""
    except OSError as error:
        raise StoreProblem(f"it cannot be read: {error.strerror}.", where=str(path)) from error
    try:
        box = decoded(content, dict[str, Any])
        fields = {name: b64decode(box[name], validate=True) for name in ("salt", "nonce", "sealed")}
        sound = len(fields["salt"]) == 16 and len(fields["nonce"]) == 12
        cost = box["cost"]
        power = isinstance(cost, int) and 2 <= cost <= _MOST_COST and cost & (cost - 1) == 0
    except (msgspec.DecodeError, KeyError, TypeError, ValueError):
        sound = power = False
        box = {}
    if box.get("format") != FORMAT or not sound or not power:
        raise BadInput(
            "this is no file of secrets.", where=str(path), hint="Move it away and enter them anew."
        )
    return box
