"""Where files are: the data folder, and `resource`, which answers alike installed and in a checkout."""

from pathlib import Path

import platformdirs

_INSTALLED = Path(__file__).parent / "resources"
_CHECKOUT = Path(__file__).parents[2] / "resources"


def resource(name: str) -> Path:
    """Return the path of a file or folder of `resources/`, given with forward slashes."""
    root = _INSTALLED if _INSTALLED.is_dir() else _CHECKOUT
    return root.joinpath(*name.split("/"))


def data_folder() -> Path:
    """Return the folder for this user's stores; it need not exist yet."""
    return Path(platformdirs.user_data_dir("tocsin", appauthor=False))


def default_store() -> Path:
    """Return the store used when none is named."""
    return data_folder() / "war-room.tocsin"
