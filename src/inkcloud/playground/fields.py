"""The fields' labels and what the page says about each."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Field:
    """One input of the page.

    Attributes:
        name: the request's name for it.
        label: what stands above the input.
        help: what it does, for someone who has never met it.
    """

    name: str
    label: str
    help: str


PROMPT = Field(
    "prompt",
    "Text for Image Generation",
    "Say what the picture is to show. All panels draw this text, each in its own way.",
)
NEGATIVE_PROMPT = Field(
    "negative_prompt",
    "Negative Prompt",
    "Name what you do not want to see. Every step then moves away from these words while it "
    "moves towards the prompt. Leave it empty to steer by the prompt alone.",
)
STEPS = Field(
    "num_inference_steps",
    "Number of Inference/Sampling Steps",
    "A picture starts as noise and is cleaned a little at each step. Few steps are quick and "
    "rough; more steps take longer in proportion, and past a certain number nothing gets "
    "visibly better. If a picture looks unfinished, raise this first.",
)
SCHEDULER = Field(
    "scheduler",
    "Select Scheduler",
    "The rule that turns the model's guess into the next, cleaner picture. It decides how many "
    "steps are enough, so it trades time against quality together with the step count.",
)
GUIDANCE_SCALE = Field(
    "guidance_scale",
    "Classifier-Free Guidance (CFG) Scale",
    "How strongly the prompt pulls. Low values leave room for surprises; high values follow the "
    "words closely, with harder colours and less variety. If the picture ignores your text, "
    "raise it. At 1 there is no guidance at all.",
)
SEED = Field(
    "seed",
    "Starting Seed",
    "The number that the first noise is made from, 0 to 2^64 - 1. The same seed with the same "
    "settings gives the same picture, byte for byte: keep it while you change one setting at a "
    "time, or change it to see another picture.",
)
SIZE = Field(
    "width",
    "Picture size",
    "Width and height in pixels. A model draws best at its own size: larger pictures take longer "
    "and tend to repeat things, much smaller ones fall apart.",
)
IMAGES = Field(
    "num_images",
    "Seeds in a row",
    "So many pictures are drawn, from the starting seed, the next one, and so on. It shows what "
    "is due to the settings and what to chance.",
)
VARIATION_SEED = Field(
    "variation_seed",
    "Variation seed",
    "A second seed, whose noise is mixed into the first. Leave it empty for none.",
)
VARIATION_STRENGTH = Field(
    "variation_strength",
    "Variation strength",
    "How far the first noise is turned towards the variation seed's: 0 is the starting seed's "
    "picture, 1 is the variation seed's, and between them one changes into the other.",
)
START_PICTURE = Field(
    "image",
    "Start from a picture",
    "All panels begin as this picture under noise instead of noise alone. Without a size of their "
    "own they take its shape.",
)
STRENGTH = Field(
    "strength",
    "Strength",
    "How far to go from the start picture. Low values keep its shapes and colours, and make only "
    "that share of the steps; at 1 next to nothing of it is left.",
)

ENDPOINT_NAME = Field(
    "name",
    "Endpoint Name",
    "It becomes part of the address: lower-case letters, digits and dashes.",
)
MIN_REPLICAS = Field(
    "min_replicas",
    "Min Replicas",
    "So many copies of the service run even when nobody asks. With 0 the first request after a "
    "rest waits until a copy has started; until then it takes no memory.",
)
MAX_REPLICAS = Field(
    "max_replicas",
    "Max Replicas",
    "So many copies run at most. More requests than they can take at once wait in line.",
)
TIMEOUT = Field(
    "timeout_seconds",
    "Timeout (sec)",
    "A copy that nobody has asked for so many seconds stops, down to Min Replicas. It does not "
    "limit how long a request may take.",
)
PUBLIC = Field(
    "public",
    "Enable public access",
    "Then requests need no token: everybody who reaches the address may use the endpoint.",
)
CONCURRENCY = Field(
    "concurrency_per_replica",
    "Requests at once per replica",
    "A copy works on so many requests at the same time; more wait.",
)
DISPLAY_NAME = Field("display_name", "Title", "What people read in lists.")
DESCRIPTION = Field("description", "Description", "A sentence on what the endpoint is for.")
ENVIRONMENT = Field(
    "environment",
    "Settings of its replicas",
    "Environment variables, one NAME=VALUE on a line.",
)

MODEL = Field(
    "model",
    "Model",
    "What draws. Those of the page Models are offered; more of them are pulled there.",
)
HUB_ID = Field(
    "id",
    "The hub's id of the model",
    "As the hub's page shows it, for example someone/some-model. A page's address without the "
    "hub's own name in front is the id.",
)
MODEL_NAME = Field(
    "name",
    "Name",
    "What to call it here: lower-case letters, digits and dashes. Empty makes a name from the id. "
    "A name that is taken replaces that model, and its endpoints' replicas with it.",
)
REVISION = Field(
    "revision",
    "Revision",
    "A branch, a tag or a commit; empty is the newest. The commit that it means now is kept.",
)
MODEL_FILE = Field(
    "file",
    "One file of it",
    "If the repository holds several safetensors files of whole models: which one to take.",
)
PREDICTION = Field(
    "prediction",
    "What it predicts",
    "A single file does not always say whether it predicts noise or velocity. The wrong choice "
    "gives grey or burnt pictures.",
)

FIELDS = (
    PROMPT,
    NEGATIVE_PROMPT,
    STEPS,
    SCHEDULER,
    GUIDANCE_SCALE,
    SEED,
    SIZE,
    IMAGES,
    VARIATION_SEED,
    VARIATION_STRENGTH,
    START_PICTURE,
    STRENGTH,
    ENDPOINT_NAME,
    MIN_REPLICAS,
    MAX_REPLICAS,
    TIMEOUT,
    PUBLIC,
    CONCURRENCY,
    DISPLAY_NAME,
    DESCRIPTION,
    ENVIRONMENT,
    MODEL,
    HUB_ID,
    REVISION,
    MODEL_FILE,
    PREDICTION,
)


def label_of(name: str) -> str:
    """Return the label of a request's field, or the name itself if the page has none."""
    return next((field.label for field in FIELDS if field.name == name), name)
