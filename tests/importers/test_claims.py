"""Every sample of every tool is claimed by one importer at most, whatever its name, and by the right one."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from tocsin import plugins
from tocsin.importers.base import Source

ASKED_LAST = ("csv", "json")  # take nearly anything, and are asked when nobody else knew it
OWNERS = {
    "evidently": "evidently",
    "great_expectations": "great_expectations",
    "langfuse": "langfuse",
    "nannyml": "nannyml",
    "otel": "otlp",
    "sagemaker": "sagemaker",
}
UNKNOWN = {"constraints.json", "metadata.json"}  # limits and names, no measurements


@pytest.fixture(scope="module")
def claims(shared_data: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[Path, list[str]]:
    """Which importers claim which sample, by its path."""
    tmp_path = tmp_path_factory.mktemp("claims")
    files = [path for path in sorted((shared_data / "formats").rglob("*")) if path.is_file()]
    importers = [one for one in plugins.importers() if one.name not in ASKED_LAST]
    found = {}
    for path in files:
        source = Source(path, "file", tmp_path, datetime(2026, 1, 1, tzinfo=UTC))
        found[path.relative_to(shared_data / "formats")] = [
            one.name for one in importers if one.knows(source)
        ]
    return found


def test_no_sample_is_claimed_by_two(claims: dict[Path, list[str]]) -> None:
    assert {path: names for path, names in claims.items() if len(names) > 1} == {}


def test_each_sample_is_claimed_by_the_importer_of_its_tool(claims: dict[Path, list[str]]) -> None:
    for path, names in claims.items():
        owner = OWNERS.get(path.parts[0])
        if owner and path.name not in UNKNOWN:
            assert names == [owner], path
        elif path.name in UNKNOWN:
            assert names == [], path
    assert claims[Path("fairness/smclarify_bias_report_compas.json")] == ["sagemaker"]
