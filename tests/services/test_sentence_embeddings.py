"""The text encoder that ships, against transformers' own way of running it."""

import numpy as np
import pytest
import torch
from transformers import BertModel, BertTokenizerFast

from inkcloud.checkpoints.locate import BUILTIN, locate
from inkcloud.services.sentence_embeddings import SentenceEmbeddingsService
from support.served import served

TEXTS = ["a small cat", "a kitten", "a red car", "The weather is lovely today.", "It is sunny!"]


@pytest.fixture(scope="module")
def server():
    with served(SentenceEmbeddingsService()) as server:
        yield server


def embed(server, text):
    answer = server.http.post("/infer", json={"text": text})
    assert answer.status_code == 200, answer.text
    return answer.json()["output"]


def test_vectors_are_those_of_transformers(server):
    folder = locate(BUILTIN)
    model = BertModel.from_pretrained(folder / "text_encoder", dtype=torch.float32).eval()
    tokenizer = BertTokenizerFast.from_pretrained(folder / "tokenizer")
    batch = tokenizer(TEXTS, padding=True, return_tensors="pt")
    with torch.inference_mode():
        states = model(**batch).last_hidden_state
    mask = batch["attention_mask"][..., None]
    means = (states * mask).sum(1) / mask.sum(1)
    theirs = torch.nn.functional.normalize(means, dim=1).numpy()

    output = embed(server, TEXTS)

    np.testing.assert_allclose(output["embeddings"], theirs, atol=1e-5)
    assert output["dimensions"] == 384
    assert output["tokens"] == batch["attention_mask"].sum(1).tolist()


def test_what_means_the_same_is_near_and_every_vector_has_length_one(server):
    vectors = np.array(embed(server, TEXTS)["embeddings"])
    near = vectors @ vectors.T

    np.testing.assert_allclose(np.diag(near), 1, atol=1e-6)
    assert near[0].argsort()[-2] == 1
    assert near[3].argsort()[-2] == 4


def test_a_text_has_the_same_vector_alone_and_in_company(server):
    alone = embed(server, TEXTS[1])["embeddings"]

    assert alone == [embed(server, TEXTS)["embeddings"][1]]


def test_a_text_that_is_too_long_is_cut_and_told(server):
    output = embed(server, ["word " * 500, "word"])

    assert output["truncated"] == [True, False]
    assert output["tokens"][0] == server.http.get("/facts").json()["tokens"]


@pytest.mark.parametrize("text", ["", [], [""], ["x"] * 65, "x" * 5000, 3, None, [3]])
def test_what_is_no_text_is_422(server, text):
    answer = server.http.post("/infer", json={"text": text})

    assert answer.status_code == 422
    assert answer.json()["field"].startswith("text")
