"""A team's page in a real Chromium: a real OpenID provider, a real gateway, no heavy packages."""

import pytest
from selenium.webdriver.common.by import By

from inkcloud.domain.access import Scope
from support.browser import DESKTOP, PAGE_LINKS, PHONE
from support.running_gateway import RunningGateway
from support.stub_replica import StubReplica, StubReplicas
from support.team_page import DISCOVERY, free_port, openid_provider, team_page

pytestmark = [pytest.mark.browser, pytest.mark.slow]
ADA = {"sub": "ada", "email": "Ada@Example.org", "email_verified": True}
EVE = {"sub": "eve", "email": "eve@example.org", "email_verified": True}
SECRETS = """
INKCLOUD_URL = "{gateway}"
INKCLOUD_ENDPOINT = "shut"
INKCLOUD_TOKEN = "{token}"
INKCLOUD_ALLOW = ["ada@example.org", "example.com"]

[auth]
redirect_uri = "http://localhost:{port}/oauth2callback"
cookie_secret = "a secret that is long enough for a test"
client_id = "inkcloud"
client_secret = "secret"
server_metadata_url = "{provider}{discovery}"
"""


@pytest.fixture
def page(tmp_path):
    """The address of the page, of a private endpoint and with a token for drawing only."""
    (tmp_path / "data").mkdir()
    with (
        StubReplica() as replica,
        RunningGateway(tmp_path / "data", StubReplicas(replica)) as gateway,
        openid_provider(tmp_path, ADA, EVE) as provider,
    ):
        token, _ = gateway.tokens.create("page", scopes=frozenset({Scope.PREDICT}), endpoint="shut")
        port = free_port()
        secrets = SECRETS.format(
            gateway=gateway.url, token=token, port=port, provider=provider, discovery=DISCOVERY
        )
        with team_page(tmp_path, secrets, port) as address:
            yield address


def text(browser) -> str:
    return browser.driver.find_element(By.TAG_NAME, "body").text


def sign_in(browser, who: str) -> None:
    browser.press("sign_in_default")
    choose = f"button[value={who}]"
    browser.click(choose)


def sign_out(browser) -> None:
    """Sign out of the page and, as its provider asks, of the provider."""
    browser.press("sign_out_team")
    browser.wait_for(lambda: "end_session" in browser.driver.current_url)
    browser.click("form button")
    browser.widget("sign_in_default", "button")


def test_who_is_on_the_list_draws_and_who_is_not_is_told_so(page, browser):
    browser.driver.get(page + "/tokens?v=1")
    browser.widget("sign_in_default", "button")
    assert "Open it once more" in text(browser)
    assert not browser.shown(PAGE_LINKS)
    browser.photograph("sharing-sign-in.png", size=PHONE)

    sign_in(browser, "eve")
    browser.wait_for(lambda: "eve@example.org is not on this page" in text(browser))
    assert not browser.shown(PAGE_LINKS)
    browser.photograph("sharing-refused.png", size=PHONE)
    sign_out(browser)

    browser.resize(DESKTOP)
    sign_in(browser, "ada")
    browser.press("generate")
    browser.wait_for(lambda: browser.shown("[data-testid=stImage] img"))
    assert "Ada@Example.org" in browser.text("person")

    browser.follow_link("Tokens")
    browser.widget("sign_in_token", "input")
    sign_out(browser)
