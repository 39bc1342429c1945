"""Cells of a CSV file that a spreadsheet shows as text and never runs as a formula."""

import re

# What a spreadsheet takes for the beginning of a formula, also in full width and after blanks, and the
# quotation mark that keeps it from doing so. What is guarded already is guarded once more, so that taking
# one guard off gives back what there was.
_RUNS = re.compile(r"'*(?:\s*[=+\-@\uff1d\uff0b\uff0d\uff20]|[\t\r\n])")


def guarded(cell: str) -> str:
    """Return a text as it may stand in a cell: with a quotation mark before what would be a formula."""
    return f"'{cell}" if _RUNS.match(cell) else cell


def unguarded(cell: str) -> str:
    """Return what `guarded` was given."""
    return cell[1:] if cell.startswith("'") and _RUNS.match(cell) else cell
