"""octoai 1.11.0: it sends no token on infer and no Content-Type on infer_stream."""

import base64
import json
import os
import time

import httpx
from octoai.client import OctoAI
from octoai.environment import OctoAIEnvironment
from octoai.image_gen.errors.unprocessable_entity_error import UnprocessableEntityError
from octoai.util import to_file

URL, TOKEN, ENDPOINT = os.environ["URL"], os.environ["TOKEN"], os.environ["ENDPOINT"]
PREDICT = ENDPOINT + "/predict"
INPUTS = {"prompt": "a cat", "num_inference_steps": 3, "solver": "PNDM", "seed": 7}

client = OctoAI(
    environment=OctoAIEnvironment(default=URL, image_gen=URL, text_gen=URL), api_key=TOKEN
)
assert client.health_check(ENDPOINT + "/healthcheck") == 200
first = client.infer(PREDICT, INPUTS)

future = client.infer_async(PREDICT, INPUTS)
while not client.is_future_ready(future):
    time.sleep(0.1)
assert client.get_future_result(future) == first

*_, last = client.infer_stream(PREDICT, {**INPUTS, "stream": True})
assert last["image_0"] == first["image_0"]

made = client.image_gen.generate_sd3(
    prompt="a cat",
    negative_prompt="blurry",
    sampler="DPM_SOLVER_MULTISTEP",
    steps=3,
    cfg_scale=7.5,
    num_images=2,
    seed=11,
)
to_file(made.images[0], os.path.join(os.environ["HOME"], "picture.jpg"))
start = client.image_gen.generate_sdxl(
    prompt="a dog", steps=4, init_image=made.images[0].image_b64, strength=0.5
)

try:
    client.image_gen.generate_sd3(prompt="a cat", steps=0)
    place = None
except UnprocessableEntityError as error:
    place = error.body.detail[0].loc
try:
    client.infer(PREDICT, {"prompt": ""})
    status = None
except httpx.HTTPStatusError as error:
    status = error.response.status_code
print(
    json.dumps(
        {
            "png": base64.b64decode(first["image_0"]).startswith(b"\x89PNG\r\n\x1a\n"),
            "seeds": [image.seed for image in made.images],
            "jpegs": [
                base64.b64decode(image.image_b64).startswith(b"\xff\xd8\xff")
                for image in (*made.images, *start.images)
            ],
            "milliseconds": made.prediction_time_ms,
            "place": place,
            "status": status,
        }
    )
)
