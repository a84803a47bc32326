"""Who is let in, and what the page Sharing offers for copying."""

import tomllib
from contextlib import suppress
from pathlib import Path
from urllib.parse import parse_qsl, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st
from streamlit import config
from streamlit.testing.v1 import AppTest

import inkcloud.playground
from inkcloud.domain.errors import InvalidRequest
from inkcloud.playground.link import read_query
from inkcloud.playground.sharing import ways
from inkcloud.playground.sharing.gate import sign_in_providers
from inkcloud.playground.sharing.team import Team
from support.stub_gateway import StubGateway

APP = Path(inkcloud.playground.__file__).with_name("app.py")
AUTH = {
    "redirect_uri": "http://localhost:8501/oauth2callback",
    "cookie_secret": "x" * 32,
    "client_id": "inkcloud",
    "client_secret": "secret",
    "server_metadata_url": "http://localhost:1/.well-known/openid-configuration",
}
TEAM = Team.from_settings({"INKCLOUD_ALLOW": ["Ada@example.org", "@example.com", "b.example.net"]})


def person(email: object, verified: object = True) -> dict[str, object]:
    return {"email": email, "email_verified": verified, "is_logged_in": True}


@pytest.mark.parametrize(
    "email", ["ada@example.org", "ADA@Example.Org", "anyone@example.com", "x@b.example.net"]
)
def test_who_is_on_the_list_is_let_in(email):
    assert TEAM.refusal(person(email)) is None


@pytest.mark.parametrize(
    "email",
    [
        "eve@example.org",
        "ada@example.org.evil.net",
        "ada@evil.net",
        "x@sub.example.com",
        "x@example.net",
        "x@evilexample.com",
        "ada@example.org@evil.net",
        "eve@evil.net,ada@example.org",
        '"eve@evil.net"@example.com',
        "ada@example.org\n",
        "ada@\N{LATIN SMALL LETTER LONG S}example.org",
        "anyone@example.co\N{LATIN SMALL LETTER M}\N{COMBINING DOT ABOVE}",
        "",
        None,
        7,
    ],
)
def test_who_is_not_on_the_list_is_told_why(email):
    assert TEAM.refusal(person(email))


@pytest.mark.parametrize("verified", [False, "false", None, 0, "yes"])
def test_an_address_that_is_not_verified_is_not_believed(verified):
    assert "verified" in (TEAM.refusal(person("ada@example.org", verified)) or "")


def test_a_provider_that_says_nothing_of_it_is_believed_only_if_told_so():
    trusting = Team.from_settings(
        {"INKCLOUD_ALLOW": "ada@example.org, example.com", "INKCLOUD_TRUST_EMAIL": "true"}
    )

    assert trusting.refusal(person("ada@example.org", None)) is None
    assert trusting.refusal(person("ada@example.org", False))


def test_an_empty_list_lets_nobody_in():
    assert Team().refusal(person("ada@example.org")) == "Nobody is on this page's list yet."


@pytest.mark.parametrize(
    "entry", ["*", "com", "ada@", "@", "ada@com", "https://example.org", "a b"]
)
def test_an_entry_that_is_neither_address_nor_domain_is_named(entry):
    with pytest.raises(InvalidRequest) as raised:
        Team.from_settings({"INKCLOUD_ALLOW": [entry]})

    assert raised.value.value == entry


@given(st.text(max_size=40), st.text(max_size=40))
def test_no_text_is_let_in_by_a_domain_that_it_does_not_end_with(user, domain):
    refusal = TEAM.refusal(person(f"{user}@{domain}"))

    if refusal is None:
        assert domain.lower() in {"example.org", "example.com", "b.example.net"}


@pytest.mark.parametrize("missing", AUTH)
def test_a_sign_in_that_is_not_set_up_wholly_names_what_is_missing(missing):
    section = {name: value for name, value in AUTH.items() if name != missing}

    with pytest.raises(InvalidRequest, match=missing):
        sign_in_providers({"auth": section})


def test_providers_with_names_are_offered_by_name():
    shared = {name: AUTH[name] for name in ("redirect_uri", "cookie_secret")}
    own = {name: value for name, value in AUTH.items() if name not in shared}

    assert sign_in_providers({"auth": AUTH | {"client_kwargs": {"prompt": "login"}}}) == (None,)
    assert sign_in_providers({"auth": shared | {"google": own, "okta": own}}) == ("google", "okta")
    with pytest.raises(InvalidRequest, match=r"auth\.okta"):
        sign_in_providers({"auth": shared | {"google": own, "okta": {}}})


@pytest.fixture
def gateway(monkeypatch):
    config.set_option("server.address", "127.0.0.1")
    with StubGateway() as stub:
        monkeypatch.setenv("INKCLOUD_URL", stub.url)
        yield stub
    config.set_option("server.address", None)


def opened(secrets: dict[str, object], user: dict[str, object] | None = None) -> AppTest:
    page = AppTest.from_file(str(APP), default_timeout=30)
    page.secrets.update(secrets)
    page.user = {"is_logged_in": False} if user is None else user
    page.run()
    assert not page.exception
    return page


def shown(page: AppTest) -> str:
    elements = [*page.title, *page.markdown, *page.warning, *page.error, *page.caption]
    return "\n".join(element.value for element in elements)


def test_a_stranger_sees_the_sign_in_and_nothing_else(gateway):
    page = opened({"INKCLOUD_ALLOW": "ada@example.org", "auth": AUTH})

    assert page.title[0].value == "Sign in"
    assert [button.key for button in page.button] == ["sign_in_default"]
    assert "playground" not in page.session_state


