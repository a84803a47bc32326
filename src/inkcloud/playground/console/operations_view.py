"""The pulls and checks at work, and how the latest ended."""

import streamlit as st

from inkcloud.client import InkcloudClient
from inkcloud.domain.errors import InkcloudError
from inkcloud.domain.model_operation import ModelOperation, OperationKind, OperationState
from inkcloud.playground.console.model_texts import fraction, heading, outcome, progress_text
from inkcloud.playground.wording import error_text, escaped

SECONDS_BETWEEN_LOOKS = 1.0
_SHOWN = 4
_DISMISSED = "dismissed_operations"
_AT_WORK = "operations_at_work"


def draw_operations(client: InkcloudClient) -> None:
    """Draw them, looked at again and again while any is at work."""
    try:
        shown = _shown(client)
    except InkcloudError as error:
        st.warning(error_text(error))
        return
    if not shown:
        return
    at_work = {each.id for each in shown if not each.over}
    st.session_state[_AT_WORK] = at_work
    every = SECONDS_BETWEEN_LOOKS if at_work else None
    st.fragment(_draw_all, run_every=every)(client)


def _draw_all(client: InkcloudClient) -> None:
    try:
        shown = _shown(client)
    except InkcloudError as error:
        st.warning(f"{error_text(error)} This page keeps trying.", icon=":material/power_off:")
        return
    if {each.id for each in shown if not each.over} != st.session_state.get(_AT_WORK, set()):
        st.rerun(scope="app")  # one has ended: the list below has changed
    for operation in shown:
        _draw(client, operation)


def _shown(client: InkcloudClient) -> list[ModelOperation]:
    dismissed = st.session_state.get(_DISMISSED, set())
    return [each for each in client.model_operations() if each.id not in dismissed][:_SHOWN]


def _draw(client: InkcloudClient, operation: ModelOperation) -> None:
    with st.container(border=True, key=f"operation_{operation.id}"):
        with st.container(horizontal=True, vertical_alignment="center"):
            st.markdown(heading(operation), width="content")
            st.space("stretch")
            if operation.over:
                if st.button("Dismiss", key=f"dismiss_{operation.id}", type="tertiary"):
                    st.session_state.setdefault(_DISMISSED, set()).add(operation.id)
                    st.rerun(scope="app")
            elif st.button("Cancel", key=f"cancel_{operation.id}", icon=":material/close:"):
                _cancel(client, operation)
        for note in operation.notes:
            st.caption(escaped(note))
        if not operation.over:
            st.progress(fraction(operation.progress), progress_text(operation.progress))
            return
        told = outcome(operation)
        if operation.state is OperationState.FAILED:
            st.error(told)
        elif operation.state is OperationState.CANCELLED:
            st.info(told)
        elif operation.kind is OperationKind.VERIFY and operation.faults:
            st.error(told)
        else:
            st.success(told)


def _cancel(client: InkcloudClient, operation: ModelOperation) -> None:
    try:
        client.cancel_model_operation(operation.id)
    except InkcloudError as error:
        st.error(error_text(error))
    else:
        st.rerun(scope="app")
