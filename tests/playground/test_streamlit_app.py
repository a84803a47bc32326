from pathlib import Path

from streamlit.testing.v1 import AppTest

from support.stub_gateway import StubGateway

APP = Path(__file__).parents[2] / "streamlit_app.py"


def test_the_page_for_the_community_cloud_uses_its_secrets(monkeypatch):
    monkeypatch.setenv("INKCLOUD_URL", "http://127.0.0.1:1")
    with StubGateway() as gateway:
        page = AppTest.from_file(str(APP), default_timeout=30)
        page.secrets["INKCLOUD_URL"] = gateway.url
        page.run()

        assert not page.exception
        assert not page.warning
        assert "Drawn by the model stub at 64 × 64 pixels." in [c.value for c in page.caption]
        page.session_state["playground"].client.close()
