"""Opens the installed console's demonstration on a virtual screen and works it as a person would.

Usage: run.py TOCSIN [PICTURES]: the installed command, and a folder for what the screen showed. All is done
with key presses and the mouse; what came of it is read back by the command line, as another program would.
"""

import json
import os
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pypdf import PdfReader
from PySide6.QtGui import QColor
from screen import Box, Point, Screen, find_colour, virtual_screen, wait_until

from tocsin.ui.palette import DARK

WINDOW = "Tocsin"
BUILT_S = 300  # the demonstration imports and judges a quarter of a million decisions first
TITLE = "Answers name other customers"
SYSTEM = "support assistant"
LINE = "Assistant switched off for signed-in customers"
GREEN, RED = (QColor(tone).getRgb()[:3] for tone in (DARK.green, DARK.red))  # "done" and a grave decision
LANES: Box = (190, 740, 1300, 1010)  # where the command screen draws the timeline's lanes
DRAGGED_PX = 220
SUSPECT = "delivery routing"  # of the demonstration: one region fails while the whole looks as ever
CHART: Box = (600, 150, 1430, 700)  # where the signals screen draws the curves of a system looked into
BREACH = {"data_role": "controller", "personal_data_breach": "yes", "breach_risk": "risk"}
DUTY = "eu-gdpr-33/notify_sa"  # that the answers make apply, with 72 hours from awareness
KINDS = "Customers who were signed in to the assistant"
PAGE: Box = (1300, 150, 1880, 900)  # where the duties screen shows the page as it would go out
PAPER = (255, 255, 255)


@dataclass(frozen=True, slots=True)
class Console:
    """The running console's store, asked through the command line."""

    tocsin: str
    store: Path
    environment: dict[str, str]

    def ask(self, *words: str) -> Any:
        """Run a command with --json and return its document."""
        command = [self.tocsin, *words, "--store", str(self.store), "--json"]
        told = subprocess.run(command, env=self.environment, capture_output=True, text=True, check=True)
        return json.loads(told.stdout)

    def incident(self) -> Any:
        """Return the incident declared here, with its timeline; None until it is there."""
        known = [one for one in self.ask("incident", "list") if one["title"] == TITLE]
        return self.ask("incident", "show", known[0]["id"]) if known else None

    def line(self) -> Any:
        """Return the line logged here; None until it is there."""
        return next((item for item in self.incident()["timeline"] if item["text"] == LINE), None)

    def start(self) -> Any:
        """Return since when the suspect's incident is believed to last."""
        return next(one["start"] for one in self.ask("incident", "list") if one["system"] == SUSPECT)

    def met(self) -> set[str]:
        """Return the ids of the clocks that are met."""
        clocks = self.ask("clocks", self.incident()["id"])
        return {clock["id"] for clock in clocks if clock["state"] == "met"}


def main(tocsin: str, pictures: Path) -> None:
    """Open, work, close. Raises when anything a person would expect does not happen."""
    pictures.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as home, virtual_screen() as screen:
        # A home of its own, so that no store of whoever runs this is touched.
        environment = screen.environment | {"HOME": home, "XDG_DATA_HOME": f"{home}/data"}
        console = Console(tocsin, Path(home) / "shown.tocsin", environment)
        command = [tocsin, "demo", "--store", str(console.store)]
        process = subprocess.Popen(command, cwd=home, env=environment)
        try:
            work(screen, console, pictures)
            assert process.wait(60) == 0, f"the console ended with {process.returncode}"
            assert console.ask("verify")["ok"]
        except BaseException:
            screen.picture(pictures / "failed.png")
            raise
        finally:
            if process.poll() is None:
                process.kill()
                process.wait()


def work(screen: Screen, console: Console, pictures: Path) -> None:
    """What the operator does, one step after the other."""
    screen.wait_for_window(WINDOW, BUILT_S)
    screen.picture(pictures / "opened.png")
    declare(screen, console)
    log(screen, console)
    screen.picture(pictures / "declared.png")
    mark(screen, console)
    drag(screen, console, pictures)
    triage(screen, console)
    tell(screen, console)
    screen.picture(pictures / "told.png")
    export(screen, console)
    screen.picture(pictures / "exported.png")
    notify(screen, console, pictures)
    investigate(screen, console, pictures)
    screen.press("ctrl+q")


def declare(screen: Screen, console: Console) -> None:
    """Two fields and Enter."""
    screen.press("ctrl+d")
    screen.type(TITLE)
    screen.press("Tab")
    screen.type(SYSTEM)
    screen.press("Return")
    made = wait_until(console.incident, "the incident in the store")
    assert made["commander"] == "Operator A", made["commander"]
    assert made["system"] == SYSTEM, made["system"]
    print(f"declared {made['reference']} as {made['severity']}")


def log(screen: Screen, console: Console) -> None:
    """One key, the words, Enter."""
    wait_until(lambda: find_colour(screen.picture(), RED, LANES), "the command screen")
    screen.press("l")
    screen.type(f"/do {LINE}")
    screen.press("Return")
    line = wait_until(console.line, "the line in the store")
    assert line["lane"] == "done", line
    print(f"logged at {line['happened']['at']}")


