"""What `inkcloud up` can be told."""

import ipaddress
from dataclasses import dataclass, field
from pathlib import Path

from inkcloud.models.places import default_data_dir as default_data_dir

DEFAULT_HOST = "127.0.0.1"
DEFAULT_PORT = 8000
DEFAULT_PLAYGROUND_PORT = 8501
DEFAULT_MODEL = "inkling"
DEFAULT_DTYPE = "auto"
DEFAULT_BACKEND = "auto"
ENDPOINT = "text2image"

# The environment variable of each option, by the field it sets.
ENVIRONMENT = {
    "host": "INKCLOUD_HOST",
    "port": "INKCLOUD_PORT",
    "playground_port": "INKCLOUD_PLAYGROUND_PORT",
    "playground": "INKCLOUD_PLAYGROUND",
    "data_dir": "INKCLOUD_DATA_DIR",
    "model": "INKCLOUD_MODEL",
    "dtype": "INKCLOUD_DTYPE",
    "backend": "INKCLOUD_BACKEND",
    "prediction": "INKCLOUD_PREDICTION",
    "prepare": "INKCLOUD_PREPARE",
    "database": "INKCLOUD_DATABASE",
}


@dataclass(frozen=True, kw_only=True)
class UpSettings:
    """The options of `inkcloud up`; a port of 0 takes any free one.

    Attributes:
        host: the address that the gateway and the playground listen on.
        port: the gateway's port.
        playground_port: the playground's port.
        playground: whether to start the playground.
        data_dir: where the database, the pictures, the logs and the first token lie.
        model: a model's name, or a path to a model's folder or file.
        dtype: the model's arithmetic: auto, float32, bfloat16 or float16.
        backend: what computes the model: auto, torch or openvino.
        prediction: what the model's UNet predicts; None is what the model says.
        prepare: whether to find out what draws the built-in model fastest, where it is not known.
        database: the database's URL, which may hold a password; None is SQLite in `data_dir`.
    """

    host: str = DEFAULT_HOST
    port: int = DEFAULT_PORT
    playground_port: int = DEFAULT_PLAYGROUND_PORT
    playground: bool = True
    data_dir: Path = field(default_factory=default_data_dir)
    model: str = DEFAULT_MODEL
    dtype: str = DEFAULT_DTYPE
    backend: str = DEFAULT_BACKEND
    prediction: str | None = None
    prepare: bool = True
    database: str | None = field(default=None, repr=False)

    @property
    def loopback(self) -> bool:
        """Whether only this machine can reach the gateway."""
        if self.host == "localhost":
            return True
        try:
            return ipaddress.ip_address(self.host).is_loopback
        except ValueError:
            return False

    def address(self, port: int) -> str:
        """Return the address, without a slash at the end, at which this machine finds a port."""
        host = self.host
        if host in {"0.0.0.0", "::", DEFAULT_HOST}:
            host = "localhost"
        return f"http://{f'[{host}]' if ':' in host else host}:{port}"
