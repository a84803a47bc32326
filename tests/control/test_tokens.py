import stat

import pytest
from sqlalchemy import text

from inkcloud.control.tokens import Tokens
from inkcloud.domain.token import new_token
from inkcloud.storage.database import Database
from inkcloud.storage.tokens import TokenTable


@pytest.fixture
def database(tmp_path):
    database = Database.in_folder(tmp_path)
    yield database
    database.close()


@pytest.fixture
def tokens(database):
    return Tokens(TokenTable(database))


def test_only_tokens_that_were_made_here_are_valid(tokens):
    token = tokens.create("mine")

    assert tokens.verify(token)
    for other in (new_token(), token[:-1], token + "x", token.lower(), "", "ink_", "é" * 40):
        assert not tokens.verify(other)


def test_a_token_itself_is_kept_nowhere(tokens, tmp_path):
    token = tokens.create("mine")

    assert token.encode() not in (tmp_path / "inkcloud.sqlite3").read_bytes()
    assert token not in repr(tokens)


def test_the_first_token_is_the_owners_alone_and_stays(tokens, tmp_path):
    path = tmp_path / "deep" / "token"

    first = tokens.first(path)

    assert path.read_text() == first + "\n"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert tokens.verify(first)
    assert tokens.first(path) == first


def test_a_deleted_file_gives_a_new_token_and_the_old_stays_valid(tokens, tmp_path):
    path = tmp_path / "token"
    old = tokens.first(path)
    path.unlink()

    new = tokens.first(path)

    assert new != old
    assert tokens.verify(new)
    assert tokens.verify(old)


def test_a_file_that_others_could_read_is_closed_to_them(tokens, tmp_path):
    path = tmp_path / "token"
    tokens.first(path)
    path.chmod(0o644)

    tokens.first(path)

    assert stat.S_IMODE(path.stat().st_mode) == 0o600


@pytest.mark.parametrize("content", ["", "ink_", "ink_" + "0" * 36])
def test_a_half_written_file_is_replaced(tokens, tmp_path, content):
    path = tmp_path / "token"
    path.write_text(content)

    assert tokens.verify(tokens.first(path))


def test_the_kept_token_works_with_a_new_database(tokens, database, tmp_path):
    path = tmp_path / "token"
    token = tokens.first(path)
    with database.write() as connection:
        connection.execute(text("DELETE FROM tokens"))

    assert tokens.first(path) == token
    assert tokens.verify(token)


def test_a_link_is_not_followed(tokens, tmp_path):
    (tmp_path / "elsewhere").write_text(new_token())
    (tmp_path / "token").symlink_to(tmp_path / "elsewhere")

    with pytest.raises(OSError, match="symbolic link"):
        tokens.first(tmp_path / "token")
