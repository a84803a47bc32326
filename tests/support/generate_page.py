"""The page Generate under Streamlit's AppTest."""

from pathlib import Path

from streamlit.testing.v1 import AppTest

import inkcloud.playground

APP = Path(inkcloud.playground.__file__).with_name("app.py")
PATIENCE = 30
MARK = " :violet-badge[differs]"


def opened(**query: str) -> AppTest:
    page = AppTest.from_file(str(APP), default_timeout=PATIENCE)
    for name, value in query.items():
        page.query_params[name] = value
    return page.run()


def address(page: AppTest) -> dict[str, str]:
    return {
        name: value[0] if isinstance(value, list) else value
        for name, value in page.query_params.items()
    }


def label(widget) -> str:
    """The label without the mark that the panels differ there."""
    return widget.label.removesuffix(MARK)


def words(elements) -> str:
    return "\n".join(element.value for element in elements)


def choose(page: AppTest, panel: int, text: str) -> AppTest:
    """Choose an entry of a panel's menu."""
    return page.menu_button(f"panel{panel}_menu").click(text).run()
