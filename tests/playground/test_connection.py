import pytest

from inkcloud.domain.errors import InvalidRequest
from inkcloud.playground.connection import Connection, only_for_this_machine


def test_without_settings_the_endpoint_is_the_one_that_up_makes():
    connection = Connection.from_settings({})

    assert (connection.url, connection.endpoint) == ("http://127.0.0.1:8000", "text2image")
    assert connection.token is None


def test_settings_name_the_endpoint_and_the_token():
    connection = Connection.from_settings(
        {"INKCLOUD_URL": "https://h", "INKCLOUD_ENDPOINT": "e", "INKCLOUD_TOKEN": "ink_t"},
        personal=False,
    )

    assert connection == Connection("https://h", "e", "ink_t", personal=False)


def test_an_address_that_is_none_is_refused():
    with pytest.raises(InvalidRequest, match="address"):
        Connection("localhost:8000").open()


def test_the_token_does_not_show():
    connection = Connection(token="ink_secret")

    with connection.open() as client:
        assert "ink_secret" not in repr(connection) + repr(client)


@pytest.mark.parametrize(
    ("address", "personal"),
    [("127.0.0.1", True), ("localhost", True), ("::1", True), ("0.0.0.0", False), (None, False)],
)
def test_only_a_page_on_loopback_is_one_persons(address, personal):
    assert only_for_this_machine(address) is personal
