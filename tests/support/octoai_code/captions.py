"""A service as somebody wrote it for OctoAI: nothing in it knows of Inkcloud."""
# ruff: noqa: UP006, UP035, UP045 - as such classes were written, for Python 3.8

import os
from typing import List, Optional

from fastapi import HTTPException
from octoai.service import Service, path, volume_path
from octoai.types import File, Image, Media
from pydantic import BaseModel


class Box(BaseModel):
    x: int
    y: int = 0


class Caption(BaseModel):
    text: str
    boxes: List[Box]
    picture: Image


class Captions(Service):
    def __init__(self):
        self.steps = []
        self.at_work = 0
        self.most_at_work = 0

    def store_assets(self) -> None:
        with open(os.path.join(volume_path(), "asset.txt"), "a") as file:
            file.write("stored\n")

    def on_server_startup(self) -> None:
        self.steps.append("startup")

    def setup(self):
        self.steps.append("setup")
        with open(os.path.join(volume_path(), "asset.txt")) as file:
            self.asset = file.read()

    def on_server_shutdown(self) -> None:
        with open(os.path.join(volume_path(), "goodbye.txt"), "w") as file:
            file.write("goodbye")

    def infer(self, image: Image, words: Optional[List[str]] = None) -> Caption:
        picture = image.to_pil()
        return Caption(
            text=f"{picture.width}x{picture.height} {' '.join(words or [])}".strip(),
            boxes=[Box(x=1)],
            picture=Image.from_pil(picture.rotate(90, expand=True), format="PNG"),
        )

    def count_words(self, text: str) -> int:
        if not text:
            raise HTTPException(status_code=400, detail="There are no words.")
        return len(text.split())

    @path("/v2/size")
    def size_of(self, file: Media) -> int:
        return len(file.to_bytes())

    @path("/upload")
    def infer_form_data(self, note: str, file: File) -> str:
        return f"{note}: {file.filename}, {len(file.file.read())} bytes"

    def history(self, ask: str) -> List[str]:
        return [*self.steps, self.asset.strip()]

    def together(self, seconds: float) -> int:
        import time

        self.at_work += 1
        self.most_at_work = max(self.most_at_work, self.at_work)
        time.sleep(seconds)
        self.at_work -= 1
        return self.most_at_work


class NoAnnotation(Service):
    def infer(self, prompt, times: int = 1) -> str:
        return prompt * times


class NoAnswer(Service):
    def infer(self, prompt: str):
        return prompt


class NoInfer(Service):
    pass


class NoFormPath(Service):
    def infer(self, prompt: str) -> str:
        return prompt

    def infer_form_data(self, file: File) -> str:
        return ""
