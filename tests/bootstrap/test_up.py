import base64
import re
import shlex
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import httpx2
import psutil
import pytest
import streamlit
from prometheus_client.parser import text_string_to_metric_families
from typer.testing import CliRunner, Result

from inkcloud.bootstrap.ports import take_port
from inkcloud.cli.main import app
from support.running_up import PATIENCE, RunningUp, running_up
from support.tiny_checkpoints import make_tiny_sd

pytestmark = pytest.mark.slow
PNG = b"\x89PNG\r\n\x1a\n"
STREAMLIT = Path(streamlit.__file__).with_name("static")


@pytest.fixture(scope="module")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_tiny_sd(tmp_path_factory.mktemp("models") / "tiny")


@pytest.fixture(scope="module")
def data_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("data") / "inkcloud"


@pytest.fixture(scope="module")
def up(tiny: Path, data_dir: Path) -> Iterator[RunningUp]:
    with running_up(data_dir, "--model", str(tiny)) as running:
        yield running


def second_up(*options: object) -> Result:
    arguments = ["up", "--port", "0", "--playground-port", "0", *map(str, options)]
    return CliRunner().invoke(app, arguments)


def test_it_prints_addresses_a_token_that_only_its_owner_reads_and_no_colours(
    up: RunningUp, data_dir: Path
) -> None:
    token_file = data_dir / "token"

    assert up.fact("Token").startswith(token_file.read_text().strip())
    assert token_file.stat().st_mode & 0o777 == 0o600
    assert up.fact("Endpoint").endswith("/endpoints/text2image/predict")
    assert up.fact("Playground").startswith("http://localhost:")
    assert "\x1b" not in "".join(up.lines)


def test_the_printed_curl_line_gets_a_picture(up: RunningUp) -> None:
    [line] = [line for line in up.lines if line.startswith("curl ")]

    words = shlex.split(line)
    answer = httpx2.post(
        words[words.index("POST") + 1],
        content=words[words.index("-d") + 1],
        headers=dict([words[words.index("-H") + 1].split(": ")]),
        timeout=PATIENCE,
        trust_env=False,
    )

    assert answer.status_code == 200, answer.text
    assert base64.b64decode(answer.json()["image_0"]).startswith(PNG)


def test_the_playground_answers_and_serves_its_scripts(up: RunningUp) -> None:
    with httpx2.Client(base_url=up.fact("Playground"), timeout=PATIENCE, trust_env=False) as client:
        page = client.get("/")
        [script] = re.findall(r'<script type="module"[^>]* src="\.(/static/js/[^"]+)"', page.text)
        answer = client.get(script)

    assert page.status_code == 200
    assert answer.headers["content-type"] == "text/javascript; charset=utf-8"
    assert answer.content == (STREAMLIT / script.lstrip("/")).read_bytes()


def test_a_second_one_on_the_same_data_is_refused(
    up: RunningUp, tiny: Path, data_dir: Path
) -> None:
    result = second_up("--model", tiny, "--data-dir", data_dir)

    assert result.exit_code == 2
    assert f"process {up.process.pid}" in result.stderr
    assert "--data-dir" in result.stderr


@pytest.mark.parametrize(
    ("option", "fact"), [("--port", "Endpoint"), ("--playground-port", "Playground")]
)
def test_a_port_in_use_is_named_with_its_option_before_anything_starts(
    up: RunningUp, tiny: Path, tmp_path: Path, option: str, fact: str
) -> None:
    port = httpx2.URL(up.fact(fact)).port

    result = second_up("--model", tiny, "--data-dir", tmp_path / "other", option, port)

    assert result.exit_code == 2
    assert f"Port {port} on 127.0.0.1" in result.stderr
    assert f"{option} was {port}" in result.stderr
    assert result.stdout == ""


def engine_figures(up: RunningUp) -> dict[str, float]:
    """Return what the engine of `text2image` has counted, as the gateway tells it."""
    with httpx2.Client(trust_env=False, timeout=PATIENCE) as client:
        headers = {"Authorization": f"Bearer {up.token}"}
        text = client.get(f"{up.url}/metrics", headers=headers).text
    return {
        sample.name.removeprefix("inkcloud_engine_"): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
        if family.name.startswith("inkcloud_engine_")
        and sample.name.endswith(("_sum", "_count"))
        and sample.labels["endpoint"] == "text2image"
    }


