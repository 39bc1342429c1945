"""Public holidays and zones written out into a scheme's calendars, so that no later data moves its clocks."""

from collections.abc import Callable, Collection
from dataclasses import replace
from datetime import date, datetime
from functools import lru_cache

from tocsin.model.calendar import Calendar, frozen
from tocsin.model.regime import Rules
from tocsin.model.severity import Scheme

YEARS_BACK, YEARS_AHEAD = 1, 10
RULES_BACK, RULES_AHEAD = 3, 6  # duties count from what lies years back, and end within a few years


def expanded(scheme: Scheme, home: str, now: datetime) -> Scheme:
    """Return the scheme with its calendars' public holidays and zones as they are known today.

    The same all through a year, so that a pack frozen again is the same pack. `home` is the store's zone.
    """
    return _with_calendars(scheme, lambda one: frozen(_with_holidays(one, now.year), home, now))


def written_out(rules: Rules, home: str, now: datetime, only: Collection[str] | None = None) -> Rules:
    """Return rules with the public holidays and zones of their calendars as they are known today.

    The same all through a year. `home` is the store's zone, of calendars that name none; `only` these
    calendars are wanted.
    """
    years = range(now.year - RULES_BACK, now.year + RULES_AHEAD + 1)
    wanted = rules.calendars if only is None else rules.calendars.keys() & set(only)
    calendars = {name: frozen(_with(rules.calendars[name], years), home, now) for name in sorted(wanted)}
    return replace(rules, calendars=calendars)


def as_written(scheme: Scheme) -> Scheme:
    """Return a scheme without what was worked out for it when it was frozen; its zones stay named."""
    return _with_calendars(scheme, lambda one: replace(one, offsets=(), public=frozenset()))


def unknown_place(country: str, subdivision: str) -> str:
    """Return why no public holidays are known of a place; empty when they are."""
    try:
        _public(country, subdivision, 2026)
    except NotImplementedError:
        of = f"subdivision {subdivision!r} of {country!r}" if subdivision else f"country {country!r}"
        return f"no public holidays are known of the {of}; give ISO 3166 codes such as DE and BE"
    return ""


def _with_calendars(scheme: Scheme, change: Callable[[Calendar], Calendar]) -> Scheme:
    others = {name: change(one) for name, one in scheme.calendars.items()}
    return replace(scheme, calendar=change(scheme.calendar), calendars=others)


def _with_holidays(calendar: Calendar, year: int) -> Calendar:
    return _with(calendar, range(year - YEARS_BACK, year + YEARS_AHEAD + 1))


def _with(calendar: Calendar, years: range) -> Calendar:
    if not calendar.country:
        return calendar
    days = (day for year in years for day in _public(calendar.country, calendar.subdivision, year))
    return replace(calendar, public=frozenset(days))


@lru_cache(maxsize=1000)
def _public(country: str, subdivision: str, year: int) -> frozenset[date]:
    """The days nobody has to work, those taken on another day instead among them."""
    import holidays

    return frozenset(holidays.country_holidays(country, subdivision or None, years=year))
