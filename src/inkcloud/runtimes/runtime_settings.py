"""How patient a runtime is with its replicas."""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class RuntimeSettings:
    """Times in seconds; a hang is found within ten: check_every + hung_after + last_look.

    One health check may take long, because a busy machine lets even a healthy process wait
    for seconds; what counts is that it answers at all.

    Attributes:
        ready_within: how long a request waits while no replica is ready.
        setup_within: a replica that is not ready after this time is killed.
        startup_check_every: pause between health checks until the replica is ready.
        startup_check_timeout: how long one of these checks may take.
        check_every: pause between health checks from then on.
        slow_after: a replica that has not answered for so long gets no new requests.
        hung_after: a replica that has not answered for so long is looked at once more.
        last_look: how long that last check may take; then it is a hang.
        failed_checks: so many answers in a row that say "not ready" are a failure too.
        first_delay: pause before the first restart; it doubles with each.
        longest_delay: longest pause before a restart.
        healthy_after: a replica that lived for so long starts from `first_delay` again.
        setup_attempts: so many failed set-ups in a row are a failure, told to callers.
        grace_seconds: how long requests at work may take after SIGTERM.
        shutdown_seconds: beyond that, until it is killed.
        drain_within: how long they may take before SIGTERM, if the endpoint is paused or
            removed; a replica that is merely one too many has no limit.
        log_bytes: a replica's log is put aside when it grows beyond this.
    """

    ready_within: float = 300.0
    setup_within: float = 300.0
    startup_check_every: float = 0.1
    startup_check_timeout: float = 2.0
    check_every: float = 1.0
    slow_after: float = 2.0
    hung_after: float = 7.0
    last_look: float = 1.5
    failed_checks: int = 3
    first_delay: float = 0.5
    longest_delay: float = 30.0
    healthy_after: float = 60.0
    setup_attempts: int = 5
    grace_seconds: float = 10.0
    shutdown_seconds: float = 5.0
    drain_within: float = 300.0
    log_bytes: int = 5_000_000
