"""A drill in the window: marked all the time, brought in by the fast clock, ended with a score."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from tocsin.model.drill import Scenario
from tocsin.now import FastClock, ManualClock
from tocsin.operations import drill, observations, stores
from tocsin.operations.progress import finish
from tocsin.store.folder import open_store
from tocsin.ui.console import App
from tocsin.ui.drill.bar import DrillBar
from tocsin.ui.text import not_plain

SCRIPT = """
title = "Answers get <b>longer"
type = "behaviour_change"
system = "assistant"
brief = "You take over the watch."
minutes = 60
sign_minutes = 10
days = 2
every_minutes = 10
seed = 1
targets = { declare = 15 }
expected = {}
[[systems]]
name = "assistant"
[systems.signals]
words = { level = 112, daily = 6, noise = 5, low = 0 }
[[injects]]
id = "call"
minutes = 5
kind = "message"
role = "commander"
who = "Support desk"
text = "Are you aware? <img src=x>"
[[injects]]
id = "user"
minutes = 8
kind = "observation"
text = "It rambles"
"""


@pytest.fixture
def base(clock: ManualClock) -> ManualClock:
    """The machine's clock, which the drill's runs ten times as fast as."""
    return clock


@pytest.fixture
def app(qtbot: QtBot, qapp: object, tmp_path: Path, base: ManualClock) -> Iterator[App]:
    file = tmp_path / "script.toml"
    file.write_text(SCRIPT)
    told: Scenario = drill.scenario(str(file))
    path = tmp_path / "drill.tocsin"
    began = finish(drill.build(path, told, str(file), base, tmp_path))
    store = open_store(path, clock=FastClock(base, began, 10))
    stores.prepare(store)
    app = App(qapp, store, theme="dark", secrets=tmp_path / "secrets")  # type: ignore[arg-type]
    app.desk.choose_operator("Operator A")
    qtbot.addWidget(app.window)
    app.start()
    yield app
    app.close()


def test_it_is_marked_brought_in_and_scored(
    qtbot: QtBot, app: App, base: ManualClock, tmp_path: Path
) -> None:
    drilling = app.drilling
    assert drilling is not None
    assert drilling.bar.isVisible()
    assert not_plain(drilling.bar) == []
    qtbot.waitUntil(drilling.sheet.isVisible)  # the brief
    drilling.sheet.dismiss()
    base.advance(seconds=61)
    app.heartbeat.beat()
    assert app.store.now() == drill.began(app.store) + timedelta(seconds=610)
    qtbot.waitUntil(lambda: "Are you aware?" in drilling.bar.said.text())
    assert [one.observation.text for one in observations.listed(app.store, waiting=True)] == ["It rambles"]
    drilling.show_messages()
    qtbot.waitUntil(drilling.sheet.isVisible)
    assert not_plain(drilling.sheet) == []
    drilling.sheet.dismiss()
    qtbot.waitUntil(lambda: not drilling._giving)
    base.advance(minutes=6)
    app.heartbeat.beat()
    qtbot.waitUntil(lambda: drilling.sheet.isVisible() and drilling.sheet.score is not None)
    assert "over" in drilling.bar.left.text()
    file = tmp_path / "score.pdf"
    drilling.sheet.save_to(file)
    qtbot.waitUntil(file.is_file)


def test_a_drill_whose_script_is_gone_is_marked_all_the_same(
    qtbot: QtBot, qapp: object, tmp_path: Path, base: ManualClock
) -> None:
    file = tmp_path / "script.toml"
    file.write_text(SCRIPT)
    path = tmp_path / "drill.tocsin"
    finish(drill.build(path, drill.scenario(str(file)), str(file), base, tmp_path))
    file.unlink()
    store = open_store(path, clock=base)
    stores.prepare(store)
    made = App(qapp, store, theme="dark", secrets=tmp_path / "secrets")  # type: ignore[arg-type]
    qtbot.addWidget(made.window)
    made.start()
    assert [bar for bar in made.window.findChildren(DrillBar) if bar.isVisible()]
    qtbot.waitUntil(lambda: "cannot go on" in made.window.footer.notice.text())
    made.close()
