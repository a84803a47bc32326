"""What the buttons do."""

from inkcloud.domain.errors import InkcloudError
from inkcloud.playground import form
from inkcloud.playground.drawing import Drawing
from inkcloud.playground.follow import cancel, follow
from inkcloud.playground.run import PANELS, Run, new_run_id
from inkcloud.playground.session import Session, current_session


def generate_all() -> None:
    """Start a new run: every panel draws the prompt with its own settings."""
    session = current_session()
    # A second press may arrive before the button is seen to be disabled.
    if session.busy:
        return
    session.show(Run(new_run_id()))
    for panel in range(PANELS):
        _generate(session, panel)


def generate_one(panel: int) -> None:
    """Draw one panel again and leave the others as they are."""
    session = current_session()
    if session.drawings[panel].active:
        return
    session.previous = None
    _generate(session, panel)


def cancel_one(panel: int) -> None:
    """Stop what a panel draws."""
    session = current_session()
    drawing = session.drawings[panel]
    session.put(panel, cancel(session.client, drawing))


def show_previous() -> None:
    """Turn to the latest run."""
    session = current_session()
    if session.previous is not None:
        session.show(session.previous)


def _generate(session: Session, panel: int) -> None:
    session.restoring.discard(panel)
    try:
        request = form.read(panel).request(form.prompt())
    except InkcloudError as error:
        session.put(panel, Drawing(error=error))
        return
    drawing = Drawing(request=request, tag=session.run.new_tag(panel))
    session.put(panel, follow(session.client, drawing))
