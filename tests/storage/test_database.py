import logging
import resource
import sqlite3
import threading
import traceback
from contextlib import closing
from datetime import UTC, datetime

import pytest
from sqlalchemy import select, text

from inkcloud.domain.errors import Conflict, StorageFull, StorageUnavailable
from inkcloud.storage.database import Database
from inkcloud.storage.events import EventTable
from inkcloud.storage.schema import EVENTS
from support.postgres_server import PASSWORD


def add(database, text="t"):
    EventTable(database).add("e", "", "k", text)


def insert(connection, text):
    values = {"endpoint": "e", "replica": "", "kind": "k", "text": text, "at": datetime.now(UTC)}
    connection.execute(EVENTS.insert().values(values))


def kept(database):
    with database.read() as connection:
        return list(connection.execute(select(EVENTS.c.text)).scalars())


def test_sqlite_waits_for_the_disk_and_keeps_a_rollback_journal(tmp_path):
    database = Database.in_folder(tmp_path)
    with database.read() as connection:
        journal = connection.execute(text("PRAGMA journal_mode")).scalar()
        synchronous = connection.execute(text("PRAGMA synchronous")).scalar()
    database.close()

    assert (journal, synchronous) == ("delete", 2)


def test_a_transaction_that_fails_leaves_nothing(database):
    def fail_half_way():
        with database.write() as connection:
            insert(connection, "t")
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail_half_way()

    assert kept(database) == []


def test_two_processes_writes_wait_for_each_other(database, database_url):
    other = Database(database_url)
    begun, let_go = threading.Event(), threading.Event()

    def hold():
        with other.write() as connection:
            connection.execute(select(EVENTS)).all()
            begun.set()
            let_go.wait()
            insert(connection, "first")

    holder = threading.Thread(target=hold)
    holder.start()
    begun.wait()
    threading.Timer(0.2, let_go.set).start()
    add(database, "second")
    holder.join()
    other.close()

    assert sorted(kept(database)) == ["first", "second"]


def test_a_full_sqlite_says_so_reads_on_and_recovers(tmp_path):
    database = Database.in_folder(tmp_path)
    add(database, "before")
    with database.read() as connection:
        pages = connection.execute(text("PRAGMA page_count")).scalar()
        connection.execute(text(f"PRAGMA max_page_count={pages}"))

    with pytest.raises(StorageFull) as caught:
        add(database, "x" * 100_000)

    assert caught.value.status == 507
    assert kept(database) == ["before"]
    with database.read() as connection:
        connection.execute(text("PRAGMA max_page_count=1000000"))
    add(database, "after")
    assert kept(database) == ["before", "after"]
    database.close()


@pytest.mark.parametrize("bytes_more", range(0, 20_001, 2_500))
def test_a_write_that_the_disk_refuses_at_any_byte_leaves_nothing(tmp_path, bytes_more):
    database = Database.in_folder(tmp_path)
    add(database, "before")
    # Pages that a migration has given back would take what is written without any growth.
    with closing(sqlite3.connect(tmp_path / "inkcloud.sqlite3")) as connection:
        connection.execute("VACUUM")
    size = (tmp_path / "inkcloud.sqlite3").stat().st_size
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size + bytes_more, hard))
    try:
        try:
            add(database, "x" * 15_000)
            expected = ["before", "x" * 15_000]
        except StorageUnavailable:
            expected = ["before"]
        assert (len(expected) == 2) == (bytes_more >= 12_500)
        assert kept(database) == expected
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))

    add(database, "after")
    assert kept(database) == [*expected, "after"]
    database.close()


def test_a_database_file_that_is_none_is_told(tmp_path):
    (tmp_path / "inkcloud.sqlite3").write_bytes(b"something else, and long enough" * 100)

    with pytest.raises(StorageUnavailable, match="damaged"):
        Database.in_folder(tmp_path)


def test_a_folder_that_cannot_be_opened_is_told(tmp_path):
    with pytest.raises(StorageUnavailable):
        Database(f"sqlite:///{tmp_path / 'none' / 'inkcloud.sqlite3'}")


def test_a_wrong_statement_is_no_fault_of_the_storage(database):
    def ask():
        with database.read() as connection:
            connection.execute(text("SELECT nothing FROM nowhere"))

    with pytest.raises(Exception, match="nowhere") as caught:
        ask()

    assert not isinstance(caught.value, StorageUnavailable)


def test_a_full_postgres_says_so(postgres_server):
    database = Database(postgres_server.database())

    def fill():
        with database.write() as connection:
            connection.execute(text("DO $$ BEGIN RAISE SQLSTATE '53100'; END $$"))

    with pytest.raises(StorageFull):
        fill()

    add(database)
    assert kept(database) == ["t"]
    database.close()


def test_a_postgres_that_goes_away_and_comes_back(postgres_server):
    database = Database(postgres_server.database())
    add(database, "before")

    postgres_server.stop()
    try:
        with pytest.raises(StorageUnavailable) as caught:
            add(database, "lost")
        assert caught.value.status == 503
    finally:
        postgres_server.start()

    add(database, "after")
    assert kept(database) == ["before", "after"]
    database.close()


def test_a_password_is_in_no_message_and_no_log(postgres_server, caplog):
    caplog.set_level(logging.DEBUG)
    url = postgres_server.database()
    right = Database(url)
    add(right)
    right.close()
    wrong = url.replace("%25signs", "%25signs-s3cr3t")

    with pytest.raises(StorageUnavailable) as caught:
        Database(wrong)

    told = caplog.text + repr(right) + "".join(traceback.format_exception(caught.value))
    assert "password authentication failed" in caplog.text
    for secret in (PASSWORD, "s3cr3t", "signs", "%25signs"):
        assert secret not in told


def test_only_one_gateway_works_on_a_postgres_database(postgres_server):
    url = postgres_server.database()
    first = Database(url)
    first.reserve()
    second = Database(url)

    with pytest.raises(Conflict, match="Another gateway"):
        second.reserve(wait_seconds=0.0)

    first.close()
    second.reserve()
    second.close()
