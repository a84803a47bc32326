"""Where in the console a person is: kept in the page's address, so that a reload stays there."""

import re

import streamlit as st

_SAFE = re.compile(r"[A-Za-z0-9_/.-]{1,200}")


def at(name: str) -> str:
    """Return a part of the address, or "" if it is absent or cannot be ours."""
    value = st.query_params.get(name, "")
    return value if _SAFE.fullmatch(value) else ""


def go(**parts: str) -> None:
    """Show another place and start the page anew; parts that are left out are dropped."""
    st.query_params.from_dict({name: value for name, value in parts.items() if value})
    st.rerun()


def note(**parts: str) -> None:
    """Put parts into the address and leave the others as they are; "" drops one."""
    wanted = {**st.query_params.to_dict(), **parts}
    kept = {name: value for name, value in wanted.items() if value}
    if kept != st.query_params.to_dict():
        st.query_params.from_dict(kept)