def test_batch_rows_and_step_times_of_the_engine_are_seen_at_the_gateway(up: RunningUp) -> None:
    body = {"prompt": "x", "num_inference_steps": 5, "solver": "K_EULER", "guidance_scale": 5}

    before = engine_figures(up)
    up.ask("POST", "/endpoints/text2image/predict", body)
    after = engine_figures(up)

    grown = {name: after[name] - before.get(name, 0) for name in after}
    assert grown["batch_rows_sum"] == 10  # two rows a step: with the prompt and without
    assert grown["batch_rows_count"] == grown["step_seconds_count"] >= 5
    assert 0 < grown["step_seconds_sum"] < PATIENCE


def test_a_replica_that_dies_is_reported_and_the_next_request_is_answered(up: RunningUp) -> None:
    up.child("inkcloud.replica").kill()

    line = up.read_until("A replica stopped")
    answer = httpx2.post(
        up.fact("Endpoint"),
        json={"prompt": "a cat", "num_inference_steps": 1},
        timeout=PATIENCE,
        trust_env=False,
    )

    assert "started again" in line
    assert answer.status_code == 200, answer.text


def test_a_playground_that_dies_is_reported_and_comes_back(up: RunningUp) -> None:
    up.kill_playground()

    assert "starts again" in up.lines[-1]


def test_control_c_stops_everything_and_the_next_start_keeps_the_token(
    tiny: Path, tmp_path: Path
) -> None:
    with running_up(tmp_path, "--model", str(tiny)) as first:
        children = first.children()
        code = first.interrupt()
        token = first.fact("Token")

        assert code == 0
        assert len(children) == 2
        assert not [child for child in children if child.is_running()]
        assert first.lines[-1] == "Inkcloud has stopped."
        take_port("127.0.0.1", httpx2.URL(first.fact("Endpoint")).port or 0, "--port").close()
    with running_up(tmp_path, "--model", str(tiny), "--no-playground") as second:
        assert second.fact("Token") == f"kept in {tmp_path / 'token'}"
        assert (tmp_path / "token").read_text().strip() in token
        second.process.send_signal(signal.SIGTERM)
        assert second.wait() == 0


def test_children_end_even_when_it_is_killed(tiny: Path, tmp_path: Path) -> None:
    with running_up(tmp_path, "--model", str(tiny)) as up:
        children = up.children()
        up.process.kill()

        _, alive = psutil.wait_procs(children, timeout=PATIENCE)

    assert len(children) == 2
    assert not alive


def test_a_model_that_cannot_be_loaded_ends_it_with_the_reason(tmp_path: Path) -> None:
    (tmp_path / "model").mkdir()
    (tmp_path / "model" / "model_index.json").write_text("{}")

    options = ("--model", str(tmp_path / "model"), "--no-playground")
    with running_up(tmp_path / "data", *options, ready=False) as up:
        code = up.wait()

    assert code != 0
    assert "Traceback" not in "\n".join(up.lines)
    assert any("model_index.json" in line for line in up.lines), up.lines


def test_on_every_network_the_endpoint_is_private_and_the_curl_line_carries_the_token(
    tiny: Path, tmp_path: Path
) -> None:
    options = ("--model", str(tiny), "--no-playground", "--host", "0.0.0.0")
    with running_up(tmp_path, *options) as up:
        address = up.fact("Endpoint")
        [line] = [line for line in up.lines if line.startswith("curl ")]
        request = {"prompt": "a cat", "num_inference_steps": 1}
        token = {"authorization": "Bearer " + (tmp_path / "token").read_text().strip()}

        refused = httpx2.post(address, json=request, trust_env=False)
        served = httpx2.post(
            address, json=request, headers=token, timeout=PATIENCE, trust_env=False
        )

    assert refused.status_code == 401
    assert served.status_code == 200
    assert f'"authorization: Bearer $(cat {tmp_path / "token"})"' in line
    assert token["authorization"].split()[1] not in line


def test_a_second_control_c_ends_it_at_once(tmp_path: Path) -> None:
    script = (
        "import asyncio\n"
        "from inkcloud.bootstrap.stop_signal import StopSignal\n"
        "async def main():\n"
        "    stop = StopSignal(before_force=lambda: print('forced', flush=True))\n"
        "    stop.install()\n"
        "    print('ready', flush=True)\n"
        "    await stop.wait()\n"
        "    print('stopping', flush=True)\n"
        "    await asyncio.Event().wait()\n"
        "asyncio.run(main())\n"
    )
    path = tmp_path / "script.py"
    path.write_text(script)
    with subprocess.Popen([sys.executable, path], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        process.send_signal(signal.SIGINT)
        assert process.stdout.readline() == "stopping\n"
        process.send_signal(signal.SIGINT)
        assert process.stdout.readline() == "forced\n"
        assert process.wait(PATIENCE) == 130
