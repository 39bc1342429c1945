"""The one stylesheet: how plain widgets and those with a `role` look in a scheme."""

from tocsin.paths import resource
from tocsin.ui import palette as look
from tocsin.ui.palette import Palette, Tone


def stylesheet(palette: Palette) -> str:
    """Return the stylesheet of the application for a scheme.

    A widget asks for its look by the dynamic property `role` (see text.Label) and for a colour by `tone`.
    """
    return "\n".join(
        [_ground(palette), _words(palette), _controls(palette), _lists(palette), *_tones(palette)]
    )


def _ground(p: Palette) -> str:
    return f"""
QWidget {{ color: {p.text}; font-size: {look.NORMAL}px; }}
QMainWindow, QDialog, QStackedWidget {{ background: {p.ground}; }}
QFrame[role="bar"] {{ background: {p.bar}; border: 0; border-bottom: 1px solid {p.line}; }}
QFrame[role="rail"] {{ background: {p.bar}; border: 0; border-right: 1px solid {p.line}; }}
QFrame[role="status"] {{ background: {p.bar}; border: 0; border-top: 1px solid {p.line}; }}
QFrame[role="panel"] {{ background: {p.panel}; border: 1px solid {p.line}; border-radius: {look.RADIUS}px; }}
QFrame[role="cell"] {{ background: {p.raised}; border: 1px solid {p.line}; border-radius: {look.RADIUS}px; }}
QFrame[role="asked"] {{ background: {p.raised}; border: 0; border-left: 3px solid {p.accent}; }}
QFrame[role="plain"] {{ background: transparent; border: 0; border-left: 3px solid transparent; }}
QFrame[role="rule"] {{ background: {p.line}; border: 0; max-height: 1px; min-height: 1px; }}
QToolTip {{ background: {p.raised}; color: {p.text}; border: 1px solid {p.line}; padding: 4px; }}
QScrollArea, QScrollArea > QWidget > QWidget {{ background: transparent; border: 0; }}
QScrollBar:vertical {{ background: transparent; width: 10px; margin: 0; }}
QScrollBar:horizontal {{ background: transparent; height: 10px; margin: 0; }}
QScrollBar::handle {{ background: {p.line}; border-radius: 4px; min-height: 24px;
    min-width: 24px; margin: 1px; }}
QScrollBar::handle:hover {{ background: {p.muted}; }}
QScrollBar::add-line, QScrollBar::sub-line {{ width: 0; height: 0; }}
QScrollBar::add-page, QScrollBar::sub-page {{ background: transparent; }}
QSplitter::handle {{ background: transparent; }}
"""


def _words(p: Palette) -> str:
    mono = 'font-family: "IBM Plex Mono", "DejaVu Sans", monospace;'
    return f"""
QLabel {{ background: transparent; border: 0; }}
QLabel[role="muted"] {{ color: {p.muted}; }}
QLabel[role="small"] {{ color: {p.muted}; font-size: {look.SMALL}px; }}
QLabel[role="heading"] {{ color: {p.muted}; font-size: {look.SMALL}px; letter-spacing: 1px; }}
QLabel[role="large"] {{ font-size: {look.LARGE}px; }}
QLabel[role="title"] {{ font-size: {look.TITLE}px; }}
QLabel[role="name"] {{ font-weight: 600; letter-spacing: 2px; }}
QLabel[role="mono"] {{ {mono} }}
QLabel[role="figure"] {{ {mono} font-size: {look.FIGURE}px; }}
QLabel[role="huge"] {{ {mono} font-size: {look.HUGE}px; }}
QLabel[role="key"] {{ color: {p.muted}; background: {p.raised}; border: 1px solid {p.line};
    border-radius: 3px; font-size: {look.SMALL}px; padding: 1px 6px; }}
"""


