import json
import socket
import subprocess
from pathlib import Path

import pytest

from inkcloud.bootstrap.announce import EXAMPLE, curl_line
from inkcloud.bootstrap.data_lock import DataLock
from inkcloud.bootstrap.ports import take_port
from inkcloud.bootstrap.settings import UpSettings, default_data_dir
from inkcloud.domain.errors import Conflict, InvalidRequest


@pytest.mark.parametrize(
    ("host", "loopback", "address"),
    [
        ("127.0.0.1", True, "http://localhost:80"),
        ("localhost", True, "http://localhost:80"),
        ("127.0.0.2", True, "http://127.0.0.2:80"),
        ("::1", True, "http://[::1]:80"),
        ("0.0.0.0", False, "http://localhost:80"),
        ("::", False, "http://localhost:80"),
        ("192.0.2.7", False, "http://192.0.2.7:80"),
        ("machine.example", False, "http://machine.example:80"),
    ],
)
def test_a_host_is_loopback_only_if_no_other_machine_reaches_it(
    host: str, loopback: bool, address: str
) -> None:
    settings = UpSettings(host=host)

    assert settings.loopback is loopback
    assert settings.address(80) == address


def test_data_lie_where_the_base_directory_specification_says(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    assert default_data_dir() == tmp_path / "inkcloud"

    monkeypatch.setenv("XDG_DATA_HOME", "relative/is/ignored")
    assert default_data_dir() == Path.home() / ".local/share/inkcloud"

    monkeypatch.delenv("XDG_DATA_HOME")
    assert default_data_dir() == Path.home() / ".local/share/inkcloud"


def test_the_curl_line_asks_for_the_tutorials_picture_and_survives_a_shell(tmp_path: Path) -> None:
    token_file = tmp_path / "it's a token"
    token_file.write_text("secret\n")

    line = curl_line("http://localhost:1/a b", token_file)
    script = line.replace("curl ", "printf '%s\\n' ", 1)
    words = subprocess.check_output(["sh", "-c", script], text=True).splitlines()

    assert words[:4] == ["-s", "-X", "POST", "http://localhost:1/a b"]
    assert "authorization: Bearer secret" in words
    assert "secret" not in line
    assert json.loads(words[-1]) == EXAMPLE
    assert EXAMPLE["prompt"] == "A photo of an octopus playing chess"


def test_a_data_folder_belongs_to_one_holder_until_it_lets_go(tmp_path: Path) -> None:
    folder = tmp_path / "new" / "data"
    first = DataLock(folder)
    with pytest.raises(Conflict, match=r"process \d+"):
        DataLock(folder)

    first.release()
    first.release()

    DataLock(folder).release()
    assert folder.stat().st_mode & 0o777 == 0o700


def test_a_taken_port_is_named(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]

        with pytest.raises(Conflict, match=f"Port {port}") as caught:
            take_port("127.0.0.1", port, "--port")

    assert caught.value.field == "--port"
    assert str(port + 1) in str(caught.value.allowed)


def test_a_host_that_is_not_this_machine_is_refused() -> None:
    with pytest.raises(InvalidRequest) as caught:
        take_port("192.0.2.1", 0, "--port")

    assert caught.value.field == "--host"


def test_a_name_means_ipv4_first() -> None:
    with take_port("localhost", 0, "--port") as listener:
        assert listener.getsockname()[0] == "127.0.0.1"
