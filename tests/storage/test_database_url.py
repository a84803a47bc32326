import pytest

from inkcloud.domain.errors import InvalidRequest
from inkcloud.storage.database_url import database_url, file_url, shown


@pytest.mark.parametrize(
    "text", ["postgres://u:p@h/db", "postgresql://u:p@h/db", "postgresql+psycopg://u:p@h/db"]
)
def test_every_usual_way_to_write_postgres_names_its_driver(text):
    assert database_url(text).drivername == "postgresql+psycopg"


def test_what_is_shown_holds_no_password(tmp_path):
    text = "postgresql://user:s3cr3t%40x@host:5433/ink?password=s3cr3t&sslmode=require"

    assert shown(database_url(text)) == "postgresql://host:5433/ink"
    assert "s3cr3t" not in repr(database_url(text).set(query={}))
    assert shown(file_url(tmp_path / "a%b c.db")) == f"sqlite:///{tmp_path}/a%b c.db"


@pytest.mark.parametrize("character", list("@:/?#[]%& '\"\\\n="))
@pytest.mark.parametrize("first", ["s3cr3t", "1234"])
def test_a_password_that_is_not_escaped_is_shown_nowhere(character, first):
    text = f"postgresql://user:{first}{character}word@host/ink"

    try:
        told = shown(database_url(text))
    except InvalidRequest as error:
        told = str(error.as_dict())

    assert first not in told
    assert "word" not in told.replace("password", "")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "inkcloud",
        "mysql://u:s3cr3t@h/db",
        "postgresql+asyncpg://u:s3cr3t@h/db",
        "postgresql://u:s3cr3t@h",
        "postgresql://u:s3cr3t@h:port/db",
        "sqlite://",
        "sqlite:///:memory:",
    ],
)
def test_what_is_no_database_of_ours_is_refused_without_repeating_it(text):
    with pytest.raises(InvalidRequest) as caught:
        database_url(text)

    assert "postgresql://USER:PASSWORD@HOST/DATABASE" in caught.value.allowed
    assert "s3cr3t" not in str(caught.value.as_dict())
    assert caught.value.__cause__ is None
