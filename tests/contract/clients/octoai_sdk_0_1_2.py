"""octoai-sdk 0.1.2: finds the demonstration by its name, asks it, looks at its health."""

import base64
import json
import os

from octoai.client import Client
from octoai.errors import OctoAIClientError

URL, TOKEN, ENDPOINT = os.environ["URL"], os.environ["TOKEN"], os.environ["ENDPOINT"]

client = Client(token=TOKEN, public_endpoints_url=URL + "/v1/public-endpoints")
assert client.health_check(ENDPOINT + "/healthcheck") == 200

answer = client.infer(
    client.stable_diffusion, {"prompt": "a cat", "num_inference_steps": 3, "solver": "DDIM"}
)
try:
    client.infer(client.stable_diffusion, {"prompt": "a cat", "solver": "none"})
    refusal = None
except OctoAIClientError as error:
    refusal = error.message
print(
    json.dumps(
        {
            "endpoint": client.stable_diffusion,
            "png": base64.b64decode(answer["image_0"]).startswith(b"\x89PNG\r\n\x1a\n"),
            "refusal": refusal,
        }
    )
)
