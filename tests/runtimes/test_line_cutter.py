import pytest
from hypothesis import given
from hypothesis import strategies as st

from inkcloud.domain.token import new_token
from inkcloud.runtimes.line_cutter import HIDDEN, LONGEST, LineCutter


def cut(*pieces):
    cutter = LineCutter()
    return [line for piece in pieces for line in cutter.feed(piece)] + cutter.flush()


@pytest.mark.parametrize(
    ("pieces", "lines"),
    [
        ([b"one\ntwo\n"], ["one", "two"]),
        ([b"on", b"e\ntw", b"o"], ["one", "two"]),
        ([b"\n\nx"], ["", "", "x"]),
        ([b"dos\r\n", b"split\r", b"\n"], ["dos", "split"]),
        ([b"10%\r50%\r", b"100%\r", b"\ndone"], ["100%", "done"]),
        ([b"\r 10%", b"\r 50%", b"\n"], [" 50%"]),
        (["naïve café 画\u3000".encode()], ["naïve café 画\u3000"]),
        ([b"a\xc3", b"\xa9b\n"], ["aéb"]),
        ([b"\xff\x00\x07\tend\n"], ["\ufffd\ufffd\ufffd\tend"]),
        ([b"\x1b[1;31mred\x1b[0m plain\n"], ["red plain"]),
        (["a\u2028b\u0085c\u202ed\n".encode()], ["a\ufffdb\ufffdc\ufffdd"]),
        ([], []),
    ],
)
def test_output_becomes_lines_that_can_be_shown(pieces, lines):
    assert cut(*pieces) == lines


def test_a_huge_line_is_cut_and_says_by_how_much():
    cutter = LineCutter()
    for _ in range(1000):
        assert cutter.feed(b"x" * 10_000) == []
        assert len(cutter._begun) <= LONGEST

    [line, after] = cutter.feed(b"\nafter\n")

    assert line == "x" * LONGEST + f"… ({10_000_000 - LONGEST} more bytes)"
    assert after == "after"


@given(st.data())
def test_no_token_is_shown_however_the_output_is_cut_into_pieces(data):
    token = new_token()
    output = f"before {token} and token={token}&x=1 '{token}'\nend\n".encode()
    pieces = []
    while output:
        size = data.draw(st.integers(1, len(output)))
        pieces.append(output[:size])
        output = output[size:]

    lines = cut(*pieces)

    assert lines == [f"before {HIDDEN} and token={HIDDEN}&x=1 '{HIDDEN}'", "end"]


@pytest.mark.parametrize("shown", range(45))
def test_a_token_at_the_place_of_a_cut_is_not_shown_in_part(shown):
    token = new_token()
    line = b"x" * (LONGEST - shown) + token.encode() + b"more\n"

    [text] = cut(line)

    assert token[:6] not in text


def test_a_word_that_is_no_token_is_shown():
    assert cut(b"ink_wash ink_cartridges\n") == ["ink_wash ink_cartridges"]


@given(st.lists(st.binary(max_size=200)))
def test_whatever_comes_the_lines_are_printable_and_none_is_lost(pieces):
    lines = cut(*pieces)

    output = b"".join(pieces)
    assert len(lines) - output.count(b"\n") in {0, 1}
    for line in lines:
        assert line.replace("\t", "").splitlines() in ([], [line.replace("\t", "")])
        line.encode()
