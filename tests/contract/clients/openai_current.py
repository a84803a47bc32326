"""The current openai package: images at once, by address and as a stream; models; errors."""

import base64
import json
import os
import urllib.request

import openai

URL, TOKEN = os.environ["URL"], os.environ["TOKEN"]
EXTRAS = {"seed": 7, "num_inference_steps": 6, "guidance_scale": 7.5, "scheduler": "K_EULER"}
PNG = b"\x89PNG\r\n\x1a\n"

client = openai.OpenAI(base_url=URL + "/v1", api_key=TOKEN, max_retries=0)
stranger = openai.OpenAI(base_url=URL + "/v1", api_key="wrong", max_retries=0)

two = client.images.generate(
    model="text2image",
    prompt="a cat",
    n=2,
    size="128x128",
    response_format="b64_json",
    extra_body={**EXTRAS, "negative_prompt": "blurry"},
)
assert [base64.b64decode(image.b64_json)[:8] for image in two.data] == [PNG] * 2
assert two.size == "128x128"

one = client.images.generate(model="gpt-image-1.5", prompt="a cat", extra_body=EXTRAS)
address = client.images.generate(
    model="dall-e-3", prompt="a cat", response_format="url", extra_body=EXTRAS
)
with urllib.request.urlopen(address.data[0].url) as fetched:
    assert fetched.read() == base64.b64decode(one.data[0].b64_json)

webp = client.images.generate(
    model="text2image", prompt="a cat", output_format="webp", output_compression=80, size="auto"
)
assert base64.b64decode(webp.data[0].b64_json)[8:12] == b"WEBP"

stream = client.images.generate(
    model="text2image", prompt="a cat", stream=True, partial_images=2, extra_body=EXTRAS
)
events = list(stream)
assert events[-1].b64_json == one.data[0].b64_json


def error_of(client, **arguments):
    try:
        client.images.generate(**arguments)
    except openai.APIStatusError as error:
        return [type(error).__name__, error.param, error.code]
    return None


print(
    json.dumps(
        {
            "events": [event.type for event in events],
            "partial": [e.partial_image_index for e in events[:-1]],
            "usage": events[-1].usage.total_tokens,
            "models": sorted(model.id for model in client.models.list()),
            "seen_by_strangers": sorted(model.id for model in stranger.models.list()),
            "one": client.models.retrieve("private").owned_by,
            "bad": error_of(client, model="text2image", prompt="x", size="99x99"),
            "unknown": error_of(client, model="text2image", prompt="x", extra_body={"a": 1}),
            "private": [
                bool(client.images.generate(model="private", prompt="x", extra_body=EXTRAS).data)
            ],
        }
    )
)
