import stat
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import event, text, update

from inkcloud.control.tokens import Tokens
from inkcloud.domain.access import ALL_SCOPES, Scope
from inkcloud.domain.errors import InvalidRequest, NotFound
from inkcloud.domain.token import new_token, token_hash
from inkcloud.storage.database import Database
from inkcloud.storage.schema import TOKENS
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
    token, _ = tokens.create("mine")

    assert tokens.verify(token)
    for other in (new_token(), token[:-1], token + "x", token.lower(), "", "ink_", "é" * 40):
        assert not tokens.verify(other)


def test_a_token_itself_is_kept_nowhere(tokens, tmp_path):
    token, _ = tokens.create("mine")

    assert token.encode() not in (tmp_path / "inkcloud.sqlite3").read_bytes()
    assert token not in repr(tokens)


def test_a_token_tells_what_it_permits(tokens):
    token, access = tokens.create("ci", {Scope.PREDICT, "read"}, "text2image", 3600)

    found = tokens.verify(token)

    assert found == access
    assert (found.name, found.endpoint) == ("ci", "text2image")
    assert found.scopes == {Scope.PREDICT, Scope.READ}
    assert found.expires - found.created == timedelta(hours=1)
    assert found.permits(Scope.READ, "text2image")
    assert not found.permits(Scope.MANAGE, "text2image")


def test_a_token_permits_everything_unless_told(tokens):
    _, access = tokens.create()

    assert (access.scopes, access.endpoint, access.expires) == (ALL_SCOPES, "", None)


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"name": "x" * 101}, "name"),
        ({"name": "a\x00b"}, "name"),
        ({"name": None}, "name"),
        ({"endpoint": "x" * 64}, "endpoint"),
        ({"scopes": []}, "scopes"),
        ({"scopes": ["predict", "all"]}, "scopes"),
        ({"scopes": [["predict"]]}, "scopes"),
        ({"scopes": "everything"}, "scopes"),
        ({"scopes": 7}, "scopes"),
        ({"expires_seconds": 0}, "expires_seconds"),
        ({"expires_seconds": True}, "expires_seconds"),
        ({"expires_seconds": 1.5}, "expires_seconds"),
        ({"expires_seconds": 10**20}, "expires_seconds"),
    ],
)
def test_a_token_that_cannot_be_made_names_the_field(tokens, values, field):
    with pytest.raises(InvalidRequest) as caught:
        tokens.create(**values)

    assert (caught.value.field, tokens.list()) == (field, [])


def test_a_revoked_token_is_worthless_at_once(tokens, database):
    token, access = tokens.create("mine")
    other, _ = tokens.create("other")
    assert tokens.verify(token)

    revoked = tokens.revoke(access.id)

    assert revoked.revoked is not None
    assert tokens.verify(token) is None
    assert Tokens(TokenTable(database)).verify(token) is None
    assert tokens.verify(other)
    assert tokens.revoke(access.id) == revoked


@pytest.mark.parametrize("unknown", ["", "tok_none", "\x00", "\ud800", "x" * 10_000])
def test_an_unknown_token_cannot_be_revoked(tokens, unknown):
    with pytest.raises(NotFound):
        tokens.revoke(unknown)


def test_an_expired_token_is_worthless(tokens, database):
    token, _ = tokens.create("mine", expires_seconds=60)
    assert tokens.verify(token)

    with database.write() as connection:
        connection.execute(update(TOKENS).values(expires=datetime.now(UTC)))

    assert tokens.verify(token) is None


def test_tokens_are_listed_newest_first_without_their_secrets(tokens):
    made = [tokens.create(str(number)) for number in range(3)]
    tokens.revoke(made[1][1].id)

    found = tokens.list()

    assert [access.name for access in found] == ["2", "1", "0"]
    assert [access.valid() for access in found] == [True, False, True]
    for token, _ in made:
        assert token not in repr(found)
        assert token_hash(token) not in repr(found)


def test_the_last_use_is_kept_at_most_once_a_minute(tokens, database):
    token, access = tokens.create("mine")
    before = datetime.now(UTC).replace(second=0, microsecond=0)
    tokens.verify(token)
    used = tokens.list()[0].last_used
    assert before <= used <= datetime.now(UTC)
    assert (used.second, used.microsecond) == (0, 0)

    writes = []
    with database.read() as connection:
        event.listen(connection.engine, "before_cursor_execute", lambda *a: writes.append(a[2]))
    # The minute may end between the two; a third call within it then writes nothing.
    for _ in range(3):
        writes.clear()
        tokens.verify(token)
        if not any(statement.startswith("UPDATE") for statement in writes):
            break
    assert not any(statement.startswith("UPDATE") for statement in writes)

    TokenTable(database).use(access.id, used - timedelta(minutes=1))
    writes.clear()
    tokens.verify(token)
    assert any(statement.startswith("UPDATE") for statement in writes)


def test_a_full_disk_turns_nobody_away(tokens, database, caplog):
    token, access = tokens.create("mine")
    with database.read() as connection:
        connection.execute(text("PRAGMA query_only=ON"))

    assert tokens.verify(token) == access

    assert "The last use of token" in caplog.text
    assert token not in caplog.text


def test_a_revoked_first_token_is_replaced(tokens, tmp_path):
    path = tmp_path / "token"
    old = tokens.kept(path)
    tokens.revoke(tokens.verify(old).id)

    new = tokens.kept(path)

    assert new != old
    assert tokens.verify(new).scopes == ALL_SCOPES
    assert tokens.verify(old) is None
    assert tokens.kept(path) == new


def test_the_first_token_is_the_owners_alone_and_stays(tokens, tmp_path):
    path = tmp_path / "deep" / "token"

    first = tokens.kept(path)

    assert path.read_text() == first + "\n"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert tokens.verify(first)
    assert tokens.kept(path) == first


def test_a_deleted_file_gives_a_new_token_and_the_old_stays_valid(tokens, tmp_path):
    path = tmp_path / "token"
    old = tokens.kept(path)
    path.unlink()

    new = tokens.kept(path)

    assert new != old
    assert tokens.verify(new)
    assert tokens.verify(old)


def test_a_file_that_others_could_read_is_closed_to_them(tokens, tmp_path):
    path = tmp_path / "token"
    tokens.kept(path)
    path.chmod(0o644)

    tokens.kept(path)

    assert stat.S_IMODE(path.stat().st_mode) == 0o600


@pytest.mark.parametrize("content", ["", "ink_", "ink_" + "0" * 36])
def test_a_half_written_file_is_replaced(tokens, tmp_path, content):
    path = tmp_path / "token"
    path.write_text(content)

    assert tokens.verify(tokens.kept(path))


def test_the_kept_token_works_with_a_new_database(tokens, database, tmp_path):
    path = tmp_path / "token"
    token = tokens.kept(path)
    with database.write() as connection:
        connection.execute(text("DELETE FROM tokens"))

    assert tokens.kept(path) == token
    assert tokens.verify(token)


def test_a_link_is_not_followed(tokens, tmp_path):
    (tmp_path / "elsewhere").write_text(new_token())
    (tmp_path / "token").symlink_to(tmp_path / "elsewhere")

    with pytest.raises(OSError, match="symbolic link"):
        tokens.kept(tmp_path / "token")


def test_a_kept_token_may_permit_less(tokens, tmp_path):
    token = tokens.kept(tmp_path / "page", "page", {Scope.READ})

    access = tokens.verify(token)

    assert (access.name, access.scopes) == ("page", {Scope.READ})
