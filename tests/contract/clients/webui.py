"""webuiapi: pictures, progress, interruption, models, samplers; the token is the password."""

import json
import os
import threading
import time

import webuiapi

URL, TOKEN = os.environ["URL"], os.environ["TOKEN"]
SIZE = {"width": 128, "height": 128}

api = webuiapi.WebUIApi(
    baseurl=URL + "/sdapi/v1",
    username="anyone",
    password=TOKEN,
    sampler="Euler a",
    steps=4,
)
batch = api.txt2img(
    prompt="a cat", negative_prompt="blurry", seed=7, batch_size=2, n_iter=2, **SIZE
)
again = api.txt2img(prompt="a cat", negative_prompt="blurry", seed=7, **SIZE)
assert again.image.tobytes() == batch.image.tobytes()
random = api.txt2img(prompt="a cat", seed=-1, **SIZE)
start = api.img2img(images=[again.image], prompt="a dog", denoising_strength=0.5, seed=1, **SIZE)

api.util_set_model("private")
chosen = api.util_get_current_model()
private = api.txt2img(prompt="a cat", seed=3, **SIZE)
api.util_set_model("text2image")

results = []
work = threading.Thread(
    target=lambda: results.append(api.txt2img(prompt="a cat", steps=500, n_iter=4, **SIZE))
)
work.start()
while not 0 < (seen := api.get_progress())["progress"] < 1:
    time.sleep(0.02)
while api.get_progress()["current_image"] is None:
    time.sleep(0.02)
assert api.interrupt() == {}
work.join()
api.util_wait_for_ready(check_interval=0.1)

try:
    api.txt2img(prompt="a cat", sampler_name="Restart", **SIZE)
    refusal = None
except RuntimeError as error:
    refusal = error.args[0]
print(
    json.dumps(
        {
            "pictures": len(batch.images),
            "sizes": [image.size for image in batch.images],
            "seeds": batch.info["all_seeds"],
            "infotext": batch.info["infotexts"][0],
            "in_the_file": batch.image.info["parameters"],
            "random": random.info["seed"],
            "start": start.image.size,
            "chosen": chosen,
            "private": private.image.size,
            "steps": seen["state"]["sampling_steps"],
            "jobs": seen["state"]["job_count"],
            "interrupted": len(results[0].images),
            "samplers": api.util_get_sampler_names(),
            "schedulers": api.util_get_scheduler_names(),
            "models": api.util_get_model_names(),
            "skip": api.skip(),
            "refusal": refusal,
        }
    )
)
