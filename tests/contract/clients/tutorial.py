"""What the tutorial's application does with an endpoint, in its order; nothing is checked on
the way, because the application checks nothing.
"""

import base64
import io
import json
import os

import requests
from PIL import Image

PANELS = [
    ("DPMSolverMultistep", 20, 7.5, 42),
    ("K_EULER", 30, 10.0, 24),
    ("K_EULER_ANCESTRAL", 35, 5.0, 1),
    ("PNDM", 3, 1.0, 0),
    ("KLMS", 1, 20.0, 2**40),
    ("DDIM", 4, 7.5, 7),
]

pictures = []
for solver, steps, guidance_scale, seed in PANELS:
    payload = {
        "prompt": "an octopus that plays chess",
        "negative_prompt": "blurry, distorted",
        "guidance_scale": guidance_scale,
        "num_inference_steps": steps,
        "solver": solver,
        "seed": seed,
    }
    reply = requests.post(os.environ["ENDPOINT"] + "/predict", json=payload)
    pictures.append(base64.b64decode(reply.json()["image_0"]))

images = [Image.open(io.BytesIO(picture)) for picture in pictures]
print(
    json.dumps(
        {
            "formats": [image.format for image in images],
            "modes": [image.mode for image in images],
            "sizes": [image.size for image in images],
            "different": len(set(pictures)),
        }
    )
)
