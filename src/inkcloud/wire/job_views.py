"""Jobs as OctoAI's clients poll them."""

from typing import Any

from pydantic import BaseModel, Field

from inkcloud.domain.job import Job, JobState

_STATUS = {
    JobState.QUEUED: "pending",
    JobState.RUNNING: "running",
    JobState.SUCCEEDED: "completed",
}


class AcceptedView(BaseModel):
    """A job that was accepted: it will be finished, whatever happens."""

    response_id: str = Field(description="The job's id.")
    poll_url: str = Field(description="Where to ask how it stands.")


class JobView(BaseModel):
    """How a job stands. One that failed or was cancelled is a problem instead."""

    status: str = Field(description="pending, running or completed.")
    response_url: str | None = Field(None, description="Where the answer is, once completed.")


def view(job: Job, response_url: str) -> dict[str, Any]:
    """Return the view of a job that has not failed."""
    status = _STATUS[job.state]
    if job.state is JobState.SUCCEEDED:
        return {"status": status, "response_url": response_url}
    return {"status": status}
