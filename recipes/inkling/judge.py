"""The judge: says which of the names a picture shows. It is trained on real pictures only.

Two towers. Pictures go through EfficientNet-Lite0, which was trained on photographs and goes on
learning here, at 96 pixels; names through a frozen sentence encoder and a projection. The cosine
of the two, scaled, is the score.
"""

import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch
from arithmetic import fast
from image_tower import FEATURES, ImageTower
from paths import CHECKPOINTS
from safetensors import safe_open
from safetensors.torch import load_file, save_file
from text_encoder import source_folder
from torch import Tensor, nn
from torch.nn import functional
from transformers import BertModel, BertTokenizerFast

SIDE = 96
EMBEDDING = 192
SENTENCE = 384
CHUNK = 64
CHECKPOINT = CHECKPOINTS / "judge.pt"
SHIPPED = Path(__file__).with_name("judge.safetensors")
# No picture of this style is ever trained on; it says how far the judge can be trusted.
HELD_OUT_STYLE = "simple sticker"


class Judge(nn.Module):
    """Scores pictures against names.

    Args:
        names: what the pictures may show.
    """

    def __init__(self, names: Sequence[str]) -> None:
        super().__init__()
        self.names = list(names)
        self.image = ImageTower()
        self.image_projection = nn.Linear(FEATURES, EMBEDDING)
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
        """Return the scores (N, names) of pictures (N, 3, 96, 96) in [-1, 1]."""
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
        """Return what the image tower sees (N, 1280) in uint8 pictures (N, H, W, 3)."""
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
    """Turn uint8 pictures (N, H, W, 3) into (N, 3, 96, 96) in [-1, 1]."""
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
        with fast():
            states = encoder(**inputs)[0].float()
        mask = inputs.attention_mask[..., None]
        vectors.append((states * mask).sum(1) / mask.sum(1))
    return functional.normalize(torch.cat(vectors), dim=-1).clone()


def ship(path: Path = SHIPPED) -> None:
    """Write the averaged weights of the last checkpoint, in half precision, with the names.

    Raises:
        SystemExit: if there is no checkpoint.
    """
    if not CHECKPOINT.exists():
        message = f"{CHECKPOINT} is missing: run `make -C recipes/inkling judge` first"
        raise SystemExit(message)
    saved = torch.load(CHECKPOINT, weights_only=True)["average"]
    names = saved.pop("_extra_state")["names"]
    halves = {
        name: tensor.half().contiguous() if tensor.is_floating_point() else tensor
        for name, tensor in saved.items()
    }
    save_file(halves, path, {"names": json.dumps(names)})


def load_judge(path: Path = SHIPPED) -> Judge:
    """Return the judge that the recipe carries, ready to judge.

    Raises:
        SystemExit: if it is missing.
    """
    if not path.exists():
        message = f"{path} is missing: run `make -C recipes/inkling judge` first"
        raise SystemExit(message)
    with safe_open(path, "pt") as file:
        names = json.loads(file.metadata()["names"])
    judge = Judge(names)
    judge.load_state_dict({**load_file(path), "_extra_state": {"names": names}})
    return judge.eval()
