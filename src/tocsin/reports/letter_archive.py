"""What makes a batch of letters fit for archives: metadata and colours of PDF/A-2b, and its validation."""

import io
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path

from tocsin.errors import BadInput
from tocsin.reports.letter_file import Paperwork


def paperwork(title: str, author: str, subject: str, language: str, at: datetime, identity: str) -> Paperwork:
    """Return what a file says of itself, as PDF/A wants it said: the same for the same arguments."""
    import pikepdf
    from pikepdf import pdfa

    stamp = at.strftime("D:%Y%m%d%H%M%S+00'00'")
    info = {
        "Title": title,
        "Author": author,
        "Subject": subject,
        "Creator": "Tocsin",
        "Producer": "Tocsin",
        "CreationDate": stamp,
        "ModDate": stamp,
    }
    with pikepdf.new() as shell:
        shell.add_blank_page()
        for name, value in info.items():
            shell.docinfo[f"/{name}"] = value
        pdfa.prepare(shell, "2b")
        with shell.open_metadata(set_pikepdf_as_editor=False, update_docinfo=False) as metadata:
            metadata["xmp:MetadataDate"] = at.strftime("%Y-%m-%dT%H:%M:%S+00:00")
        intent = shell.Root.OutputIntents[0]
        told = {str(key)[1:]: str(value) for key, value in shell.docinfo.items()}
        return Paperwork(
            _in_order(told),
            bytes(shell.Root.Metadata.read_bytes()),
            bytes(intent.DestOutputProfile.read_bytes()),
            language,
            identity,
        )


def _in_order(info: Mapping[str, str]) -> dict[str, str]:
    return dict(sorted(info.items()))


def validate(content: bytes) -> None:
    """Raise BadInput, naming the rule, for a file that is no PDF/A-2b. About 4 ms for each page."""
    import pikepdf
    from pikepdf import pdfa

    with pikepdf.open(io.BytesIO(content)) as found:
        report = pdfa.check(found, "2b")
    if report.verdict != "pass":
        first = next(iter(report.findings), None)
        told = f"{first.rule} at {first.where}: {first.message}" if first else str(report.verdict)
        raise BadInput(
            f"the letters are not fit for archives (PDF/A-2b): {told}", hint="Nothing was written."
        )


def pages_of(path: Path) -> int:
    """Return how many pages a written file has, as another reader counts them."""
    import pikepdf

    with pikepdf.open(path) as found:
        return len(found.pages)
