"""Render one request with Inkcloud and its peers on a model of Stable Diffusion 2.1's size.

    python benchmarks/make_sd21.py FOLDER --prediction epsilon
    python benchmarks/sd21.py FOLDER [--size 512] [--steps 5] [--output results.json]

The same guided request, noise and sampler (DDIM) for all. Each contender has a process of its
own; Inkcloud's best backend runs beside each of the others, one step in turn, so that other work
on the machine slows both alike and their ratio holds. Figures are medians of the steps after the
first, and the range. Seconds a picture are those of its steps and of decoding, without loading;
those to the first step count from the start of its process. Peak memory is the largest resident
set, pages of mapped files included. PSNR is to the picture of diffusers in float32.
"""

import argparse
import json
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

PROMPT = "A photo of an octopus playing chess"
SEED, GUIDANCE = 7, 7.5
FIRST_TIMESTEP = 900
BEST, EXACT = "inkcloud", "diffusers float32"
RIVALS = ("openvino direct", "inkcloud torch", EXACT, "diffusers bfloat16")


class Gate:
    """Lets a loop pass one step for each line on standard input, and reports its seconds."""

    def __init__(self) -> None:
        self._began = 0.0

    def wait(self) -> None:
        """Wait until the next step is wanted."""
        sys.stdin.readline()
        self._began = time.perf_counter()

    def passed(self, *ignored: object) -> None:
        """Report a step and wait for the next one."""
        say({"seconds": time.perf_counter() - self._began})
        self.wait()


def say(data: dict[str, Any]) -> None:
    print(json.dumps(data), flush=True)


def peak_bytes() -> int:
    for line in Path("/proc/self/status").read_text(encoding="utf-8").splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1]) * 1024
    raise RuntimeError("this system does not say how much memory a process had")


