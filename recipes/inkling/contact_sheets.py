"""Draw the contact sheets of the docs with the model that ships, or with another one.

contact_sheets.py FOLDER                    all of them
contact_sheets.py FOLDER --only contact-sheet
"""

import argparse
from collections.abc import Callable, Sequence
from pathlib import Path

from drawing import Drawer
from paths import SHIPPED
from PIL import Image
from preparing import prepared
from sheet import sheet

from inkcloud.domain.generation_request import GenerationRequest
from inkcloud.domain.sampler_name import SamplerName

SEED = 42
FIRST = (
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
# Names, sentences that do not say a name, colours, numbers, pairs.
PROMPTS = (
    *FIRST,
    "a penguin",
    "my sleepy dog",
    "a fox",
    "an owl",
    "a frog on a leaf",
    "a whale",
    "a butterfly",
    "a lion",
    "a rabbit",
    "a turtle",
    "a parrot",
    "a shark",
    "a bee",
    "a horse",
    "a mushroom",
    "a cactus",
    "an ice cream",
    "a hamburger and nothing else",
    "a cup of coffee",
    "a slice of watermelon",
    "a birthday cake",
    "a bicycle",
    "an old train",
    "an airplane",
    "a lighthouse",
    "a castle",
    "a volcano",
    "a rainbow",
    "a light bulb",
    "an umbrella",
    "a key",
    "a trophy",
    "a ghost",
    "a skull",
    "a happy face",
    "an angry face",
    "the bird that cannot fly and lives on ice",
    "a yellow fruit that monkeys eat",
    "it wakes the farm in the morning",
    "a purple star",
    "a blue octopus",
    "a green heart",
    "three strawberries",
    "two dogs",
    "five stars",
    "a cat and a guitar",
    "an octopus and a pizza",
    "a dog and a balloon",
)
STYLES = ("flat", "glossy 3D", "soft gradient", "cartoon")
STYLED = ("octopus", "cat face", "pizza", "house", "sailboat", "guitar", "sunflower", "rocket")
STEPS = (2, 5, 10, 20, 50)
GUIDANCES = (1.0, 2.0, 4.0, 7.5, 10.0, 15.0, 20.0)
GUIDED = ("an octopus", "a red apple", "a sailboat", "a lion", "a blue car")


def first(drawer: Drawer) -> Image.Image:
    """The sixteen prompts at the top of the card."""
    return _of_prompts(drawer, FIRST, 4)


def prompts(drawer: Drawer) -> Image.Image:
    """64 prompts."""
    return _of_prompts(drawer, PROMPTS, 8)


def styles(drawer: Drawer) -> Image.Image:
    """Eight things by four styles."""
    asked = [f"{thing}, {style} style" for style in STYLES for thing in STYLED]
    requests = [GenerationRequest(prompt=prompt, seed=SEED) for prompt in asked]
    captions = [thing for _ in STYLES for thing in STYLED]
    return sheet(drawer.draw("styles", requests), captions, len(STYLED), STYLES)


def schedulers(drawer: Drawer) -> Image.Image:
    """One prompt by six schedulers and five step counts."""
    return by_schedulers(drawer, "an octopus", STEPS)


def by_schedulers(drawer: Drawer, prompt: str, counts: Sequence[int]) -> Image.Image:
    """A row for each of the six samplers, with so many steps from left to right."""
    requests = [
        GenerationRequest(prompt=prompt, seed=SEED, scheduler=sampler, num_inference_steps=count)
        for sampler in SamplerName
        for count in counts
    ]
    captions = [f"{count} step{'s' * (count > 1)}" for _ in SamplerName for count in counts]
    pictures = drawer.draw("schedulers", requests)
    return sheet(pictures, captions, len(counts), [sampler.value for sampler in SamplerName])


def guidance(drawer: Drawer) -> Image.Image:
    """Five prompts by guidance 1 to 20."""
    requests = [
        GenerationRequest(prompt=prompt, seed=SEED, guidance_scale=scale)
        for prompt in GUIDED
        for scale in GUIDANCES
    ]
    captions = [f"guidance {scale:g}" for _ in GUIDED for scale in GUIDANCES]
    return sheet(drawer.draw("guidance", requests), captions, len(GUIDANCES), GUIDED)


SHEETS: dict[str, Callable[[Drawer], Image.Image]] = {
    "contact-sheet": first,
    "inkling-sheet-prompts": prompts,
    "inkling-sheet-styles": styles,
    "inkling-sheet-schedulers": schedulers,
    "inkling-sheet-guidance": guidance,
}


def _of_prompts(drawer: Drawer, asked: tuple[str, ...], columns: int) -> Image.Image:
    requests = [GenerationRequest(prompt=prompt, seed=SEED) for prompt in asked]
    return sheet(drawer.draw("prompts", requests), asked, columns)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folder", type=Path)
    parser.add_argument("--model", type=Path, default=SHIPPED, help="a diffusers folder")
    parser.add_argument(
        "--torch", action="store_true", help="do not prepare the model for this machine"
    )
    parser.add_argument("--only", nargs="+", choices=SHEETS, default=list(SHEETS))
    options = parser.parse_args()
    root = None if options.torch else prepared(options.model)
    with Drawer(options.model, prepared=root) as drawing:
        for name in options.only:
            path = options.folder / f"{name}.png"
            picture = SHEETS[name](drawing)
            picture.quantize(256, dither=Image.Dither.NONE).save(path, optimize=True)
            print(f"{path}: {path.stat().st_size // 1024} KB", flush=True)
