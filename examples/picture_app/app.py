"""A page of one's own on an Inkcloud endpoint: a prompt, some parameters, a picture.

Needs only `pip install streamlit requests`, an endpoint's address in ENDPOINT_URL and, if the
endpoint is private, a token in ENDPOINT_TOKEN.
"""

import base64
import os
import time

import requests
import streamlit as st

ENDPOINT_URL = os.environ.get("ENDPOINT_URL", "http://localhost:8000/endpoints/text2image")
TOKEN = os.environ.get("ENDPOINT_TOKEN", "")
SOLVERS = ("DPMSolverMultistep", "K_EULER", "K_EULER_ANCESTRAL", "DDIM", "KLMS", "PNDM")
LONGEST_WAIT_SECONDS = 600


def draw(request: dict) -> bytes:
    """Ask the endpoint for a picture and return its PNG file.

    Raises:
        ValueError: with the endpoint's own words if it refuses.
        requests.RequestException: if it cannot be reached.
    """
    headers = {"Authorization": f"Bearer {TOKEN}"} if TOKEN else {}
    answer = requests.post(
        f"{ENDPOINT_URL}/predict", json=request, headers=headers, timeout=LONGEST_WAIT_SECONDS
    )
    if not answer.ok:
        raise ValueError(answer.json().get("detail", answer.reason))
    return base64.b64decode(answer.json()["image_0"])


st.title("My pictures")
with st.form("picture"):
    prompt = st.text_input("What to draw", "a sunflower in glossy 3D style")
    unwanted = st.text_input("What to keep out", "")
    solver = st.selectbox("Scheduler", SOLVERS)
    steps = st.slider("Steps", 1, 100, 20)
    guidance = st.slider("Guidance", 1.0, 20.0, 7.5)
    seed = st.number_input("Seed", min_value=0, value=42)
    wanted = st.form_submit_button("Draw")

if wanted:
    began = time.perf_counter()
    try:
        picture = draw(
            {
                "prompt": prompt,
                "negative_prompt": unwanted,
                "guidance_scale": guidance,
                "num_inference_steps": steps,
                "solver": solver,
                "seed": int(seed),
            }
        )
    except (ValueError, requests.RequestException) as error:
        st.error(f"The endpoint did not draw: {error}")
    else:
        st.image(picture, caption=f"{time.perf_counter() - began:.1f} s")
        st.download_button("Download", picture, "picture.png", "image/png")
