"""Where files are, and what they lie on."""

import sys
from pathlib import Path
from types import SimpleNamespace

import psutil
import pytest

from tocsin import paths


def test_a_resource_is_found_by_its_name_with_forward_slashes() -> None:
    assert paths.resource("fonts/DejaVuSans.ttf").is_file()


def test_the_nearest_folder_that_exists_stands_for_one_that_does_not(tmp_path: Path) -> None:
    assert paths.existing(tmp_path / "a" / "b.tocsin") == tmp_path
    assert paths.existing(tmp_path) == tmp_path


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="needs a mount that is always there")
def test_the_innermost_mount_says_what_a_folder_lies_on() -> None:
    assert paths.file_system(Path("/proc/self")) == "proc"


@pytest.mark.parametrize(("kind", "refused"), [("nfs4", "nfs4"), ("CIFS", "cifs"), ("ext4", "")])
def test_a_folder_under_a_network_mount_is_told_even_before_it_exists(
    kind: str, refused: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    mounts = [
        SimpleNamespace(mountpoint="/", fstype="ext4"),
        SimpleNamespace(mountpoint=str(tmp_path), fstype=kind),
    ]
    monkeypatch.setattr(psutil, "disk_partitions", lambda all: mounts)
    assert paths.network_file_system(tmp_path / "new" / "war-room.tocsin") == refused
