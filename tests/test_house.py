"""The rules of the house that no single module can break unseen: floors, names, sizes, the top level."""

import ast
import re
import shutil
import statistics
import subprocess
import sys
import tomllib
from dataclasses import dataclass
from functools import cache
from importlib import metadata
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
SOURCE = ROOT / "src" / "tocsin"
TOP_LEVEL = {"CHANGELOG.md", "LICENSE", "README.md", "pyproject.toml", "resources", "src", "tests"}
NO_ROOM = re.compile(r"utils?|helpers?|common|core|managers?|factor(y|ies)|misc")
MAX_FILE_LINES = 500
MAX_FUNCTION_LINES = 60


@dataclass(frozen=True, slots=True)
class Length:
    """How many lines something has, and where it stands."""

    lines: int
    place: str


@dataclass(frozen=True, slots=True)
class Look:
    """What a file says it is for, how long its functions are, and the packages it imports."""

    docstring: str
    functions: tuple[Length, ...]
    packages: frozenset[str]


def python_files() -> list[Path]:
    return sorted([*SOURCE.rglob("*.py"), *(ROOT / "tests").rglob("*.py")])


@cache
def looked_into(file: Path) -> Look:
    """Parse a file, once for all that is asked of it."""
    tree = ast.parse(file.read_text("utf-8"))
    functions: list[Length] = []
    packages: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            assert node.end_lineno is not None
            place = f"{file.relative_to(ROOT)}:{node.lineno} {node.name}"
            functions.append(Length(node.end_lineno - node.lineno + 1, place))
        elif isinstance(node, ast.Import):
            packages.update(alias.name.split(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            packages.add(node.module.split(".")[0])
    return Look(ast.get_docstring(tree) or "", tuple(functions), frozenset(packages))


def spread(lengths: list[Length]) -> str:
    """Median, 90th percentile and the longest, for whoever reads the test's output."""
    lines = sorted(each.lines for each in lengths)
    longest = max(lengths, key=lambda each: each.lines)
    tenth = lines[int(len(lines) * 0.9)]
    middle = statistics.median(lines)
    return f"median {middle:.0f}, 90 % within {tenth}, longest {longest.lines} ({longest.place})"


def test_each_room_imports_only_from_the_floors_below() -> None:
    linter = Path(sys.executable).with_name("lint-imports")
    told = subprocess.run([linter, "--no-cache"], cwd=ROOT, capture_output=True, text=True, check=False)
    assert told.returncode == 0, told.stdout + told.stderr


def test_every_package_the_program_imports_is_one_it_declares() -> None:
    """Else it runs only where something else happened to bring the package along."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    stated = [*project["dependencies"], *project["optional-dependencies"]["sign"]]
    declared = {re.match(r"[\w.-]+", line)[0].lower().replace("_", "-") for line in stated}  # type: ignore[index]
    declared.add("shiboken6")  # the lower half of PySide6, of the same version
    brought_by = metadata.packages_distributions()
    used = {name for file in SOURCE.rglob("*.py") for name in looked_into(file).packages}
    undeclared = {
        name
        for name in used - set(sys.stdlib_module_names) - {"tocsin"}
        if declared.isdisjoint(each.lower().replace("_", "-") for each in brought_by.get(name, ()))
    }
    assert undeclared == set()


def test_no_file_is_too_long() -> None:
    lengths = [
        Length(len(file.read_text("utf-8").splitlines()), str(file.relative_to(ROOT)))
        for file in python_files()
    ]
    print("files:", spread(lengths))
    assert [each for each in lengths if each.lines > MAX_FILE_LINES] == []


def test_no_function_is_too_long() -> None:
    lengths = [length for file in python_files() for length in looked_into(file).functions]
    print("functions:", spread(lengths))
    assert [each for each in lengths if each.lines > MAX_FUNCTION_LINES] == []


def test_every_module_says_in_one_line_what_it_is_for() -> None:
    silent = []
    for file in python_files():
        first, _, rest = looked_into(file).docstring.partition("\n")
        if not first.strip() or (rest and not rest.startswith("\n")):
            silent.append(str(file.relative_to(ROOT)))
    assert silent == []


def test_no_room_is_named_after_nothing() -> None:
    names = {part for file in SOURCE.rglob("*.py") for part in file.relative_to(SOURCE).with_suffix("").parts}
    assert [name for name in sorted(names) if NO_ROOM.fullmatch(name)] == []


def test_the_top_level_holds_what_was_agreed_and_nothing_else() -> None:
    git = shutil.which("git")
    if git is None or not (ROOT / ".git").exists():
        pytest.skip("not a git checkout, so what is part of the project and what is not cannot be told apart")
    command = [git, "ls-files", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    top = {line.split("/")[0].strip('"') for line in listed.splitlines()}
    assert {name for name in top if not name.startswith(".")} == TOP_LEVEL
