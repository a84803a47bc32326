"""The plan of a request on a checkpoint."""

from inkcloud.domain.generation_request import GenerationRequest
from inkcloud.domain.noise_schedule import NoiseSchedule
from inkcloud.sampling.compile import compile_plan
from inkcloud.sampling.plan import Plan


def request_plan(request: GenerationRequest, schedule: NoiseSchedule) -> Plan:
    """Return the table of all that a request's sampler does.

    Raises:
        InvalidRequest: if the checkpoint has fewer noise levels than the steps need.
    """
    steps = request.num_inference_steps
    return compile_plan(request.scheduler, steps, schedule, request.skipped_steps)
