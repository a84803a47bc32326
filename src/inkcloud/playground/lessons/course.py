"""All lessons in their order."""

from inkcloud.playground.lessons import diffusion, guidance, negative_prompt, scheduler, seed, steps

LESSONS = (
    diffusion.LESSON,
    negative_prompt.LESSON,
    steps.LESSON,
    guidance.LESSON,
    scheduler.LESSON,
    seed.LESSON,
)
