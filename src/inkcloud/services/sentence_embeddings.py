"""Sentence embeddings from the text encoder that ships inside the built-in model."""

from typing import Annotated, Any

import torch
from pydantic import BaseModel, Field
from torch import Tensor

from inkcloud.checkpoints.folder import open_folder
from inkcloud.checkpoints.locate import BUILTIN, locate
from inkcloud.checkpoints.modules import read_part
from inkcloud.checkpoints.tokenizer import load_tokenizer
from inkcloud.services.service import Service

MAXIMUM_TEXTS = 64
MAXIMUM_CHARACTERS = 4096
MODEL = "all-MiniLM-L6-v2"

Sentence = Annotated[str, Field(min_length=1, max_length=MAXIMUM_CHARACTERS)]
Sentences = Annotated[list[Sentence], Field(min_length=1, max_length=MAXIMUM_TEXTS)]


class Embeddings(BaseModel):
    """What the service answers with, in the order of its texts.

    Attributes:
        embeddings: one vector of length 1 for each text.
        dimensions: how many numbers a vector has.
        tokens: how many word pieces of each text were read.
        truncated: whether a text was longer than what the model reads.
        model: the model's name.
    """

    embeddings: list[list[float]]
    dimensions: int
    tokens: list[int]
    truncated: list[bool]
    model: str = MODEL


class SentenceEmbeddingsService(Service):
    """Turns sentences into vectors; the nearer in meaning, the larger their dot product."""

    def setup(self) -> None:
        """Load the text encoder and its tokenizer.

        Raises:
            CheckpointError: if the model's files cannot be used.
        """
        folder = open_folder(locate(BUILTIN))
        part = read_part(folder["text_encoder"])
        self._positions: int = part.config["max_position_embeddings"]
        self._tokenizer = load_tokenizer(
            folder["tokenizer"], vocabulary=part.config["vocab_size"], positions=self._positions
        )
        self._encoder = part.build(torch.float32).eval()
        self._dimensions: int = part.config["hidden_size"]

    def facts(self) -> dict[str, Any]:
        """Return what a client should know before it asks."""
        return {
            "model": MODEL,
            "dimensions": self._dimensions,
            "tokens": self._positions,
            "texts": MAXIMUM_TEXTS,
            "characters": MAXIMUM_CHARACTERS,
        }

    def infer(self, text: Sentence | Sentences) -> Embeddings:
        """Embed one text, or a list of up to 64."""
        texts = [text] if isinstance(text, str) else text
        vectors, counts, truncated = [], [], []
        # One at a time: a text's vector must not depend on what it is asked together with.
        for number, each in enumerate(texts):
            self.progress(number, len(texts))
            whole = self._tokenizer(each, truncation=False, verbose=False)["input_ids"]
            tokens = self._tokenizer(
                each, truncation=True, max_length=self._positions, return_tensors="pt"
            )
            vectors.append(self._embed(tokens.input_ids).tolist())
            counts.append(tokens.input_ids.shape[1])
            truncated.append(len(whole) > self._positions)
        return Embeddings(
            embeddings=vectors, dimensions=self._dimensions, tokens=counts, truncated=truncated
        )

    def _embed(self, tokens: Tensor) -> Tensor:
        """Return the mean over a text's tokens, (dimensions,), of length 1."""
        with torch.inference_mode():
            states = self._encoder(tokens, attention_mask=torch.ones_like(tokens))[0]
            return torch.nn.functional.normalize(states[0].mean(dim=0), dim=0)