def test_who_is_not_on_the_list_can_only_sign_out(gateway):
    page = opened({"INKCLOUD_ALLOW": "ada@example.org", "auth": AUTH}, person("eve@evil.net"))

    assert "eve@evil.net is not on this page" in shown(page)
    assert [button.key for button in page.button] == ["sign_out_team"]
    assert "playground" not in page.session_state


def test_who_is_on_the_list_gets_the_page_but_not_its_token_for_managing(gateway):
    page = opened({"INKCLOUD_ALLOW": "ada@example.org", "auth": AUTH}, person("ada@example.org"))

    assert "Signed in as ada" in shown(page)
    assert page.button("generate")
    page.session_state["playground"].client.close()


def test_who_has_signed_in_has_presets_of_their_own(gateway):
    secrets = {"INKCLOUD_ALLOW": "example.org", "auth": AUTH}
    ada = opened(secrets, person("Ada@example.org"))
    ada.text_input("preset_name").set_value("mine").run()
    ada.button("preset_save").click().run()
    assert "They belong to the address that you are signed in with" in shown(ada)

    again = opened(secrets, person("ada@example.org"))
    bob = opened(secrets, person("bob@example.org"))

    [preset] = gateway.presets.values()
    assert preset["owner"] == "ada@example.org"
    assert again.selectbox("preset_pick").options == ["Settings: mine"]
    assert "Nothing is kept yet" in shown(bob)
    bob.session_state["playground"].client.close()


@pytest.mark.parametrize(
    "secrets",
    [
        {"INKCLOUD_ALLOW": "ada@example.org"},
        {"auth": {}},
        {"auth": "on"},
        {"auth": AUTH | {"cookie_secret": "short"}, "INKCLOUD_ALLOW": "ada@example.org"},
        {"auth": AUTH, "INKCLOUD_ALLOW": "*"},
    ],
)
def test_a_door_that_is_set_up_wrongly_stays_shut(gateway, secrets):
    page = opened(secrets, person("ada@example.org"))

    assert page.title[0].value == "This page is not set up yet"
    assert page.error
    assert not page.button


def test_secrets_that_cannot_be_read_keep_the_door_shut(gateway, tmp_path):
    broken = tmp_path / "secrets.toml"
    broken.write_text("INKCLOUD_ALLOW = [")
    usual = config.get_option("secrets.files")
    config.set_option("secrets.files", [str(broken)])
    try:
        page = opened({})
    finally:
        config.set_option("secrets.files", usual)

    assert "The page's secrets cannot be read" in shown(page)
    assert not page.button


SCRIPT = """
import os
from inkcloud.playground.connection import Connection
from inkcloud.playground.sharing.page import draw_sharing_page
draw_sharing_page(Connection(os.environ["INKCLOUD_URL"], "text2image", "ink_secret"))
"""


@pytest.fixture
def page(gateway):
    return AppTest.from_string(SCRIPT, default_timeout=30).run()


def code(page: AppTest, words: str) -> str:
    [found] = [block.value for block in page.code if words in block.value]
    return found


def test_the_page_offers_what_can_be_used_as_it_is(page, gateway):
    cloud = tomllib.loads(code(page, "INKCLOUD_TOKEN"))
    team = tomllib.loads(code(page, "[auth]"))

    assert not page.exception
    assert cloud["INKCLOUD_ENDPOINT"] == "text2image"
    assert Team.from_settings(team).refusal(person("ada@example.org")) is None
    assert sign_in_providers(team) == (None,)
    assert "--endpoint text2image" in code(page, "--name Ada")
    assert gateway.url in shown(page)
    assert not any("ink_secret" in block.value for block in page.code)


def test_what_is_typed_goes_into_the_settings(page):
    page.text_input("sharing_team_app").set_value("https://a.streamlit.app/")
    page.text_input("team_allowed").set_value("bob@example.net")
    page.text_input("sharing_badge_app").set_value("https://b.streamlit.app")
    page.run()
    team = tomllib.loads(code(page, "[auth]"))

    assert team["INKCLOUD_ALLOW"] == ["bob@example.net"]
    assert team["auth"]["redirect_uri"] == "https://a.streamlit.app/oauth2callback"
    assert code(page, "badges").endswith("](https://b.streamlit.app)")


@pytest.mark.parametrize("field", ["sharing_team_app", "sharing_gateway", "sharing_badge_app"])
@pytest.mark.parametrize(
    "typed", ["", "pictures", "ftp://x.org", 'https://x"y', "https://[", "x)y"]
)
def test_an_address_that_is_none_is_told(page, field, typed):
    page.text_input(field).set_value(typed).run()

    assert not page.exception
    assert "This is not the address of a site" in shown(page)


def test_a_list_that_holds_something_else_is_told(page):
    page.text_input("team_allowed").set_value("everybody").run()

    assert "everybody" in page.error[0].value
    assert not [block for block in page.code if "[auth]" in block.value]


def test_the_link_opens_the_presets(page):
    linked = read_query(dict(parse_qsl(urlsplit(code(page, "v=1")).query)))

    assert linked is not None
    assert [panel.seed for panel in linked.panels] == ["42", "24", "1"]


@given(st.text(max_size=60))
def test_every_text_becomes_toml_or_an_error(text):
    try:
        app = ways.checked_address(text, ways.APP_EXAMPLE, "x")
    except InvalidRequest:
        app = "http://x.org"
    with suppress(InvalidRequest):
        assert tomllib.loads(ways.team_secrets(app, ways.PROVIDERS["Google"], text, "s" * 32))
    assert tomllib.loads(ways.cloud_secrets(app, "text2image"))["INKCLOUD_URL"] == app
