"""`inkcloud models pull` in a process of its own, against a hub that speaks the real protocol."""

import hashlib
import json
import signal

import pytest
import torch

from inkcloud.domain.noise_schedule import Prediction
from support.hub import LoopbackHub, folder_files
from support.inspected_here import inspecting_for_others
from support.narrow_checkpoints import make_narrow_sd
from support.original_layout import write_single_file
from support.running_pull import ModelsCommand

ID = "someone/Tiny_SD-2.1"
NAME = "tiny-sd-2-1"
UNET = "unet/diffusion_pytorch_model.safetensors"
NOT_NEEDED = {
    "README.md": b"---\nlicense: openrail++\n---\n",
    "code.py": b"raise SystemExit\n",
    "unet/diffusion_pytorch_model.bin": b"a pickle" * 4096,
    "safety_checker/model.safetensors": b"not needed" * 4096,
}
# So much may be in the hands of the library when it is interrupted, and is lost.
AT_HAND = 256 * 1024


@pytest.fixture
def hub():
    with LoopbackHub() as running:
        yield running


@pytest.fixture(scope="module")
def inspecting(tmp_path_factory):
    with inspecting_for_others(tmp_path_factory.mktemp("inspecting")) as program:
        yield program


@pytest.fixture
def models(hub, tmp_path, inspecting):
    return ModelsCommand(tmp_path, hub, inspecting)


@pytest.fixture
def models_as_installed(hub, tmp_path):
    return ModelsCommand(tmp_path, hub)


@pytest.fixture
def files(tiny_original):
    return folder_files(tiny_original)


@pytest.fixture
def repository(hub, files):
    return hub.repository(ID, None, **files, **NOT_NEEDED)


def test_a_model_is_pulled_with_its_facts_hashes_and_pinned_commit(
    models_as_installed, hub, repository, files
):
    models = models_as_installed
    commit = repository.branches["main"]

    said = models.good("pull", ID)

    model = models.store.get(NAME)
    assert (model.origin.id, model.origin.endpoint, model.origin.revision) == (ID, hub.url, commit)
    assert (model.licence, model.facts.prediction) == ("openrail++", Prediction.V)
    assert (model.facts.family, model.facts.native_size) == ("Stable Diffusion 2", (64, 64))
    assert {file.path for file in model.files} == set(files)
    for file in model.files:
        assert file.sha256 == hashlib.sha256(files[file.path]).hexdigest()
        assert models.store.place(model, file.path).read_bytes() == files[file.path]
    assert f"{NAME}: Stable Diffusion 2, v_prediction, 64x64" in said
    assert f"{ID}@{commit[:12]}; licence: openrail++" in said
    assert not any(hub.fetched(path) for path in NOT_NEEDED)
    assert all(f"/resolve/{commit}/" in a.path for a in hub.asked if "/resolve/" in a.path)


def test_a_broken_line_is_taken_up_again_where_it_broke(models, hub, repository, files):
    cut = 2 * 1024 * 1024
    hub.cut[UNET] = cut

    models.good("pull", ID)

    first, second = hub.fetched(UNET)
    assert first.sent == cut
    begin = int(second.range.removeprefix("bytes=").removesuffix("-"))
    assert cut - AT_HAND < begin <= cut
    assert second.sent == len(files[UNET]) - begin


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGINT], ids=["killed", "ctrl-c"])
def test_a_second_pull_fetches_only_what_the_first_one_left(models, hub, repository, files, number):
    hub.piece_seconds = 0.02
    half = len(files[UNET]) // 2

    code = models.stopped_while(UNET, half, number, ID)
    assert code == (130 if number is signal.SIGINT else -number)
    assert NAME not in models.store.names()
    [left] = models.store.unfinished()
    before = list(hub.asked)
    hub.piece_seconds = 0.0
    models.good("pull", ID)

    again = [each for each in hub.asked if each not in before and each.method == "GET"]
    fetched = [each for each in again if each.status in {200, 206} and "/api/" not in each.path]
    assert left.size >= half - AT_HAND
    assert [each.path.endswith(UNET) for each in fetched] == [True]
    assert fetched[0].status == 206
    assert fetched[0].sent <= len(files[UNET]) - half + AT_HAND
    assert models.store.get(NAME).files
    assert models.store.unfinished() == []


def test_a_hub_that_cannot_continue_sends_the_file_anew(models, hub, repository, files):
    hub.cut[UNET] = 2 * 1024 * 1024
    hub.no_ranges = True

    models.good("pull", ID)

    assert hub.fetched(UNET)[-1].sent == len(files[UNET])
    assert models.good("verify", NAME).startswith(f"{NAME} is whole")


