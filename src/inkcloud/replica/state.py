"""Where a replica stands in its life, under the names that its health check reports."""

from enum import StrEnum


class ReplicaState(StrEnum):
    """A replica's state, in the order of its life."""

    UNINITIALIZED = "UNINITIALIZED"
    LAUNCH_PREDICT_LOOP = "LAUNCH_PREDICT_LOOP"
    SETUP_SERVICE = "SETUP_SERVICE"
    RUNNING = "RUNNING"
    SHUTTING_DOWN = "SHUTTING_DOWN"
    STOPPED = "STOPPED"
