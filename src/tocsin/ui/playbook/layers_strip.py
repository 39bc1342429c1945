"""The five layers of the diagnosis side by side, each cleared, suspected, confirmed or not known yet (C4)."""

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from tocsin.model.diagnosis import LayerState
from tocsin.model.playbook import LAYERS
from tocsin.ui.icons import Icon
from tocsin.ui.palette import GAP, Tone
from tocsin.ui.playbook import words
from tocsin.ui.text import ElidedLabel, Label, set_look, set_tip
from tocsin.ui.theme import Theme

_TONES = {"cleared": Tone.GREEN, "suspected": Tone.ORANGE, "confirmed": Tone.RED}
_HEIGHT = 54


class LayerCell(QPushButton):
    """One layer: its shape, its name, its finding and what that rests on."""

    def __init__(self, theme: Theme, layer: str, key: int) -> None:
        super().__init__()
        self.setObjectName(f"layer-{layer}")
        self.setFixedHeight(_HEIGHT)
        self._icon = Icon(theme, "circle", size_px=14)
        self._title = ElidedLabel(LAYERS[layer])
        self._below = ElidedLabel("not known yet", "small")
        line = QHBoxLayout(self)
        line.setContentsMargins(GAP, 4, 8, 4)
        line.addWidget(self._icon)
        said = QVBoxLayout()
        said.setSpacing(0)
        said.addWidget(self._title)
        said.addWidget(self._below)
        line.addLayout(said, 1)
        line.addWidget(Label(str(key), "key"), 0, Qt.AlignmentFlag.AlignVCenter)

    def show_layer(self, one: LayerState) -> None:
        """Show how the layer stands."""
        self._icon.show_icon(*words.layer_shape(one))
        finding = one.finding or "not known yet"
        self._below.show_text(f"{finding} · {one.evidence}" if one.evidence else finding)
        self._below.set_tone(_TONES.get(one.finding))
        open_ = sum(not each.finished for each in one.questions)
        told = [one.title, finding, one.evidence, f"by {one.by}" if one.by else "",
                f"{open_} question(s) of the playbook open" if open_ else ""]  # fmt: skip
        set_tip(self, "\n".join(filter(None, told)))
        self.setAccessibleName(f"{one.title}: {finding}")


class LayersStrip(QWidget):
    """The layers. `wanted(layer)` when one is to be judged."""

    wanted = Signal(str)

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self.cells: dict[str, LayerCell] = {}
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(GAP)
        for key, layer in enumerate(LAYERS, 1):
            cell = LayerCell(theme, layer, key)
            set_look(cell, role="layer")
            cell.clicked.connect(lambda _checked, layer=layer: self.wanted.emit(layer))
            self.cells[layer] = cell
            row.addWidget(cell, 1)

    def show_layers(self, found: Sequence[LayerState]) -> None:
        """Show how they stand."""
        for one in found:
            self.cells[one.layer].show_layer(one)

    def set_writable(self, writable: bool) -> None:
        """Let them be judged, or only be read."""
        for cell in self.cells.values():
            cell.setEnabled(writable)
