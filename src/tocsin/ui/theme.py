"""Which scheme is on, the fonts, and the dressing of the application in both."""

from functools import cache

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QColor, QFont, QFontDatabase, QGuiApplication, QPalette
from PySide6.QtWidgets import QApplication

from tocsin.paths import resource
from tocsin.ui.palette import DARK, LIGHT, NORMAL, Palette
from tocsin.ui.stylesheet import stylesheet

_SANS, _MONO = "IBM Plex Sans", "IBM Plex Mono"
_FALLBACK = "DejaVu Sans"


@cache
def load_fonts() -> None:
    """Make the fonts of `resources/fonts` known to Qt, once; without them the system's own are used."""
    folder = resource("fonts")
    for file in sorted(folder.glob("*.ttf")) if folder.is_dir() else []:
        QFontDatabase.addApplicationFont(str(file))


def sans(size_px: int = NORMAL, *, bold: bool = False) -> QFont:
    """Return the font of words."""
    return _font([_SANS, _FALLBACK, "sans-serif"], size_px, bold)


def mono(size_px: int = NORMAL, *, bold: bool = False) -> QFont:
    """Return the font of figures, whose digits all have one width."""
    font = _font([_MONO, _FALLBACK, "monospace"], size_px, bold)
    font.setStyleHint(QFont.StyleHint.Monospace)
    return font


def _font(families: list[str], size_px: int, bold: bool) -> QFont:
    font = QFont(families)
    font.setPixelSize(size_px)
    if bold:
        font.setWeight(QFont.Weight.DemiBold)
    return font


class Theme(QObject):
    """The scheme in use. Whoever paints asks `palette` and repaints on `changed`."""

    changed = Signal()

    def __init__(self, application: QApplication, choice: str = "system") -> None:
        """`choice` is "dark", "light" or "system" (dark where the system does not say)."""
        super().__init__()
        self._application = application
        self.choice = choice
        self.palette = self._wanted()
        load_fonts()
        application.setFont(sans())
        self._dress()
        QGuiApplication.styleHints().colorSchemeChanged.connect(self._follow)

    def choose(self, choice: str) -> None:
        """Switch to "dark", "light" or "system"."""
        self.choice = choice
        self._follow()

    def toggle(self) -> None:
        """Switch to the other scheme and stay there."""
        self.choose("light" if self.palette.dark else "dark")

    def colour(self, name: str) -> QColor:
        """Return a colour of the palette by the name of its field or tone."""
        return QColor(str(getattr(self.palette, name)))

    def _wanted(self) -> Palette:
        scheme = QGuiApplication.styleHints().colorScheme()
        system = "light" if scheme == Qt.ColorScheme.Light else "dark"
        return LIGHT if (system if self.choice == "system" else self.choice) == "light" else DARK

    def _follow(self) -> None:
        if self._wanted() is not self.palette:
            self.palette = self._wanted()
            self._dress()
            self.changed.emit()

    def _dress(self) -> None:
        self._application.setPalette(_qt_palette(self.palette))
        sheet = stylesheet(self.palette)
        if sheet != self._application.styleSheet():  # Qt would dress every widget anew
            self._application.setStyleSheet(sheet)


def _qt_palette(palette: Palette) -> QPalette:
    role = QPalette.ColorRole
    colours = {
        role.Window: palette.ground, role.WindowText: palette.text, role.Base: palette.panel,
        role.AlternateBase: palette.raised, role.Text: palette.text, role.Button: palette.raised,
        role.ButtonText: palette.text, role.PlaceholderText: palette.muted, role.Highlight: palette.selected,
        role.HighlightedText: palette.text, role.ToolTipBase: palette.raised, role.ToolTipText: palette.text,
        role.Link: palette.accent, role.Accent: palette.accent,
    }  # fmt: skip
    result = QPalette()
    for each, colour in colours.items():
        result.setColor(each, QColor(colour))
    result.setColor(QPalette.ColorGroup.Disabled, role.Text, QColor(palette.muted))
    result.setColor(QPalette.ColorGroup.Disabled, role.ButtonText, QColor(palette.muted))
    return result