def first_latents(size: int) -> Any:  # noqa: ANN401
    from inkcloud.sampling.noise import RequestNoise

    return RequestNoise(SEED).initial((4, size // 8, size // 8))


def sampler(options: argparse.Namespace) -> Any:  # noqa: ANN401
    """Return diffusers' DDIM with the timesteps that Inkcloud takes.

    Where leading spacing would start below t = 900, Inkcloud takes trailing spacing: see
    docs/decisions/0002.
    """
    from diffusers import DDIMScheduler

    folder = options.folder / "scheduler"
    scheduler = DDIMScheduler.from_pretrained(folder)
    count = scheduler.config.num_train_timesteps
    first = (options.steps - 1) * (count // options.steps) + 1
    if scheduler.config.timestep_spacing == "leading" and first < FIRST_TIMESTEP:
        scheduler = DDIMScheduler.from_pretrained(folder, timestep_spacing="trailing")
    return scheduler


def draw_with_inkcloud(options: argparse.Namespace, backend: str, gate: Gate) -> np.ndarray:
    import queue

    from inkcloud.checkpoints.load import load_checkpoint
    from inkcloud.domain.events import Failed, Finished
    from inkcloud.domain.generation_request import GenerationRequest
    from inkcloud.domain.sampler_name import SamplerName
    from inkcloud.engine.engine import Engine
    from inkcloud.engine.picture_file import read_png

    checkpoint = load_checkpoint(
        options.folder, backend=backend, prepared=options.prepared, whole=False
    )
    events: queue.SimpleQueue[Any] = queue.SimpleQueue()
    engine = Engine(checkpoint, on_call=gate.passed)
    engine.start()
    gate.wait()
    request = GenerationRequest(
        prompt=PROMPT,
        num_inference_steps=options.steps,
        scheduler=SamplerName.DDIM,
        guidance_scale=GUIDANCE,
        seed=SEED,
        width=options.size,
        height=options.size,
    )
    engine.submit(request, events.put)
    while True:
        event = events.get()
        if isinstance(event, Failed):
            raise event.error
        if isinstance(event, Finished):
            engine.close()
            pixels, record = read_png(event.pictures[0].png)
            say({"note": f"{record.backend}, {record.dtype}"})
            return pixels


def draw_with_diffusers(options: argparse.Namespace, dtype: str, gate: Gate) -> np.ndarray:
    import torch
    from diffusers import StableDiffusionPipeline

    pipeline = StableDiffusionPipeline.from_pretrained(
        options.folder, torch_dtype=getattr(torch, dtype), safety_checker=None
    )
    pipeline.set_progress_bar_config(disable=True)
    pipeline.scheduler = sampler(options)

    def passed(pipe: object, step: int, timestep: int, values: dict[str, Any]) -> dict[str, Any]:
        gate.passed()
        return values

    gate.wait()
    picture = pipeline(
        PROMPT,
        num_inference_steps=options.steps,
        guidance_scale=GUIDANCE,
        width=options.size,
        height=options.size,
        latents=first_latents(options.size)[None].to(pipeline.unet.dtype),
        output_type="np",
        callback_on_step_end=passed,
    ).images[0]
    return (picture * 255).round().astype(np.uint8)


def draw_with_openvino(options: argparse.Namespace, gate: Gate) -> np.ndarray:
    """Call the compiled UNet in the loop that OpenVINO's own examples have."""
    sys.modules["openvino_telemetry"] = None  # type: ignore[assignment]
    import openvino
    import torch
    from diffusers import AutoencoderKL
    from diffusers.models.embeddings import get_timestep_embedding
    from transformers import CLIPTextModel, CLIPTokenizer

    (file,) = options.prepared.rglob(f"2x{options.size // 8}x{options.size // 8}.openvino")
    mapped = np.memmap(file, dtype=np.uint8, mode="c")
    hints = {
        "PERFORMANCE_HINT": "LATENCY",
        "INFERENCE_PRECISION_HINT": "bf16",
        "INFERENCE_NUM_THREADS": torch.get_num_threads(),
    }
    compiled = openvino.Core().import_model(
        openvino.Tensor(mapped, shared_memory=True), "CPU", hints
    )
    tokenizer = CLIPTokenizer.from_pretrained(options.folder / "tokenizer")
    half = {"dtype": torch.bfloat16}
    encoder = CLIPTextModel.from_pretrained(options.folder / "text_encoder", **half)
    vae = AutoencoderKL.from_pretrained(options.folder / "vae", torch_dtype=torch.bfloat16)
    scheduler = sampler(options)
    scheduler.set_timesteps(options.steps)
    width = compiled.input(1).shape[1]
    gate.wait()
    with torch.inference_mode():
        tokens = tokenizer(
            ["", PROMPT], padding="max_length", max_length=77, truncation=True, return_tensors="pt"
        )
        text = encoder(tokens.input_ids)[0].float().numpy()
        latents = first_latents(options.size)[None]
        for timestep in scheduler.timesteps:
            waves = get_timestep_embedding(
                timestep.expand(2).float(), width, flip_sin_to_cos=True, downscale_freq_shift=0
            )
            rows = torch.cat([latents, latents]).numpy()
            output = torch.from_numpy(compiled([rows, waves.numpy(), text])[0])
            without, towards = output.chunk(2)
            guided = without + GUIDANCE * (towards - without)
            latents = scheduler.step(guided, timestep, latents).prev_sample
            gate.passed()
        scaled = (latents / vae.config.scaling_factor).to(torch.bfloat16)
        colours = vae.decode(scaled).sample[0].float()
    share = (colours * 0.5 + 0.5).clamp(0, 1).permute(1, 2, 0).numpy()
    return (share * 255).round().astype(np.uint8)


CONTENDERS: dict[str, Callable[[argparse.Namespace, Gate], np.ndarray]] = {
    BEST: lambda options, gate: draw_with_inkcloud(options, "auto", gate),
    "inkcloud torch": lambda options, gate: draw_with_inkcloud(options, "torch", gate),
    "diffusers float32": lambda options, gate: draw_with_diffusers(options, "float32", gate),
    "diffusers bfloat16": lambda options, gate: draw_with_diffusers(options, "bfloat16", gate),
    "openvino direct": draw_with_openvino,
}


def work(options: argparse.Namespace) -> None:
    """Be one contender: a line in for each step, a line of JSON out."""
    pixels = CONTENDERS[options.contender](options, Gate())
    np.save(options.picture, pixels)
    say({"peak": peak_bytes()})


class Contender:
    """A process that draws one picture, a step at a time."""

    def __init__(self, name: str, options: argparse.Namespace, folder: Path) -> None:
        self.name = name
        self.picture = folder / f"{name}.npy"
        self.steps: list[float] = []
        self.facts: dict[str, Any] = {}
        self._total = options.steps
        self._began = time.perf_counter()
        command = [sys.executable, "-W", "ignore", __file__, str(options.folder)]
        command += ["--size", str(options.size), "--steps", str(options.steps)]
        command += ["--prepared", str(options.prepared), "--contender", name]
        self._process = subprocess.Popen(
            [*command, "--picture", str(self.picture)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def step(self) -> None:
        """Let it do one step."""
        self._send()
        self.steps.append(float(self._read("seconds")))
        if len(self.steps) == 1:
            self.facts["first_step"] = time.perf_counter() - self._began

    def finish(self) -> None:
        """Let it decode, and note what it cost."""
        began = time.perf_counter()
        self._send()
        self.facts["peak"] = int(self._read("peak"))
        self.facts["decode"] = time.perf_counter() - began
        self.facts["seconds"] = sum(self.steps) + self.facts["decode"]
        self._process.communicate()

    def _send(self) -> None:
        assert self._process.stdin is not None
        self._process.stdin.write("\n")
        self._process.stdin.flush()

    def _read(self, name: str) -> Any:  # noqa: ANN401
        assert self._process.stdout is not None
        for line in self._process.stdout:
            data = json.loads(line)
            self.facts |= {key: data[key] for key in data if key == "note"}
            if name in data:
                return data[name]
        raise RuntimeError(f"{self.name} ended too early, with {self._process.wait()}")


def duel(rival: str, options: argparse.Namespace, folder: Path) -> dict[str, Any]:
    """Run Inkcloud's best beside a rival, a step in turn."""
    pair = []
    for name in (BEST, rival):
        print(f"{name}: loading and first step", file=sys.stderr, flush=True)
        pair.append(Contender(name, options, folder))
        pair[-1].step()
    for each in range(1, options.steps):
        print(f"{BEST} against {rival}: step {each + 1} of {options.steps}", file=sys.stderr)
        for contender in pair:
            contender.step()
    for contender in pair:
        contender.finish()
    return {
        "rival": rival,
        "contenders": [{"name": each.name, "steps": each.steps[1:], **each.facts} for each in pair],
        "ratio": statistics.median(
            ours / theirs for ours, theirs in zip(pair[0].steps[1:], pair[1].steps[1:], strict=True)
        ),
    }


def likeness(found: Path, exact: Path) -> float | None:
    difference = np.load(found).astype(float) - np.load(exact).astype(float)
    error = float(np.mean(difference**2))
    return 10 * np.log10(255**2 / error) if error else None


def table(duels: list[dict[str, Any]], folder: Path) -> str:
    """Return the results as a table in Markdown."""
    lines = [
        "| contender | seconds a step (range) | Inkcloud's step / its | seconds a picture "
        "| decode, s | command to first step, s | peak memory, GB | PSNR, dB |",
        "|---|---|---|---|---|---|---|---|",
    ]
    for each in duels:
        for contender in each["contenders"]:
            rival = contender["name"] == each["rival"]
            psnr = likeness(folder / f"{contender['name']}.npy", folder / f"{EXACT}.npy")
            steps = contender["steps"]
            name = contender["name"] if rival else f"{BEST}, beside {each['rival']}"
            lines.append(
                f"| {name} | {statistics.median(steps):.2f} "
                f"({min(steps):.2f} to {max(steps):.2f}) "
                f"| {format(each['ratio'], '.2f') if rival else ''} "
                f"| {contender['seconds']:.1f} | {contender['decode']:.1f} "
                f"| {contender['first_step']:.1f} | {contender['peak'] / 1e9:.2f} "
                f"| {'equal' if psnr is None else format(psnr, '.1f')} |"
            )
    return "\n".join(lines)


def prepare(options: argparse.Namespace) -> None:
    """Prepare the model as `inkcloud models prepare` does, unless that was done."""
    from inkcloud.checkpoints.backends.machine import Machine
    from inkcloud.checkpoints.backends.prepared_folder import PreparedFolder
    from inkcloud.checkpoints.dtype import dtype_name
    from inkcloud.checkpoints.load import load_checkpoint
    from inkcloud.engine.prepare import Wanted, prepare_model

    known = load_checkpoint(options.folder, backend="torch", whole=False)
    folder = PreparedFolder(options.prepared, known.sha256, dtype_name(known.dtype))
    if any(
        (each.width, each.height) == (options.size // 8,) * 2
        for each in folder.shapes(Machine.this())
    ):
        return
    del known
    wanted = Wanted(options.folder, options.prepared, width=options.size, height=options.size)
    outcome = prepare_model(wanted, lambda stage: print(stage, file=sys.stderr, flush=True))
    print(f"The winner is {outcome.winner}.", file=sys.stderr)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--size", type=int, default=512)
    parser.add_argument("--steps", type=int, default=6)
    parser.add_argument("--prepared", type=Path, default=None)
    parser.add_argument("--rivals", nargs="+", choices=RIVALS, default=list(RIVALS))
    parser.add_argument("--output", type=Path)
    parser.add_argument("--contender", choices=CONTENDERS, help=argparse.SUPPRESS)
    parser.add_argument("--picture", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.prepared is None:
        options.prepared = options.folder.parent / f"{options.folder.name}-prepared"
    if options.contender:
        work(options)
        return
    prepare(options)
    with tempfile.TemporaryDirectory() as name:
        duels = [duel(rival, options, Path(name)) for rival in options.rivals]
        if options.output:
            options.output.write_text(json.dumps(duels, indent=2) + "\n", encoding="utf-8")
        if EXACT in options.rivals:
            print(table(duels, Path(name)))


if __name__ == "__main__":
    main()
