"""Where headings stand on the pages of a document, as a reader sees them."""

from io import BytesIO
from typing import Any

from pypdf import PdfReader

_FOOT_PT = 56.0  # below it stands the footer
_WATERMARK_PT = 60.0
_LEAST_PT = 9.4  # bold of that size is a heading; bold in tables is smaller


def lone(content: bytes) -> list[str]:
    """Return the headings that are the last thing on their page."""
    found = []
    for page in PdfReader(BytesIO(content)).pages:
        pieces: list[tuple[float, bool, str]] = []

        def visit(
            text: str, outer: Any, inner: Any, font: Any, size: float,
            pieces: list[tuple[float, bool, str]] = pieces,
        ) -> None:  # fmt: skip
            y = inner[5] * outer[3] + outer[5]
            if text.strip() and y > _FOOT_PT and size < _WATERMARK_PT:
                bold = font is not None and "SmBld" in str(font["/BaseFont"])
                pieces.append((y, bold and size >= _LEAST_PT, text.strip()))

        page.extract_text(visitor_text=visit)
        if pieces:
            foot = min(y for y, _, _ in pieces)
            found += [text for y, heads, text in pieces if heads and y < foot + 4]
    return found
