"""What Ctrl K offers to do to the clock in hand; the screen is loaded when one is chosen."""

from functools import partial

from tocsin.ui.window import Window


def offer(window: Window) -> None:
    """Put what is done to the clock in hand into Ctrl K."""
    for words, name, icon in (
        ("Mark the selected clock as met (M)", "met", "check"),
        ("Waive the selected clock (W)", "waiver", "clock"),
        ("Let the selected clock stand still, or go on (H)", "pause", "pause"),
        ("State a fact that clocks count from (F)", "fact", "clock"),
    ):
        window.add_action(words, partial(_do, window, name), "", icon)


def _do(window: Window, name: str) -> None:
    from tocsin.ui.command.screen import CommandScreen

    screen = window.show_screen("command")
    if isinstance(screen, CommandScreen) and screen.view is not None:
        panel = screen.clocks
        calls = {"met": panel.want_met, "waiver": panel.want_waiver, "pause": panel.want_pause}
        calls.get(name, panel.fact_wanted.emit)()
