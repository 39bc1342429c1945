"""What is said of a source: by its state and the instant alone."""

from datetime import UTC, datetime, timedelta

import pytest

from tocsin.model.source import LiveSource, State
from tocsin.ui.palette import Tone
from tocsin.ui.sources import words
from tocsin.ui.sources.words import Shown

NOW = datetime(2026, 11, 2, 13, 37, 12, tzinfo=UTC)


def shown(importer: str = "prometheus_api", place: str = "https://prom:9090", **state: object) -> Shown:
    source = LiveSource("prom", importer, place, "s", 15)
    return Shown(source, State(**state), "shop")  # type: ignore[arg-type]


def before(**ago: float) -> datetime:
    return NOW - timedelta(**ago)


@pytest.mark.parametrize(
    ("one", "word", "tone"),
    [
        (shown(), "not asked yet", Tone.GREY),
        (shown(last_try=before(seconds=3)), "in order", Tone.GREEN),
        (shown(last_try=before(seconds=3), error="nobody answers"), "failing", Tone.ORANGE),
        (shown(last_try=before(hours=1)), "not asked", Tone.GREY),
        (shown("webhook", "127.0.0.1:9", last_try=before(seconds=3)), "listening", Tone.GREEN),
    ],
)
def test_one_word_and_one_tone_say_how_it_goes(one: Shown, word: str, tone: Tone) -> None:
    assert words.status(one, NOW) == (word, tone)


@pytest.mark.parametrize(
    ("importer", "place", "openly"),
    [
        ("prometheus_api", "http://prom.example:9090", True),
        ("prometheus_api", "https://prom.example:9090", False),
        ("prometheus_api", "http://127.0.0.1:9090", False),
        ("prometheus_api", "http://localhost:9090", False),
        ("webhook", "0.0.0.0:9099", True),
        ("webhook", "127.0.0.1:9099", False),
        ("webhook", "nonsense", False),
        ("folder", "/srv/http://x", False),
    ],
)
def test_what_can_be_read_on_its_way_is_marked(importer: str, place: str, openly: bool) -> None:
    one = shown(importer, place)
    assert words.openly(one.source) is openly
    assert ("not encrypted" in words.aloud(one, NOW)) is openly


def test_times_are_told_as_spans_from_now() -> None:
    one = shown(
        last_success=before(seconds=12), next_try=NOW + timedelta(seconds=3), newest=before(minutes=2)
    )
    assert words.ago(one.state.last_success, NOW) == "12 s ago"
    assert words.ago(None, NOW) == "never"
    assert words.next_try(one, NOW) == "in 3 s"
    assert words.next_try(one, NOW + timedelta(seconds=4)) == "now"
    assert words.lag(one.state, NOW) == "2 min"
    assert words.lag(State(), NOW) == "—"


def test_a_record_from_the_future_has_no_negative_lag() -> None:
    assert words.lag(State(newest=NOW + timedelta(hours=1)), NOW) == "0 s"


def test_a_screen_reader_hears_the_error() -> None:
    assert "nobody answers" in words.aloud(shown(error="nobody answers", last_try=NOW), NOW)


def test_what_helps_is_said_in_the_words_of_the_form() -> None:
    hint = "its certificate is not trusted. A private authority's certificate is given by --ca FILE."
    assert words.trouble(State(error=hint)).endswith("is given by “Own CA”.")
