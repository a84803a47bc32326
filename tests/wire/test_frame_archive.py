"""Frames in one file, and back."""

import io
import json
import zipfile

import pytest

from inkcloud.wire.frame_archive import pack, unpack
from support.stub_replica import frame

FRAMES = tuple(frame(7, call, 3) for call in (1, 2, 3))


def test_frames_come_back_in_their_order():
    assert unpack(pack(FRAMES)) == FRAMES


def test_equal_frames_are_equal_bytes():
    assert pack(FRAMES) == pack(FRAMES)
    assert pack(FRAMES) != pack(FRAMES[::-1])


def test_any_program_that_knows_zip_can_read_it():
    with zipfile.ZipFile(io.BytesIO(pack(FRAMES))) as archive:
        listing = json.loads(archive.read("frames.json"))
        names = set(archive.namelist())

    assert [each["call"] for each in listing] == [1, 2, 3]
    assert listing[0]["sigma"] == FRAMES[0].sigma
    assert {"000-predicted.png", "000-noisy.png", "002-noisy.png"} <= names


@pytest.mark.parametrize("data", [b"", b"PK", pack(FRAMES)[:-30], pack(())[:10]])
def test_what_is_no_archive_is_refused(data):
    with pytest.raises(ValueError, match="no archive of frames"):
        unpack(data)
