"""Draw a sheet of prompts with the installed model, through Inkcloud's own engine."""

import argparse
import io
import threading
from pathlib import Path

from PIL import Image, ImageDraw

from inkcloud.checkpoints.load import load_checkpoint
from inkcloud.checkpoints.locate import locate
from inkcloud.domain.events import Event, Failed, Finished
from inkcloud.domain.generation_request import GenerationRequest
from inkcloud.engine.engine import Engine

PROMPTS = (
    "octopus",
    "A photo of an octopus playing chess",
    "a red apple",
    "a blue car",
    "pizza",
    "a cat face",
    "a green dragon",
    "a snowman",
    "a guitar",
    "a sailboat",
    "a rocket in flat style",
    "a strawberry in glossy 3D style",
    "a house with a garden",
    "a sunflower",
    "a happy robot",
    "an elephant",
)
COLUMNS = 4
CAPTION_HEIGHT = 16


def draw(prompts: tuple[str, ...], seed: int, model: str) -> list[Image.Image]:
    """Return one picture a prompt."""
    engine = Engine(load_checkpoint(locate(model)))
    engine.start()
    pictures: dict[int, Image.Image] = {}
    done = threading.Semaphore(0)

    def receiver(index: int):  # noqa: ANN202
        def receive(event: Event) -> None:
            if isinstance(event, Finished):
                pictures[index] = Image.open(io.BytesIO(event.pictures[0].png))
            if isinstance(event, Finished | Failed):
                print(f"{prompts[index]}: {type(event).__name__}", flush=True)
                done.release()

        return receive

    for index, prompt in enumerate(prompts):
        engine.submit(GenerationRequest(prompt=prompt, seed=seed), receiver(index))
    for _ in prompts:
        done.acquire()
    engine.close()
    return [pictures[index] for index in range(len(prompts))]


def sheet(prompts: tuple[str, ...], pictures: list[Image.Image]) -> Image.Image:
    """Lay the pictures out with their prompts beneath."""
    width, height = pictures[0].size
    rows = -(-len(pictures) // COLUMNS)
    canvas = Image.new("RGB", (COLUMNS * width, rows * (height + CAPTION_HEIGHT)), "white")
    pen = ImageDraw.Draw(canvas)
    for index, (prompt, picture) in enumerate(zip(prompts, pictures)):
        left = index % COLUMNS * width
        top = index // COLUMNS * (height + CAPTION_HEIGHT)
        canvas.paste(picture, (left, top))
        pen.text((left + 4, top + height + 2), prompt[:22], fill="black")
    return canvas


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("output", type=Path)
    parser.add_argument("--seed", type=int, default=42)
    parser.add_argument("--model", default="inkling")
    parser.add_argument("prompts", nargs="*", default=PROMPTS)
    options = parser.parse_args()
    chosen = tuple(options.prompts)
    sheet(chosen, draw(chosen, options.seed, options.model)).save(options.output)
