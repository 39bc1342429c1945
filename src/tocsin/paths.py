"""Where files are: the data folder, what it lies on, and `resource`, alike installed and in a checkout."""

from pathlib import Path

import platformdirs
import psutil

_INSTALLED = Path(__file__).parent / "resources"
_CHECKOUT = Path(__file__).parents[2] / "resources"

# As the system names them. SQLite's locks do not hold there, so no live store may be on one.
NETWORK_FILE_SYSTEMS = {
    "9p", "afpfs", "afs", "beegfs", "ceph", "cifs", "davfs", "fuse.davfs2", "fuse.glusterfs", "fuse.rclone",
    "fuse.s3fs", "fuse.sshfs", "gfs2", "glusterfs", "gpfs", "lustre", "ncpfs", "nfs", "nfs4", "ocfs2", "smb2",
    "smb3", "smbfs", "webdav",
}  # fmt: skip


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


def file_system(folder: Path) -> str:
    """Return the type of file system that an existing folder is on, in lower case; empty if not known."""
    place = folder.resolve()
    mounts = [each for each in psutil.disk_partitions(all=True) if place.is_relative_to(each.mountpoint)]
    # The longest mount point is the innermost; of two at one place the later covers the earlier.
    inner = max(enumerate(mounts), key=lambda pair: (len(pair[1].mountpoint), pair[0]), default=None)
    return str(inner[1].fstype).lower() if inner else ""


def existing(path: Path) -> Path:
    """Return the path itself or the nearest folder above it that is already there."""
    absolute = path.absolute()
    return next(each for each in (absolute, *absolute.parents) if each.is_dir())


def network_file_system(path: Path) -> str:
    """Return the name of the network file system `path` is on or would be on; empty for a local one."""
    kind = file_system(existing(path))
    return kind if kind in NETWORK_FILE_SYSTEMS else ""


def config_folder() -> Path:
    """Return the folder for what belongs to this user on this machine, not to a store; it need not exist."""
    return Path(platformdirs.user_config_dir("tocsin", appauthor=False))
