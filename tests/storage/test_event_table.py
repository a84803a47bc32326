from datetime import UTC, datetime, timedelta, timezone

import pytest

from inkcloud.storage.events import EventTable

NOON = datetime(2026, 7, 1, 12, tzinfo=UTC)


@pytest.fixture
def events(database):
    return EventTable(database)


def test_an_event_comes_back_as_it_was_kept(events):
    at = NOON.replace(microsecond=123456)

    kept = events.add("e", "e-0", "scaled_up", "One more: é \U0001f419", at)

    assert events.newest("e") == [kept]
    assert (kept.endpoint, kept.replica, kept.kind, kept.at) == ("e", "e-0", "scaled_up", at)


def test_last_words_that_are_no_text_are_kept_as_far_as_they_go(events):
    kept = events.add("e", "", "k", "a\x00b\ud800c", NOON)

    assert kept.text == "ab?c"
    assert events.newest("e") == [kept]


def test_a_time_of_another_zone_is_the_same_moment_in_utc(events):
    events.add("e", "", "k", "t", NOON.astimezone(timezone(timedelta(hours=-8))))

    found = events.newest("e")[0].at
    assert (found, found.tzinfo) == (NOON, UTC)


def test_the_newest_come_first_and_only_the_endpoints_own(events):
    kept = [events.add("e", "", "k", str(n), NOON + timedelta(hours=n)) for n in range(5)]
    events.add("other", "", "k", "t", NOON)

    assert events.newest("e") == kept[::-1]
    assert events.newest("e", 2) == [kept[4], kept[3]]
    assert events.newest("e", since=NOON + timedelta(hours=3)) == [kept[4], kept[3]]
    assert events.newest("e", after=kept[3].sequence) == [kept[4]]
    assert events.newest("none") == []