def _controls(p: Palette) -> str:
    # Qt takes an image of a style sheet from a file only, which has the colour of `muted` in it.
    unfold = resource(f"controls/unfold-{'dark' if p.dark else 'light'}.svg").as_posix()
    return f"""
QPushButton {{ background: {p.raised}; border: 1px solid {p.line}; border-radius: {look.RADIUS}px;
    padding: 5px 11px; }}
QPushButton:hover {{ background: {p.hover}; }}
QPushButton:pressed {{ background: {p.selected}; }}
QPushButton:disabled {{ color: {p.muted}; background: transparent; }}
QPushButton:focus {{ border-color: {p.accent}; }}
QPushButton[role="declare"] {{ background: {p.danger}; color: {p.on_danger}; border-color: {p.danger};
    font-weight: 600; }}
QPushButton[role="declare"]:focus {{ border-color: {p.text}; }}
QPushButton[role="main"] {{ background: {p.selected}; border-color: {p.accent}; }}
QPushButton[role="quiet"] {{ background: transparent; border-color: transparent; color: {p.muted};
    padding: 3px 7px; }}
QFrame[role="status"] QPushButton[role="quiet"] {{ font-size: {look.SMALL}px; padding: 2px 7px; }}
QPushButton[role="quiet"]:hover {{ background: {p.hover}; color: {p.text}; }}
QPushButton[role="quiet"]:focus {{ border-color: {p.accent}; }}
QPushButton[role="choice"] {{ background: transparent; color: {p.muted}; font-size: {look.SMALL}px;
    padding: 2px 8px; }}
QPushButton[role="choice"]:checked {{ background: {p.selected}; color: {p.text}; border-color: {p.accent}; }}
QPushButton[role="layer"] {{ text-align: left; padding: 0; background: {p.panel}; }}
QPushButton[role="layer"]:hover {{ background: {p.hover}; }}
QPushButton[role="chip"] {{ text-align: left; padding: 5px 10px; font-size: {look.SMALL}px; }}
QPushButton[role="chip"][tone="orange"] {{ border-color: {p.orange}; }}
QToolButton {{ background: transparent; border: 1px solid transparent; border-radius: {look.RADIUS}px;
    padding: 3px; color: {p.muted}; }}
QToolButton:hover {{ background: {p.hover}; }}
QToolButton:focus {{ border-color: {p.accent}; }}
QToolButton[role="rail"] {{ font-size: {look.SMALL}px; padding: 5px 0; border-left: 2px solid transparent; }}
QToolButton[role="rail"]:checked {{ background: {p.raised}; color: {p.text};
    border-left: 2px solid {p.accent}; }}
QLineEdit, QPlainTextEdit, QTextEdit, QComboBox, QSpinBox, QDateTimeEdit {{ background: {p.raised};
    border: 1px solid {p.line}; border-radius: {look.RADIUS}px; padding: 5px 8px;
    selection-background-color: {p.selected}; selection-color: {p.text}; }}
QLineEdit:focus, QPlainTextEdit:focus, QTextEdit:focus, QComboBox:focus, QSpinBox:focus,
QDateTimeEdit:focus {{ border-color: {p.accent}; }}
QComboBox::drop-down {{ border: 0; width: 24px; }}
QComboBox::down-arrow {{ image: url("{unfold}"); width: 14px; height: 14px; }}
QComboBox[role="typed"]::drop-down {{ border: 0; width: 0; }}
QComboBox[role="typed"]::down-arrow {{ image: none; width: 0; }}
QLineEdit[role="find"] {{ background: {p.panel}; border: 0; border-bottom: 1px solid {p.line};
    border-radius: 0; font-size: {look.LARGE}px; padding: 10px 12px; }}
QProgressBar {{ background: {p.raised}; border: 0; border-radius: 2px; max-height: 5px; min-height: 5px; }}
QProgressBar::chunk {{ background: {p.accent}; border-radius: 2px; }}
QMenu {{ background: {p.panel}; border: 1px solid {p.line}; padding: 4px; }}
QMenu::item {{ padding: 5px 18px; border-radius: 3px; }}
QMenu::item:selected {{ background: {p.selected}; }}
"""


def _lists(p: Palette) -> str:
    return f"""
QAbstractItemView {{ background: {p.panel}; border: 0; outline: 0; alternate-background-color: {p.panel};
    selection-background-color: {p.selected}; selection-color: {p.text}; }}
QAbstractItemView::item {{ padding: 4px 6px; border: 0; }}
QAbstractItemView::item:hover {{ background: {p.hover}; }}
QAbstractItemView::item:selected {{ background: {p.selected}; color: {p.text}; }}
QHeaderView::section {{ background: {p.panel}; color: {p.muted}; border: 0; border-bottom: 1px solid {p.line};
    padding: 5px 6px; font-size: {look.SMALL}px; }}
QHeaderView[role="names"]::section {{ color: {p.text}; font-size: {look.NORMAL}px; border: 0; }}
QTableCornerButton::section {{ background: {p.panel}; border: 0; }}
"""


def _tones(p: Palette) -> list[str]:
    # A tone colours whatever carries it, after the role has said everything else.
    # Named for labels too, because a role of theirs would outweigh the bare star.
    return [
        f'*[tone="{tone.value}"], QLabel[tone="{tone.value}"] {{ color: {p.tone(tone)}; }}' for tone in Tone
    ]
