import pytest

from inkcloud.checkpoints.classes import PIPELINES
from inkcloud.domain.errors import CheckpointError, InvalidRequest
from inkcloud.models.choose_files import PIPELINE, check_pipeline, choose_files

NEEDED = [
    "model_index.json",
    "scheduler/scheduler_config.json",
    "text_encoder/config.json",
    "text_encoder/model.safetensors",
    "tokenizer/merges.txt",
    "tokenizer/vocab.json",
    "unet/config.json",
    "unet/diffusion_pytorch_model.safetensors",
    "vae/config.json",
    "vae/diffusion_pytorch_model.safetensors",
]
OTHERS = [
    ".gitattributes",
    "README.md",
    "feature_extractor/preprocessor_config.json",
    "pipeline.py",
    "safety_checker/config.json",
    "safety_checker/model.safetensors",
    "text_encoder/pytorch_model.bin",
    "unet/diffusion_pytorch_model.bin",
    "unet/diffusion_pytorch_model.non_ema.safetensors",
    "v2-1_512.ckpt",
    "v2-1_512.safetensors",
]
HALF = [
    "text_encoder/model.fp16.safetensors",
    "unet/diffusion_pytorch_model.fp16.safetensors",
    "vae/diffusion_pytorch_model.fp16.safetensors",
]


def choose(names, **options):
    return choose_files(names, where="someone/model", **options)


def test_of_a_folder_only_what_loading_reads_is_chosen():
    chosen = choose(NEEDED + OTHERS)

    assert chosen.layout == "folder"
    assert sorted(chosen.paths) == NEEDED
    assert chosen.half == ()


def test_half_precision_goes_first_where_it_is_preferred():
    chosen = choose(NEEDED + HALF, prefer_half=True)

    assert set(HALF) <= set(chosen.paths)
    assert not any(path.endswith("model.safetensors") for path in chosen.paths)
    assert chosen.half == ("text_encoder", "unet", "vae")
    assert not set(HALF) & set(choose(NEEDED + HALF).paths)


def test_a_component_without_the_preferred_precision_gives_the_other():
    chosen = choose(NEEDED + HALF[:1], prefer_half=True)

    assert chosen.half == ("text_encoder",)
    assert "unet/diffusion_pytorch_model.safetensors" in chosen.paths


def test_shards_come_with_their_index():
    shards = [f"unet/diffusion_pytorch_model-0000{n}-of-00002.safetensors" for n in (1, 2)]
    index = "unet/diffusion_pytorch_model.safetensors.index.json"
    names = [name for name in NEEDED if name != "unet/diffusion_pytorch_model.safetensors"]

    chosen = choose([*names, index, *shards, "unet/model-00001-of-00002.safetensors"])

    assert [path for path in chosen.paths if path.startswith("unet/diff")] == [index, *shards]


def test_one_safetensors_file_alone_is_the_model():
    chosen = choose(["README.md", "dream.safetensors", "dream.ckpt"])

    assert (chosen.layout, chosen.paths) == ("file", ("dream.safetensors",))


def test_of_several_files_one_must_be_named():
    names = ["a.safetensors", "b.safetensors"]

    with pytest.raises(InvalidRequest) as caught:
        choose(names)

    assert (caught.value.field, caught.value.allowed) == (
        "--file",
        "one of a.safetensors, b.safetensors",
    )
    assert choose(names, file="b.safetensors").paths == ("b.safetensors",)


def test_a_named_file_goes_before_a_folder():
    assert choose(NEEDED + OTHERS, file="v2-1_512.safetensors").layout == "file"


@pytest.mark.parametrize("file", ["c.safetensors", "v2-1_512.ckpt", "../a.safetensors"])
def test_a_file_that_is_not_there_or_not_safe_is_refused(file):
    with pytest.raises(InvalidRequest) as caught:
        choose([*NEEDED, *OTHERS, "../a.safetensors"], file=file)

    assert "v2-1_512.safetensors" in caught.value.allowed


@pytest.mark.parametrize(
    ("names", "words"),
    [
        (["README.md"], "holds no model"),
        (["model.ckpt"], "format that can run code"),
        ([*NEEDED[:7], *NEEDED[8:]], "has no unet/diffusion_pytorch_model.safetensors"),
        (
            [*NEEDED[:7], *NEEDED[8:], "unet/diffusion_pytorch_model.bin"],
            "only as unet/diffusion_pytorch_model.bin, a format that can run code",
        ),
        ([name for name in NEEDED if name != "vae/config.json"], "vae/config.json is missing"),
    ],
)
def test_what_cannot_be_loaded_is_told_before_anything_is_fetched(names, words):
    with pytest.raises(CheckpointError, match="(?s)" + words):
        choose(names)


@pytest.mark.parametrize(
    "name",
    [
        "/etc/x.safetensors",
        "../x.safetensors",
        "a/../x.safetensors",
        "a\\x.safetensors",
        "a//x.safetensors",
        ".hidden/x.safetensors",
        "a\0.safetensors",
        "a/" * 9 + "x.safetensors",
    ],
)
def test_a_name_that_could_leave_the_folder_is_never_chosen(name):
    with pytest.raises(CheckpointError):
        choose([name])


def test_another_kind_of_pipeline_is_refused_by_its_index_alone():
    check_pipeline({"_class_name": PIPELINE})
    for index in ({"_class_name": "StableDiffusionXLPipeline"}, {}, None, []):
        with pytest.raises(CheckpointError, match="kind that Inkcloud cannot run"):
            check_pipeline(index)


def test_the_kind_that_is_pulled_is_the_kind_that_is_loaded():
    assert PIPELINES == (PIPELINE,)
