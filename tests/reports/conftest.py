"""A report to lay out: plain facts, no store."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from tocsin.model.alert import Alert, AlertSeverity
from tocsin.model.instant import When, to_us
from tocsin.model.report import (
    AsOf,
    Band,
    Chart,
    Charts,
    ClockLine,
    DeploymentMark,
    IncidentReport,
    Level,
    Line,
    Related,
    Text,
)

NOW = datetime(2026, 11, 2, 13, 37, 12, tzinfo=UTC)
START = When(
    NOW - timedelta(days=2), NOW - timedelta(days=2, hours=3), NOW - timedelta(hours=45), "Europe/Berlin"
)

Make = Callable[..., IncidentReport]


def a_chart() -> Chart:
    times = np.array([to_us(NOW - timedelta(hours=h)) for h in range(96, 0, -1)])
    normal = 0.6 + 0.02 * np.sin(np.arange(96) / 4)
    low, high = normal - 0.01, normal + 0.01
    low[40:44] = high[40:44] = np.nan
    band = Band(times, normal, normal - 0.05, normal + 0.05)
    return Chart("approval_rate", "ratio", "age > 60", 96, times, low, high, 0.61, band, (0.52,), (NOW,))


def a_report() -> IncidentReport:
    return IncidentReport(
        reference="INC-2026-WR-0007",
        title="Credit scorer declines over-60s at twice the rate",
        system="credit-scorer",
        version="scorer-v14",
        level=Level("SEV-1", 1, "Harm, now.", "SEV-1–4, version 1", "ab" * 32),
        status="contained",
        zone="Europe/Berlin",
        as_of=AsOf("entry-1", "timeline.added", "site-1", 128, 131, NOW, "3f9a" * 16),
        entries=64,
        declared=NOW - timedelta(minutes=90),
        detected=NOW - timedelta(minutes=99),
        start=START,
        declared_by="Operator A",
        channel="automated monitoring",
        contained=NOW - timedelta(minutes=30),
        roles=(("commander", "Operator A"),),
        narrative=(Text("Impact", "About 3 100 decisions."), Text("Root cause", "")),
        timeline=(
            Line(START, "happened", "Estimated start", "Operator A"),
            Line(When(NOW), "done", "Group suspended", "Operator B", learned=NOW, edits=2),
        ),
        clocks=(ClockLine("Contain", "60 min from detection", "met", NOW, NOW, timedelta(minutes=9)),),
        alerts=(
            Alert("a", "s", "x", "rate", True, AlertSeverity.HIGH, "departure", "1", "fell", 0.45, 0.52, NOW),
        ),
        related=(Related("duplicate of", "INC-2026-WR-0006", "Complaints"),),
        charts=Charts(
            NOW - timedelta(days=4), NOW, START, NOW, (a_chart(),),
            (DeploymentMark(When(NOW - timedelta(days=2), NOW - timedelta(days=3)), "scorer v14"),),
        ),
    )  # fmt: skip


@pytest.fixture
def make() -> Make:
    """Give the sample report, with whatever a test wants otherwise."""
    return lambda **changes: replace(a_report(), **changes)
