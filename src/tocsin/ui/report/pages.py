"""A PDF's pages below one another; only those in sight are rendered, off the interface thread."""

import threading
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from PySide6.QtCore import QSize, Qt, QTimer, Signal
from PySide6.QtGui import QColor, QImage, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QScrollArea, QVBoxLayout, QWidget

from tocsin.ui.desk import Desk
from tocsin.ui.palette import GAP

_KEPT = 12  # rendered pages kept; a page at full width is some 8 MB
_WIDEST = 900
_EDGE = 45  # of 255
_pdfium = threading.Lock()  # the library must not be entered from two threads at once


@dataclass(frozen=True, slots=True)
class Document:
    """A PDF and the sizes of its pages in points."""

    content: bytes
    pages: tuple[tuple[float, float], ...]


def opened(content: bytes) -> Document:
    """Return a PDF with its page sizes. Takes milliseconds; call it off the interface thread."""
    import pypdfium2

    with _pdfium:
        pdf = pypdfium2.PdfDocument(content)
        try:
            return Document(content, tuple(pdf[number].get_size() for number in range(len(pdf))))
        finally:
            pdf.close()


def rendered(document: Document, number: int, width_px: int) -> QImage:
    """Return one page as an image of the width asked for."""
    import pypdfium2

    with _pdfium:
        pdf = pypdfium2.PdfDocument(document.content)
        try:
            bitmap = pdf[number].render(scale=width_px / document.pages[number][0], rev_byteorder=True)
            data, stride = bytes(bitmap.buffer), bitmap.stride
            form = QImage.Format.Format_RGBA8888 if bitmap.n_channels == 4 else QImage.Format.Format_RGB888
            return QImage(data, bitmap.width, bitmap.height, stride, form).copy()
        finally:
            pdf.close()


class _Page(QWidget):
    """One page: white paper until its image is there."""

    def __init__(self, number: int, count: int) -> None:
        super().__init__()
        self.image: QImage | None = None
        self.wanted = False
        self.setAccessibleName(f"Page {number + 1} of {count}")

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802
        painter = QPainter(self)
        painter.fillRect(event.rect(), Qt.GlobalColor.white)
        if self.image is not None:
            painter.drawImage(self.rect(), self.image)
        painter.setPen(QColor(0, 0, 0, _EDGE))  # paper on a light ground ends somewhere
        painter.drawRect(self.rect().adjusted(0, 0, -1, -1))


class Pages(QScrollArea):
    """Shows a document at the width there is, times `zoom`. `moved()` when another page is at the top."""

    moved = Signal()

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self._desk = desk
        self._document: Document | None = None
        self._pages: list[_Page] = []
        self.zoom, self.at = 1.0, 0  # of the width there is; the number of the page at the top, from 0
        self._sheet = QWidget()
        self._column = QVBoxLayout(self._sheet)
        self._column.setContentsMargins(GAP, GAP, GAP, GAP)
        self._column.setSpacing(GAP)
        self._column.setAlignment(Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignTop)
        self.setWidget(self._sheet)
        self.setWidgetResizable(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setAccessibleName("Pages of the report")
        self._soon = QTimer(self)
        self._soon.setSingleShot(True)
        self._soon.setInterval(40)
        self._soon.timeout.connect(self._fetch)
        self.verticalScrollBar().valueChanged.connect(lambda _value: self._scrolled())

    def show_document(self, document: Document) -> None:
        """Show another document, from its first page unless it has as many as the one before."""
        at = self.verticalScrollBar().value() if len(self._pages) == len(document.pages) else 0
        for page in self._pages:
            page.deleteLater()
        self._document, self.at = document, min(self.at, len(document.pages) - 1)
        count = len(document.pages)
        self._pages = [_Page(number, count) for number in range(count)]
        for page in self._pages:
            self._column.addWidget(page)
        self._fit()
        QTimer.singleShot(0, self, partial(self.verticalScrollBar().setValue, at))

    def set_zoom(self, zoom: float) -> None:
        """Show the pages larger or smaller; 1 is the width there is."""
        self.zoom = zoom
        policy = Qt.ScrollBarPolicy
        self.setHorizontalScrollBarPolicy(policy.ScrollBarAsNeeded if zoom > 1 else policy.ScrollBarAlwaysOff)
        self._fit()

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802
        super().resizeEvent(event)
        self._fit()

    def _scrolled(self) -> None:
        middle = self.verticalScrollBar().value() + self.viewport().height() // 2
        at = next((i for i, page in enumerate(self._pages) if page.geometry().bottom() >= middle), 0)
        self._soon.start()
        if at != self.at:
            self.at = at
            self.moved.emit()

    def _fit(self) -> None:
        if self._document is None:
            return
        width = round(min(_WIDEST, self.viewport().width() - 2 * GAP) * self.zoom)
        for page, (points_wide, points_high) in zip(self._pages, self._document.pages, strict=True):
            size = QSize(width, round(width * points_high / points_wide))
            if page.size() != size:
                page.setFixedSize(size)
                page.image, page.wanted = None, False
        self._soon.start()

    def _fetch(self) -> None:
        """Ask for the pages in sight, and forget those furthest from it."""
        document, top = self._document, self.verticalScrollBar().value()
        bottom = top + self.viewport().height()
        for number, page in enumerate(self._pages):
            in_sight = page.geometry().bottom() >= top and page.geometry().top() <= bottom
            if in_sight and not page.wanted and document is not None:
                page.wanted = True
                ratio = self.devicePixelRatioF()
                call: Callable[[], QImage] = partial(rendered, document, number, round(page.width() * ratio))
                self._desk.read(call, partial(self._show, document, number))
        shown = [page for page in self._pages if page.image is not None]
        for page in sorted(shown, key=lambda p: abs(p.geometry().center().y() - top))[_KEPT:]:
            page.image, page.wanted = None, False

    def _show(self, document: Document, number: int, image: QImage) -> None:
        if document is self._document:
            self._pages[number].image = image
            self._pages[number].update()
