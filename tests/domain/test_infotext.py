import time

from hypothesis import given
from hypothesis import strategies as st

from inkcloud.domain.infotext import Infotext, infotext, read_infotext
from inkcloud.domain.record import Record
from inkcloud.domain.sampler_name import SamplerName

# As AUTOMATIC1111's web UI 1.9 wrote it.
WEB_UI = """a castle on a hill, (masterpiece:1.2)
second line
Negative prompt: lowres, bad hands
worst quality
Steps: 28, Sampler: DPM++ 2M, Schedule type: Karras, CFG scale: 6.5, Seed: 3155243022, \
Size: 512x768, Model hash: 6ce0161689, Model: v1-5-pruned-emaonly, Clip skip: 2, \
Lora hashes: "add_detail: 7c6bad76eb54, other: 12", Version: v1.9.4"""
LINE = st.text(st.characters(exclude_categories=["C", "Zl", "Zp"]), max_size=80)


def test_the_web_uis_text_is_read():
    found = read_infotext(WEB_UI)

    assert found.prompt == "a castle on a hill, (masterpiece:1.2)\nsecond line"
    assert found.negative_prompt == "lowres, bad hands\nworst quality"
    assert found.facts == {
        "Steps": "28",
        "Sampler": "DPM++ 2M",
        "Schedule type": "Karras",
        "CFG scale": "6.5",
        "Seed": "3155243022",
        "Size": "512x768",
        "Model hash": "6ce0161689",
        "Model": "v1-5-pruned-emaonly",
        "Clip skip": "2",
        "Lora hashes": "add_detail: 7c6bad76eb54, other: 12",
        "Version": "v1.9.4",
    }


def test_a_text_without_facts_is_a_prompt():
    assert read_infotext("an otter, Steps: 3") == Infotext("an otter, Steps: 3")
    assert read_infotext("") == Infotext("")


@given(
    prompt=LINE.map(str.strip).filter(lambda text: not text.startswith("Negative prompt:")),
    negative=LINE.map(str.strip),
    steps=st.integers(1, 500),
    scheduler=st.sampled_from(SamplerName),
    seed=st.integers(0, 2**64 - 1),
    varied=st.booleans(),
)
def test_our_own_text_is_read_back(prompt, negative, steps, scheduler, seed, varied):
    record = Record(
        prompt=prompt,
        negative_prompt=negative,
        num_inference_steps=steps,
        scheduler=scheduler,
        guidance_scale=7.5,
        seed=seed,
        width=64,
        height=96,
        checkpoint="inkling",
        checkpoint_hash="0123456789abcdef",
        dtype="float32",
        backend="torch-cpu",
        versions={"inkcloud": "1.0"},
        variation_seed=7 if varied else None,
        variation_strength=0.25 if varied else None,
    )

    found = read_infotext(infotext(record))

    assert (found.prompt, found.negative_prompt) == (prompt, negative)
    assert found.facts["Steps"] == str(steps)
    assert SamplerName.parse(found.facts["Sampler"]) is scheduler
    assert found.facts["Seed"] == str(seed)
    assert found.facts["Size"] == "64x96"
    assert found.facts.get("Variation seed strength") == ("0.25" if varied else None)


@given(st.text(max_size=400))
def test_any_text_is_read(text):
    assert isinstance(read_infotext(text), Infotext)


def test_a_hostile_line_is_read_quickly():
    began = time.perf_counter()
    for line in ('a:"' * 6_600, "a: " * 6_600, " " * 20_000, "x" * 20_000, 'a:"\\' * 5_000):
        read_infotext(line)
    read_infotext("a: b, " * 1_000_000)

    assert time.perf_counter() - began < 10