@pytest.mark.parametrize("path", [UNET, "unet/config.json"], ids=["large", "small"])
def test_a_file_that_is_not_what_was_announced_is_refused_and_removed(
    models, hub, repository, path
):
    hub.damaged.add(path)

    said = models.bad("pull", ID)

    assert f"{path} is not what the hub announced" in said
    assert "nothing is registered" in said
    assert NAME not in models.store.names()
    staged = models.store.folder / ".incoming" / NAME / "files"
    assert not (staged / path).exists()
    assert (staged / "vae/config.json").exists()
    hub.damaged.clear()
    models.good("pull", ID)
    assert len(hub.fetched(path)) == 2
    assert len(hub.fetched("vae/config.json")) == 1


def test_a_revision_is_pinned_and_an_earlier_one_can_be_had(models, hub, repository, files):
    first = repository.branches["main"]
    changed = files | {"unet/config.json": files["unet/config.json"] + b"\n"}
    second = repository.commit(changed)
    repository.branches["v1"] = first

    models.good("pull", ID, "--revision", "v1", "--name", "old")
    models.good("pull", ID, "--revision", second, "--name", "new")

    old, new = models.store.get("old"), models.store.get("new")
    assert (old.origin.revision, new.origin.revision) == (first, second)
    assert old.revision != new.revision


def test_pulling_again_replaces_the_model_by_the_new_commit(models, hub, repository, files):
    models.good("pull", ID)
    before = models.store.get(NAME)
    repository.commit(files | {"unet/config.json": files["unet/config.json"] + b"\n"})

    models.good("pull", ID)

    after = models.store.get(NAME)
    assert after.origin.revision == repository.branches["main"] != before.origin.revision
    assert after.revision != before.revision
    assert models.store.names() == ["inkling", NAME]


def test_what_was_left_of_an_earlier_commit_is_kept_as_far_as_it_is_the_same(
    models, hub, repository, files
):
    hub.damaged.add(UNET)
    models.bad("pull", ID)
    config = files["vae/config.json"].replace(b"0.42.1", b"0.42.2")
    repository.commit(files | {"vae/config.json": config})
    hub.damaged.clear()

    models.good("pull", ID)

    assert len(hub.fetched("vae/config.json")) == 2
    assert len(hub.fetched("text_encoder/model.safetensors")) == 1
    model = models.store.get(NAME)
    assert models.store.place(model, "vae/config.json").read_bytes() == config


def test_half_precision_is_preferred_and_said(models, hub, files):
    half = {
        path.replace(".safetensors", ".fp16.safetensors"): data
        for path, data in files.items()
        if path.endswith(".safetensors")
    }
    hub.repository(ID, None, **files, **half)

    done = models.run("pull", ID)

    assert "half-precision weights (fp16) of text_encoder, unet, vae" in done.stderr
    assert not hub.fetched(UNET)
    assert {f.path for f in models.store.get(NAME).files} >= set(half)


def test_a_mirror_that_lists_no_sizes_is_asked_for_each(models, hub, repository):
    hub.silent_on_sizes = True

    models.good("pull", ID)

    assert {a.path.rpartition("/")[2] for a in hub.asked if a.method == "HEAD"} >= {"config.json"}
    hub.damaged.add(UNET)
    assert "not what the hub announced" in models.bad("pull", ID, "--name", "other")


def test_the_token_is_sent_to_the_hub_and_to_nobody_else(models, hub, repository):
    hub.tokens.add("secret-1")
    repository.private = True

    models.good("pull", ID, INKCLOUD_HUB_TOKEN="secret-1")

    assert {a.authorization for a in hub.asked if not a.large} == {"Bearer secret-1"}
    assert {a.authorization for a in hub.asked if a.large} == {""}
    kept = (models.store.folder / NAME / "manifest.json").read_text()
    assert "secret-1" not in kept


def test_a_token_that_lies_on_this_machine_for_another_hub_is_not_sent(models, hub, repository):
    models.good("pull", ID, HF_TOKEN="hf_another")

    assert {a.authorization for a in hub.asked} == {""}


