from inkcloud.runtimes.back_off import BackOff


def test_pauses_double_up_to_the_longest_and_begin_again():
    back_off = BackOff(0.5, 30.0)

    pauses = [back_off.next() for _ in range(9)]
    back_off.reset()

    assert pauses == [0.5, 1, 2, 4, 8, 16, 30, 30, 30]
    assert back_off.next() == 0.5
