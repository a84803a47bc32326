"""What of its parent's environment a replica gets: no secrets, only what it needs."""

import os
from collections.abc import Mapping
from pathlib import Path

PASSED_ON = (
    "PATH",
    "HOME",
    "LANG",
    "LC_ALL",
    "LC_CTYPE",
    "TZ",
    "TMPDIR",
    "LD_LIBRARY_PATH",
    "MKL_NUM_THREADS",
    "OMP_NUM_THREADS",
    "PYTHONPATH",
    "VIRTUAL_ENV",
)


def clean_environment(
    parent: Mapping[str, str],
    endpoint: Mapping[str, str],
    replica: str,
    code_folder: str = "",
    models: Path | None = None,
    prepared: Path | None = None,
) -> dict[str, str]:
    """Return a replica's environment.

    A replica may run anybody's code, so the parent's variables are an allow-list: a token
    or a database's address in the parent's environment is not seen by its replicas.

    Args:
        parent: this process's environment.
        endpoint: the endpoint's own settings; they win.
        replica: the replica's name, which it finds as INKCLOUD_REPLICA_NAME.
        code_folder: where the service's own code lies, or ""; modules are looked for there
            first.
        models: the folder of the store of models, which it finds as INKCLOUD_MODELS_DIR.
        prepared: the folder of prepared models, which it finds as INKCLOUD_PREPARED_DIR.
    """
    passed_on = {name: parent[name] for name in PASSED_ON if name in parent}
    ours = {"PYTHONUNBUFFERED": "1", "INKCLOUD_REPLICA_NAME": replica}
    if models is not None:
        ours["INKCLOUD_MODELS_DIR"] = str(models)
    if prepared is not None:
        ours["INKCLOUD_PREPARED_DIR"] = str(prepared)
    environment = {**passed_on, **ours, **endpoint}
    if code_folder:
        path = environment.get("PYTHONPATH")
        environment["PYTHONPATH"] = os.pathsep.join([code_folder, path] if path else [code_folder])
    return environment
