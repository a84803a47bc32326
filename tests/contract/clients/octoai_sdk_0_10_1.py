"""octoai-sdk 0.10.1: infer, infer_async, infer_stream, health_check, image generation."""

import base64
import json
import os
import time

from octoai.client import Client
from octoai.clients.image_gen import Engine, ImageGenerator
from octoai.errors import OctoAIClientError

URL, TOKEN = os.environ["URL"], os.environ["TOKEN"]
ENDPOINT, PRIVATE = os.environ["ENDPOINT"], os.environ["PRIVATE"]
PNG = b"\x89PNG\r\n\x1a\n"
TUTORIAL = {"prompt": "a cat", "num_inference_steps": 3, "solver": "K_EULER", "seed": 7}
LATER = {"prompt": "a cat", "steps": 3, "sampler": "K_DPMPP_2M", "cfg_scale": 7, "seed": 7}


def error_of(call, *arguments):
    try:
        call(*arguments)
    except OctoAIClientError as error:
        return str(error)
    return None


client = Client(token=TOKEN)
assert client.health_check(ENDPOINT + "/healthcheck") == 200

first = client.infer(ENDPOINT + "/predict", TUTORIAL)
assert list(first) == ["image_0"]
assert base64.b64decode(first["image_0"]).startswith(PNG)

later = client.infer(ENDPOINT + "/predict", LATER)
assert base64.b64decode(later["completion"]["image_0"]).startswith(PNG)

for inputs, wanted in ((TUTORIAL, first), (LATER, later)):
    future = client.infer_async(ENDPOINT + "/predict", inputs)
    while not client.is_future_ready(future):
        time.sleep(0.1)
    assert client.get_future_result(future) == wanted

events = list(client.infer_stream(ENDPOINT + "/predict", {**TUTORIAL, "stream": True}))
assert events[-1]["event"] == "finished"
assert events[-1]["image_0"] == first["image_0"]

bad = error_of(client.infer, ENDPOINT + "/predict", {**TUTORIAL, "num_inference_steps": 0})
assert "Error: 422" in bad, bad
assert "(request_id: req_" in bad, bad
assert "401" in error_of(Client(token="wrong").infer, PRIVATE + "/predict", TUTORIAL)
private = client.infer(PRIVATE + "/predict", TUTORIAL)

images = ImageGenerator(api_endpoint=URL, token=TOKEN)
made = images.generate(
    engine=Engine.SD,
    prompt="a cat",
    negative_prompt="blurry",
    sampler="K_EULER_ANCESTRAL",
    steps=3,
    cfg_scale=9.0,
    num_images=2,
    seed=[3, 9],
    image_encoding="png",
)
start = images.generate(
    engine="sd", prompt="a dog", steps=4, init_image=made.images[0], strength=0.5, seed=1
)
print(
    json.dumps(
        {
            "same_everywhere": private["image_0"] == first["image_0"],
            "formats": [image.to_pil().format for image in (*made.images, *start.images)],
            "progress": [event["done"] for event in events if event["event"] == "progress"],
            "removed": made.removed_for_safety,
        }
    )
)
