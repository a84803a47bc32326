"""`inkcloud init`."""

from pathlib import Path
from typing import Annotated

import typer

from inkcloud.cli.errors import plain_errors
from inkcloud.domain.errors import Conflict

README = """# A service of your own

`service.py` holds one class. Each of its public methods is a route; `infer` is the main one.
What a method takes and gives is in its annotations, and is checked by them.

Serve it here, and ask it:

```sh
inkcloud run service:HelloWorld
curl http://127.0.0.1:8080/infer --json '{"name": "Ada"}'
curl -N http://127.0.0.1:8080/count-up --json '{"count": 3, "stream": true}'
```

Its page for trying it out is http://127.0.0.1:8080/docs.

Make it an endpoint of a running `inkcloud up`, from this folder:

```sh
inkcloud endpoints create hello --service service:HelloWorld
```

- `setup` runs once, before the first request: load models there.
- A method whose name begins with `_` is no route.
- Pictures and files come and go as `inkcloud.services.types.Image` and `Media`, on the wire
  `{"data": "<base64>"}`; a request is at most 10 MB.
- What it imports must be installed beside Inkcloud: `pip install -r requirements.txt`.
"""
REQUIREMENTS = "# What service.py imports besides Inkcloud, one package a line.\n"


@plain_errors
def init(
    folder: Annotated[
        Path,
        typer.Argument(
            metavar="DIR", help="The folder to write into; made if needed.", show_default=False
        ),
    ],
) -> None:
    """Write a small service that works, to start your own from."""
    files = {
        "service.py": _service(),
        "README.md": README,
        "requirements.txt": REQUIREMENTS,
    }
    for name in files:
        if (folder / name).exists() or (folder / name).is_symlink():
            raise Conflict(
                "The file exists already, and is left as it is.",
                field="DIR",
                value=str(folder / name),
                allowed="a new folder, or one without " + ", ".join(files),
            )
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name, text in files.items():
            with (folder / name).open("x", encoding="utf-8") as file:
                file.write(text)
    except OSError as error:
        raise Conflict(
            f"The folder cannot be written: {error.strerror}.",
            field="DIR",
            value=str(folder),
            allowed="a folder that you may write",
        ) from error
    print(f"Wrote {', '.join(str(folder / name) for name in files)}.")
    print(f"Next: cd {folder} && inkcloud run service:HelloWorld")


def _service() -> str:
    """Return the template's own code: what people start from is what we run."""
    import inkcloud.services

    file = Path(inkcloud.services.__file__).with_name("hello_world.py")
    return file.read_text(encoding="utf-8")
