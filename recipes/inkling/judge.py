"""The judge: says which of the names a picture shows. It is trained on real pictures only.

Two towers. Pictures go through a small convolutional network at 64 pixels; names through a
frozen sentence encoder and a projection. The cosine of the two, scaled, is the score.
"""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch
from paths import CHECKPOINTS
from text_encoder import source_folder
from torch import Tensor, nn
from torch.nn import functional
from transformers import BertModel, BertTokenizerFast

SIDE = 64
EMBEDDING = 192
WIDTHS = (32, 80, 160, 256)
BLOCKS = (0, 1, 2, 1)
SENTENCE = 384
CHUNK = 64
CHECKPOINT = CHECKPOINTS / "judge.pt"
# No picture of this style is ever trained on; it says how far the judge can be trusted.
HELD_OUT_STYLE = "simple sticker"


class Block(nn.Module):
    """Two convolutions beside a short cut."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.inner = nn.Sequential(
            nn.Conv2d(width, width, 3, padding=1, bias=False),
            nn.BatchNorm2d(width),
            nn.ReLU(),
            nn.Conv2d(width, width, 3, padding=1, bias=False),
            nn.BatchNorm2d(width),
        )

    def forward(self, picture: Tensor) -> Tensor:
        return torch.relu(picture + self.inner(picture))


class ImageTower(nn.Sequential):
    """(N, 3, 64, 64) in [-1, 1] to features (N, 256)."""

    def __init__(self) -> None:
        layers: list[nn.Module] = []
        channels = 3
        for width, blocks in zip(WIDTHS, BLOCKS):
            layers += [
                nn.Conv2d(channels, width, 3, stride=2, padding=1, bias=False),
                nn.BatchNorm2d(width),
                nn.ReLU(),
                *(Block(width) for _ in range(blocks)),
            ]
            channels = width
        super().__init__(*layers, nn.AdaptiveAvgPool2d(1), nn.Flatten())


class Judge(nn.Module):
    """Scores pictures against names.

    Args:
        names: what the pictures may show.
    """

    def __init__(self, names: Sequence[str]) -> None:
        super().__init__()
        self.names = list(names)
        self.image = ImageTower()
        self.image_projection = nn.Linear(WIDTHS[-1], EMBEDDING)
        self.text_projection = nn.Sequential(
            nn.Linear(SENTENCE, 512), nn.GELU(), nn.Linear(512, EMBEDDING)
        )
        self.log_scale = nn.Parameter(torch.tensor(2.5))
        self.register_buffer("sentences", sentence_vectors(self.names), persistent=False)
        self.to(memory_format=torch.channels_last)

    def get_extra_state(self) -> dict[str, list[str]]:
        """Keep the names in the checkpoint, so that a changed dataset does not shift them."""
        return {"names": self.names}

    def set_extra_state(self, state: dict[str, list[str]]) -> None:
        if state["names"] != self.names:
            message = "this judge was trained on other names: move judge.pt away and train it again"
            raise SystemExit(message)

    def forward(self, pictures: Tensor) -> Tensor:
        """Return the scores (N, names) of pictures (N, 3, 64, 64) in [-1, 1]."""
        images = self.image_projection(self.image(pictures)).float()
        texts = self.text_projection(self.sentences).float()
        cosines = functional.normalize(images, dim=-1) @ functional.normalize(texts, dim=-1).T
        return self.log_scale.clamp(max=4.6).exp() * cosines

    @torch.inference_mode()
    def scores(self, pictures: np.ndarray) -> np.ndarray:
        """Return log probabilities (N, names) of uint8 pictures (N, H, W, 3).

        The mirror image has a say too.
        """
        found = []
        for chunk in _chunks(pictures):
            both = torch.cat([chunk, chunk.flip(-1)])
            first, second = self(both).log_softmax(-1).chunk(2)
            found.append(torch.logaddexp(first, second) - np.log(2))
        return torch.cat(found).numpy() if found else np.zeros((0, len(self.names)), np.float32)

    @torch.inference_mode()
    def features(self, pictures: np.ndarray) -> np.ndarray:
        """Return what the image tower sees (N, 256) in uint8 pictures (N, H, W, 3)."""
        return torch.cat([self.image(chunk).float() for chunk in _chunks(pictures)]).numpy()

    def ranks(self, pictures: np.ndarray, wanted: Sequence[Sequence[str]]) -> np.ndarray:
        """Return, for each picture, at which place (0 is first) the first wanted name comes."""
        scores = self.scores(pictures)
        best = [
            max(row[self.names.index(name)] for name in names)
            for row, names in zip(scores, wanted, strict=True)
        ]
        return (scores > np.asarray(best)[:, None]).sum(1)


def _chunks(pictures: np.ndarray) -> list[Tensor]:
    parts = [pictures[start : start + CHUNK] for start in range(0, len(pictures), CHUNK)]
    return [to_input(torch.from_numpy(np.ascontiguousarray(part))) for part in parts]


def to_input(pictures: Tensor) -> Tensor:
    """Turn uint8 pictures (N, H, W, 3) into (N, 3, 64, 64) in [-1, 1]."""
    picture = pictures.permute(0, 3, 1, 2).float().div(127.5).sub(1)
    picture = functional.interpolate(picture, (SIDE, SIDE), mode="bilinear", antialias=True)
    return picture.contiguous(memory_format=torch.channels_last)


@torch.inference_mode()
def sentence_vectors(sentences: Sequence[str]) -> Tensor:
    """Return the sentence encoder's mean token state of each sentence: (N, 384)."""
    folder = source_folder()
    tokenizer = BertTokenizerFast.from_pretrained(folder)
    encoder = BertModel.from_pretrained(folder, dtype=torch.float32).eval()
    vectors = []
    for start in range(0, len(sentences), 256):
        part = list(sentences[start : start + 256])
        inputs = tokenizer(part, padding=True, return_tensors="pt")
        with torch.autocast("cpu", torch.bfloat16):
            states = encoder(**inputs)[0].float()
        mask = inputs.attention_mask[..., None]
        vectors.append((states * mask).sum(1) / mask.sum(1))
    return functional.normalize(torch.cat(vectors), dim=-1).clone()


def load_judge(path: Path = CHECKPOINT) -> Judge:
    """Return the averaged weights of the last checkpoint, ready to judge."""
    if not path.exists():
        message = f"{path} is missing: run `make -C recipes/inkling judge` first"
        raise SystemExit(message)
    saved = torch.load(path, weights_only=True)["average"]
    judge = Judge(saved["_extra_state"]["names"])
    judge.load_state_dict(saved)
    return judge.eval()
