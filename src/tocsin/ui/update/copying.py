"""An update on the clipboard: as text, as Markdown, or as HTML with the text beside it."""

from PySide6.QtCore import QMimeData
from PySide6.QtGui import QGuiApplication

from tocsin.model.update_copies import HTML, MARKDOWN, TEXT, as_html, as_text, copy

TITLES = {TEXT: "text", MARKDOWN: "Markdown", HTML: "HTML"}


def put(text: str, form: str) -> None:
    """Put an update on the clipboard in one of the forms."""
    data = QMimeData()
    data.setText(as_text(text) if form == HTML else copy(text, form))
    if form == HTML:
        data.setHtml(as_html(text))
    QGuiApplication.clipboard().setMimeData(data)