CASES = {
    "missing": ("someone/none", {}, "There is no repository someone/none"),
    "private": ("someone/private", {}, "If it is private, a token is needed."),
    "private, wrong token": (
        "someone/private",
        {"INKCLOUD_HUB_TOKEN": "wrong"},
        "does not accept the token",
    ),
    "gated": ("someone/gated", {}, "is gated: its owner asks everybody to agree to conditions"),
    "gated, not agreed": (
        "someone/gated",
        {"INKCLOUD_HUB_TOKEN": "stranger"},
        "is gated: its owner asks everybody to agree to conditions",
    ),
    "revision": (ID, {"INKCLOUD_REVISION": "no-such"}, "has no such revision"),
    "offline": (ID, {"HF_HUB_OFFLINE": "1"}, "HF_HUB_OFFLINE is set"),
    "nobody there": (
        ID,
        {"INKCLOUD_HUB_URL": "http://127.0.0.1:9"},
        "The hub at http://127.0.0.1:9 cannot be reached",
    ),
    "no id": ("../etc", {}, "cannot be a repository's id"),
    "no address": (ID, {"INKCLOUD_HUB_URL": "ftp://x"}, "hub's address cannot be used"),
    "name": (ID, {"INKCLOUD_MODEL_NAME": "../x"}, "cannot be a model's name"),
    "built-in": (ID, {"INKCLOUD_MODEL_NAME": "inkling"}, "name of the built-in model"),
    "other kind": ("someone/xl", {}, "of a kind that Inkcloud cannot run"),
    "pickles only": ("someone/pickles", {}, "a format that can run code"),
    "several files": ("someone/several", {}, "one of a.safetensors, b.safetensors"),
}


@pytest.mark.parametrize("case", CASES)
def test_what_cannot_be_pulled_is_explained(models, hub, repository, files, case):
    id, environment, words = CASES[case]
    hub.tokens.add("stranger")
    hub.repository("someone/private", None, **files).private = True
    hub.repository("someone/gated", None, **files).gated = True
    index = json.loads(files["model_index.json"]) | {"_class_name": "StableDiffusionXLPipeline"}
    hub.repository("someone/xl", None, **files | {"model_index.json": json.dumps(index).encode()})
    pickles = {path.replace(".safetensors", ".bin"): data for path, data in files.items()}
    hub.repository("someone/pickles", None, **pickles)
    several = {"a.safetensors": b"a", "b.safetensors": b"b"}
    hub.repository("someone/several", None, **several)

    said = models.bad("pull", id, **environment)

    assert words in said
    assert 1 <= len([line for line in said.splitlines() if line.startswith("inkcloud:")]) <= 1
    assert models.store.names() == ["inkling"]
    assert not hub.fetched(UNET)


def test_a_disk_without_room_is_told_with_both_figures_before_anything_is_fetched(
    models, hub, repository, files
):
    """The hub announces a file that no disk holds; its bytes are never asked for."""
    hub.announced[UNET] = 10**18

    said = models.bad("pull", ID)

    assert "The model needs 1000000000.0 GB more" in said
    assert "are free" in said
    assert not hub.fetched(UNET)


def test_a_file_of_another_length_than_was_announced_is_told_and_fetched_anew(
    models, hub, repository, files
):
    hub.announced[UNET] = len(files[UNET]) + 10

    said = models.bad("pull", ID)
    hub.announced.clear()
    models.good("pull", ID)

    assert f"sent {UNET} in another length than it announced" in said
    assert hub.fetched(UNET)[-1].sent == len(files[UNET])


def test_an_unfinished_pull_is_listed_and_can_be_removed(models, hub, repository, files):
    hub.piece_seconds = 0.02
    models.stopped_while(UNET, len(files[UNET]) // 2, signal.SIGKILL, ID)

    listed = models.run("list")
    removed = models.run("remove", NAME, "--yes")

    assert f"{NAME} is not finished" in listed.stderr
    assert "freed" in removed.stderr
    assert models.store.unfinished() == []


def test_a_single_file_is_pulled_once_and_asked_what_it_predicts(
    models_as_installed, hub, tmp_path
):
    models = models_as_installed
    narrow = make_narrow_sd(tmp_path / "narrow", version=2)
    file = write_single_file(narrow, tmp_path / "dream.safetensors", dtype=torch.float16)
    files = {"dream.safetensors": file.read_bytes(), "dream.ckpt": b"a pickle"}
    hub.repository("someone/dream", None, **files)

    asked = models.bad("pull", "someone/dream")
    nothing = models.store.names()
    models.good("pull", "someone/dream", "--prediction", "v_prediction")

    assert "--prediction is missing; allowed: epsilon, v_prediction" in asked
    assert "What was fetched is kept" in asked
    assert nothing == ["inkling"]
    assert len(hub.fetched("dream.safetensors")) == 1
    model = models.store.get("dream")
    assert (model.facts.layout, model.facts.prediction) == ("file", Prediction.V)
    assert models.store.path(model).name == "dream.safetensors"
    assert models.good("verify", "dream").startswith("dream is whole: 1 file,")
