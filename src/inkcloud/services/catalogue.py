"""The templates that there are: ready-made services to make endpoints from."""

from inkcloud.domain.template import Template

_TEXT_TO_IMAGE = "inkcloud.services.text_to_image:TextToImageService"

# A yellow disc, 64 x 64: something to start a picture from.
_DISC = (
    "iVBORw0KGgoAAAANSUhEUgAAAEAAAABAAQMAAACQp+OdAAAABlBMVEX////6vhSNDXIzAAAAl0lEQVR42q3RsY3DMBBE"
    "0celAmenDqxS5E5cmkthKQovVOCAgWw6YEI4MGDcTbKzfwbYYPk//VRk1CkVyK1tPWmtEsxMBFcymYJUQoJVCFiECea+"
    "QzjBSZhhGqOlj4GskEbybrIC0ofOVybrVy8fywXaSDZ4jmSHQ6hQx+iAXXjCJjQoMlYucG7tINjp5s4vwYPb8K8/6gWt"
    "hiRIorkDNwAAAABJRU5ErkJggg=="
)

TEMPLATES: tuple[Template, ...] = (
    Template(
        name="text-to-image",
        title="Text2Image Generation",
        description="Draws pictures from a prompt, with the built-in model or one of your own.",
        service=_TEXT_TO_IMAGE,
        environment={"INKCLOUD_MODEL": "inkling"},
        concurrency_per_replica=8,
        example={
            "prompt": "an octopus",
            "num_inference_steps": 20,
            "guidance_scale": 7.5,
            "scheduler": "DPMSolverMultistep",
            "seed": 42,
        },
    ),
    Template(
        name="image-to-image",
        title="Image2Image Generation",
        description="Draws over a picture: strength says how far to go from it.",
        service=_TEXT_TO_IMAGE,
        environment={"INKCLOUD_MODEL": "inkling"},
        concurrency_per_replica=8,
        example={
            "prompt": "a smiling face",
            "image": _DISC,
            "strength": 0.8,
            "num_inference_steps": 20,
            "guidance_scale": 7.5,
            "scheduler": "DPMSolverMultistep",
            "seed": 42,
        },
    ),
    Template(
        name="hello-world",
        title="Hello World",
        description="A Python service of a few lines: the place to start with your own code.",
        service="inkcloud.services.hello_world:HelloWorld",
        example={"name": "Ada"},
    ),
    Template(
        name="sentence-embeddings",
        title="Sentence Embeddings",
        description="Turns sentences into vectors of 384 numbers, for search and comparison.",
        service="inkcloud.services.sentence_embeddings:SentenceEmbeddingsService",
        concurrency_per_replica=4,
        example={"text": ["a small cat", "a kitten", "a red car"]},
    ),
)
