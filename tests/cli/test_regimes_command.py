"""`tocsin regimes`: the keys it promises, from the list to a team's own regime and back."""

from pathlib import Path
from typing import Any

import msgspec
import pytest

from tocsin.cli import main
from tocsin.store.folder import Store

BY = ("--by", "Operator A")


@pytest.fixture
def path(store: Store) -> str:
    return str(store.path)


def told(capsys: pytest.CaptureFixture[str]) -> Any:
    return msgspec.json.decode(capsys.readouterr().out)


def test_the_list_says_state_date_and_sureness(path: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["regimes", "list", "--store", path, "--json"]) == 0
    found = told(capsys)
    assert set(found) == {"as_of", "adopted", "by", "reason", "offered", "disclaimer", "regimes"}
    assert (found["as_of"], found["adopted"], len(found["regimes"])) == ("2026-11-20", None, 53)
    keys = {"id", "title", "jurisdiction", "kind", "enabled", "status", "pending", "as_of", "sureness",
            "applies_from", "applies_until", "origin", "stages", "fields"}  # fmt: skip
    assert all(set(one) == keys and one["as_of"] and one["sureness"] for one in found["regimes"])
    assert main(["regimes", "list", "--store", path, "--jurisdiction", "us-ny", "--kind", "future"]) == 0
    said = capsys.readouterr().out
    assert [line.split()[0] for line in said.splitlines()] == ["us-ny-raise"]


def test_without_a_store_what_is_shipped_is_shown(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    nowhere = str(tmp_path / "none.tocsin")
    assert main(["regimes", "show", "eu-gdpr-33", "--store", nowhere]) == 0
    said = capsys.readouterr().out
    for text in ("72 h from awareness", "Art. 33(3)(a)", "source", "sure        high", "COM(2025) 837"):
        assert text in said
    assert not (tmp_path / "none.tocsin").exists()
    assert main(["regimes", "show", "eu-gdpr-99", "--store", nowhere, "--json"]) == 1
    assert told(capsys)["error"]["where"] == "eu-gdpr-99"


def test_a_copy_is_changed_checked_previewed_added_and_taken_out(
    path: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["regimes", "show", "eu-nis2-23", "--toml", "--store", path]) == 0
    copy = tmp_path / "nis2.toml"
    text = capsys.readouterr().out
    copy.write_text(text.replace('"24 h"', '"12 lunches"', 1), encoding="utf-8")
    assert main(["regimes", "check", str(copy), "--store", path, "--json"]) == 1
    bad = told(capsys)
    assert set(bad) == {"ok", "where", "regimes", "problems"}
    assert bad["problems"][0]["key"] == "eu-nis2-23.stages.early_warning.offset"
    copy.write_text(text.replace('"24 h"', '"12 h"', 1), encoding="utf-8")
    assert main(["regimes", "check", str(copy), "--store", path]) == 0
    capsys.readouterr()
    add = ["regimes", "add", str(copy), "--store", path, *BY, "--json"]
    assert main([*add, "--preview"]) == 0
    seen = told(capsys)
    assert (seen["adopted"], [one["id"] for one in seen["regimes"]]) == (None, ["eu-nis2-23"])
    assert main(add) == 1  # without a reason
    capsys.readouterr()
    assert main([*add, "--because", "the national law says 12"]) == 0
    assert told(capsys)["adopted"]
    assert main(["regimes", "show", "eu-nis2-23", "--store", path, "--json"]) == 0
    regime = told(capsys)
    assert (regime["origin"], regime["stages"][0]["offset"]) == ("team", "12 h")
    renew = ["regimes", "adopt", "--store", path, *BY, "--because", "look"]
    assert main(renew) == 1  # nothing newer is shipped
    assert main(["regimes", "remove", "eu-nis2-23", "--store", path, *BY, "--because", "it was amended"]) == 0
    capsys.readouterr()
    assert main(["regimes", "list", "--store", path, "--json"]) == 0
    found = told(capsys)
    assert {one["origin"] for one in found["regimes"]} == {"shipped"}
    assert (found["by"], found["reason"]) == ("Operator A", "it was amended")
