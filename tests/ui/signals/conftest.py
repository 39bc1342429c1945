"""The signals screen in a window, over two systems with a few signals."""

from collections.abc import Callable
from datetime import timedelta

import numpy as np
import pytest
from pytestqt.qtbot import QtBot

from tocsin.model.instant import to_us
from tocsin.model.operator import Author
from tocsin.model.signal import Signal, likely_layer
from tocsin.operations import systems
from tocsin.store.folder import Store
from tocsin.ui.desk import Desk
from tocsin.ui.signals.listing import ListingPart
from tocsin.ui.signals.screen import SignalsScreen
from tocsin.ui.window import Window

KNOWN = (
    ("scorer", "accuracy", 0),
    ("scorer", "latency", 600),
    ("router", "latency", 0),
    ("router", "cost", 4),
)


@pytest.fixture
def known(store: Store, author: Author, add_samples: Callable[..., int]) -> None:
    """Thirty samples a minute apart of each, the last so many minutes ago."""
    for system, metric, ago in KNOWN:
        signal = Signal(systems.ensure(store, author, system).id, metric, layer=likely_layer(metric))
        last = to_us(store.now() - timedelta(minutes=ago))
        add_samples(signal, last - np.arange(30)[::-1] * 60_000_000, np.arange(30, dtype=float))


@pytest.fixture
def window(qtbot: QtBot, desk: Desk) -> Window:
    made = Window(desk)
    qtbot.addWidget(made)
    made.resize(1366, 768)
    made.show()
    with qtbot.waitActive(made):
        made.activateWindow()
    return made


@pytest.fixture
def whole(desk: Desk, window: Window, known: None) -> SignalsScreen:
    """The screen with its three tabs, shown."""
    made = SignalsScreen(desk)
    window.add_screen("signals", "Signals", "signals", made)
    window.show_screen("signals")
    return made


@pytest.fixture
def screen(qtbot: QtBot, whole: SignalsScreen) -> ListingPart:
    """Its second tab: the list of signals, the keyboard in it."""
    whole.show_tab("Signals")
    qtbot.waitUntil(lambda: whole.listing.view is not None)
    whole.listing.table.setFocus()
    return whole.listing
