"""The secrets of sources as a console reaches them: from any thread, after a passphrase typed once."""

import threading
from pathlib import Path

from tocsin.errors import BadInput, Missing
from tocsin.operations import secrets
from tocsin.operations.secrets import KeyFile, Secrets


class Locked(Missing):
    """The file of secrets waits for its passphrase, or, when `new`, for one to be chosen."""

    def __init__(self, *, new: bool) -> None:
        super().__init__(
            "the file of secrets is locked on this machine.", hint="Unlock it on the screen of sources."
        )
        self.new = new


class Strongbox:
    """The system's keyring, or the key file. A thread that meets a locked file gets Locked and goes on."""

    def __init__(self, path: Path | None = None) -> None:
        """`path` names a key file to use whatever the system has."""
        self._path = path
        self._lock = threading.Lock()
        self._kept: Secrets | None = None
        self._passphrase = ""

    def get(self, name: str) -> str | None:
        """Return a secret, None when there is none. Raises Locked, BadInput and StoreProblem."""
        with self._lock:
            return self._secrets().get(name)

    def put(self, name: str, secret: str) -> None:
        """Keep a secret; an empty one is forgotten. Raises Locked, BadInput and StoreProblem."""
        with self._lock:
            kept = self._secrets()
            if secret:
                kept.put(name, secret)
            else:
                kept.remove(name)

    def unlock(self, passphrase: str) -> None:
        """Open the key file, or choose the passphrase of a new one. Raises BadInput when it is wrong."""
        with self._lock:
            kept = self._secrets()
            if not isinstance(kept, KeyFile):
                return
            if not kept.path.exists() and len(passphrase) < secrets.SHORTEST:
                raise BadInput(f"a passphrase has at least {secrets.SHORTEST} characters.")
            before, self._passphrase = self._passphrase, passphrase
            fresh = KeyFile(kept.path, self._told)
            try:
                fresh.get("")
            except BadInput:
                self._passphrase = before
                raise
            self._kept = fresh

    def _secrets(self) -> Secrets:
        if self._kept is None:
            self._kept = secrets.opened(self._told, path=self._path)
        return self._kept

    def _told(self, _question: str) -> str:
        if not self._passphrase:
            path = self._path or secrets.key_file()
            raise Locked(new=not path.exists())
        return self._passphrase
