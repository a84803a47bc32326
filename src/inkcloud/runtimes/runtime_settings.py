"""How patient a runtime is with its replicas."""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class RuntimeSettings:
    """Times in seconds; a hang is found within about nine.

    Attributes:
        ready_within: how long `address` waits for a replica.
        setup_within: a replica that is not ready after this time is killed.
        startup_check_every: pause between health checks until the replica is ready.
        check_every: pause between health checks from then on.
        check_timeout: how long one health check may take.
        failed_checks: so many failed checks in a row are a hang.
        first_delay: pause before the first restart; it doubles with each.
        longest_delay: longest pause before a restart.
        healthy_after: a replica that lived for so long starts from `first_delay` again.
        setup_attempts: so many failed set-ups in a row are a failure, told to callers.
        grace_seconds: how long requests at work may take when the runtime stops.
        log_bytes: a replica's log is put aside when it grows beyond this.
    """

    ready_within: float = 120.0
    setup_within: float = 300.0
    startup_check_every: float = 0.1
    check_every: float = 1.0
    check_timeout: float = 2.0
    failed_checks: int = 3
    first_delay: float = 0.5
    longest_delay: float = 30.0
    healthy_after: float = 60.0
    setup_attempts: int = 5
    grace_seconds: float = 10.0
    log_bytes: int = 5_000_000
