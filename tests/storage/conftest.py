"""Every storage test runs on SQLite and on a real PostgreSQL server."""

import pytest

from inkcloud.storage.database import Database
from support.postgres_server import PostgresServer, programs_for_tests


@pytest.fixture(scope="session")
def postgres_server():
    with PostgresServer(programs_for_tests()) as server:
        yield server


@pytest.fixture(params=["sqlite", "postgres"])
def database_url(request, tmp_path):
    """The URL of an empty database."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'inkcloud.sqlite3'}"
    return request.getfixturevalue("postgres_server").database()


@pytest.fixture
def database(database_url):
    database = Database(database_url)
    yield database
    database.close()