def mark(screen: Screen, console: Console) -> None:
    """Out of the line, then one key for the clock that is due next."""
    before = console.met()
    screen.press("Escape", "m")
    met = wait_until(lambda: console.met() - before, "a clock met")
    print(f"met {', '.join(met)}")


def drag(screen: Screen, console: Console, pictures: Path) -> None:
    """Take the line in the lanes with the mouse and move it to an earlier time."""
    before = console.line()["happened"]["at"]
    at = wait_until(lambda: find_colour(screen.picture(), GREEN, LANES), "the line in the lanes")
    screen.drag(at, Point(at.x - DRAGGED_PX, at.y))
    moved = wait_until(lambda: console.line()["edits"] == 1 and console.line(), "the corrected time")
    screen.picture(pictures / "dragged.png")
    assert moved["happened"]["at"] < before, (before, moved)
    print(f"dragged from {before} to {moved['happened']['at']}")


def triage(screen: Screen, console: Console) -> None:
    """A key an answer; the scope in words."""
    reference = console.incident()["reference"]
    screen.press("ctrl+t")
    screen.press(*"nyynssn", *"1331")
    screen.type("Signed-in customers of the assistant")
    screen.press("Return")

    def triaged() -> Any:
        found = console.ask("triage", reference)
        return found if found["answers"].get("data") == "yes" else None

    found = wait_until(triaged, "the triage in the store")
    print(f"triaged as {found['level']}: {found['because']}")


def tell(screen: Screen, console: Console) -> None:
    """The first status update, as it was drafted; nothing goes out before the draft is there."""
    reference = console.incident()["reference"]
    screen.press("ctrl+shift+u")

    def told() -> Any:
        screen.press("ctrl+Return")
        return console.ask("update", "list", reference)

    found = wait_until(told, "the update in the store", 60)
    print(f"told {found[0]['audience']}: {found[0]['text'].splitlines()[0]}")
    screen.press("Escape")


def export(screen: Screen, console: Console) -> None:
    """One key; then open the file and find the line in it."""
    screen.press("ctrl+p")
    reference = console.incident()["reference"]
    folder = console.store / "exports"
    file = wait_until(lambda: next(folder.glob(f"{reference}*.pdf"), None), "the PDF", 40)
    words = " ".join(" ".join(page.extract_text() for page in PdfReader(file).pages).split())
    assert LINE in words, f"{file.name} does not hold the line"
    assert TITLE in words
    print(f"exported {file.name}, which holds the line")


def notify(screen: Screen, console: Console, pictures: Path) -> None:
    """What another program answered makes a duty apply; into its form, a few words, saved, printed."""
    reference = console.incident()["reference"]
    for question, answer in BREACH.items():
        console.ask("duties", reference, "answer", question, answer)
    console.ask("fact", reference, "awareness")
    screen.press("ctrl+1")  # away from the report, whose page is as white
    wait_until(lambda: not find_colour(screen.picture(), PAPER, PAGE), "the wall")
    screen.press("ctrl+g")
    wait_until(lambda: find_colour(screen.picture(), PAPER, PAGE), "the page of the notice", 60)
    screen.press("Return")
    screen.type(KINDS)
    screen.press("ctrl+s")
    drafts = wait_until(lambda: console.ask("filing", reference, "list"), "the draft in the store", 60)
    assert [one["duty"] for one in drafts] == [DUTY], drafts
    screen.press("ctrl+p")
    folder = console.store / "exports"
    file = wait_until(lambda: next(folder.glob("*eu-gdpr-33*.pdf"), None), "the notice as PDF", 60)
    screen.picture(pictures / "notified.png")
    words = " ".join(" ".join(page.extract_text() for page in PdfReader(file).pages).split())
    assert KINDS in words, f"{file.name} does not hold what was typed"
    print(f"drafted {DUTY} and printed it, {len(PdfReader(file).pages)} pages")


def investigate(screen: Screen, console: Console, pictures: Path) -> None:
    """Ctrl K finds the system; once its start is estimated, one key accepts it, and one takes that back."""
    before = console.start()
    screen.press("ctrl+5")
    screen.press("ctrl+k")
    screen.type(f"Investigate {SUSPECT}")
    screen.press("Return")
    # Green in the chart is the line that says when it would have been found.
    wait_until(lambda: find_colour(screen.picture(), GREEN, CHART), "the estimate in the chart", 60)
    screen.picture(pictures / "investigated.png")
    screen.press("a")
    accepted = wait_until(lambda: console.start() != before and console.start(), "the start accepted")
    screen.picture(pictures / "accepted.png")
    assert accepted["earliest"] < accepted["at"] < accepted["latest"], accepted
    print(f"{SUSPECT} changed at {accepted['at']}, where {before['at']} was believed")
    screen.press("ctrl+z")
    wait_until(lambda: console.start() == before, "the start taken back")
    print("and believed again, since that was undone")


if __name__ == "__main__":
    main(os.path.abspath(sys.argv[1]), Path(sys.argv[2] if len(sys.argv) > 2 else "pictures"))
