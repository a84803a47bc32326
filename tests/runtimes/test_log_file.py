import os

from inkcloud.runtimes.log_file import LogFile


def test_the_last_lines_are_those_since_it_was_opened(tmp_path):
    log = LogFile(tmp_path / "replica.log", 1000)
    for text in (b"old\n", b"one\n\ntwo \xff\n\nthree"):
        fd = log.open()
        os.write(fd, text)
        os.close(fd)

    assert log.last_lines(2) == ["two \ufffd", "three"]
    assert log.last_lines(9) == ["one", "two \ufffd", "three"]


def test_a_large_log_is_put_aside_while_it_is_written(tmp_path):
    log = LogFile(tmp_path / "replica.log", 10)
    fd = log.open()
    os.write(fd, b"short\n")
    log.trim()
    os.write(fd, b"long enough\n")
    log.trim()
    os.write(fd, b"new\n")
    os.close(fd)

    assert (tmp_path / "replica.1.log").read_bytes() == b"short\nlong enough\n"
    assert (tmp_path / "replica.log").read_bytes() == b"new\n"
    assert log.last_lines(5) == ["new"]


def test_a_log_that_somebody_removed_does_no_harm(tmp_path, caplog):
    log = LogFile(tmp_path / "replica.log", 10)

    log.trim()

    assert log.last_lines(5) == []
    assert "cannot be trimmed" in caplog.text
