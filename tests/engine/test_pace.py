"""The time left does not start too high and does not jump."""

from inkcloud.engine.pace import Pace


def paced(ends, pictures=1):
    pace = Pace(pictures)
    seconds = []
    for end in ends:
        pace.note(end)
        seconds.append(pace.seconds)
    return seconds


def test_the_first_call_says_nothing_because_it_warms_up():
    assert paced([30.0, 31.0, 32.0]) == [None, 1.0, 1.0]


def test_one_call_that_was_held_up_does_not_count():
    assert paced([0.0, 1.0, 2.0, 3.0, 43.0, 44.0])[-2:] == [1.0, 1.0]


def test_a_lasting_change_does():
    ends = [*range(10), *(9 + 5 * call for call in range(1, 10))]

    assert paced(ends)[-1] == 5.0


def test_pictures_that_advance_together_count_as_one_round():
    ends = [second for second in range(1, 6) for _ in range(4)]

    assert paced(ends, pictures=4)[-1] == 0.25
