"""What an axis of a run of cells may change."""

from enum import StrEnum


class AxisKind(StrEnum):
    """A kind of axis; its value is what an address calls it.

    WORDS: the first value is looked for in the prompt and the negative prompt, and replaced by
    each value in turn. PROMPT and NEGATIVE: whole texts. MODEL: endpoints of the gateway.
    """

    PROMPT = "prompt"
    WORDS = "words"
    NEGATIVE = "negative"
    STEPS = "steps"
    SCHEDULER = "scheduler"
    GUIDANCE = "guidance"
    SEED = "seed"
    MODEL = "model"

    @property
    def label(self) -> str:
        """Its name for people."""
        return _LABELS[self]

    @property
    def field(self) -> str:
        """The request's name for what it changes."""
        return _FIELDS[self]


_LABELS = {
    AxisKind.PROMPT: "Prompts",
    AxisKind.WORDS: "Words in the prompt",
    AxisKind.NEGATIVE: "Negative prompts",
    AxisKind.STEPS: "Steps",
    AxisKind.SCHEDULER: "Scheduler",
    AxisKind.GUIDANCE: "Guidance",
    AxisKind.SEED: "Seed",
    AxisKind.MODEL: "Model",
}
_FIELDS = {
    AxisKind.PROMPT: "prompt",
    AxisKind.WORDS: "prompt",
    AxisKind.NEGATIVE: "negative_prompt",
    AxisKind.STEPS: "num_inference_steps",
    AxisKind.SCHEDULER: "scheduler",
    AxisKind.GUIDANCE: "guidance_scale",
    AxisKind.SEED: "seed",
    AxisKind.MODEL: "model",
}
