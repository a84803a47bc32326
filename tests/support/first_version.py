"""A database as the first version of Inkcloud made it, without any note of its form."""

from datetime import datetime

from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    DateTime,
    Float,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    create_engine,
)

from inkcloud.storage.database_url import database_url

CREATED = datetime(2025, 12, 31, 23, 59, 59, 999999)
SHA = "ab" * 32

METADATA = MetaData()

JOBS = Table(
    "jobs",
    METADATA,
    Column("sequence", Integer, primary_key=True, autoincrement=True),
    Column("id", String(64), nullable=False, unique=True),
    Column("endpoint", String(63), nullable=False),
    Column("tag", String(200), nullable=False),
    Column("state", String(16), nullable=False),
    Column("attached", Boolean, nullable=False),
    Column("created", DateTime, nullable=False),
    Column("request", JSON, nullable=False),
    Column("seconds", Float),
    Column("images", JSON, nullable=False),
    Column("error", JSON(none_as_null=True)),
    Index("jobs_by_endpoint", "endpoint", "sequence"),
    Index("jobs_by_tag", "endpoint", "tag", "sequence"),
    Index("jobs_by_state", "state", "sequence"),
    sqlite_autoincrement=True,
)

TOKENS = Table(
    "tokens",
    METADATA,
    Column("hash", String(64), primary_key=True),
    Column("name", Text, nullable=False),
    Column("created", DateTime, nullable=False),
)

ENDPOINTS = Table(
    "endpoints",
    METADATA,
    Column("name", String(63), primary_key=True),
    Column("service", Text, nullable=False),
    Column("public", Boolean, nullable=False),
    Column("replicas", Integer, nullable=False),
    Column("environment", JSON, nullable=False),
)


def make_first_version(
    url: str, *, token_hash: str = "0" * 64, images: object = None, with_rows: bool = True
) -> None:
    """Make the tables of the first version, with a finished, a failed and a queued job."""
    engine = create_engine(database_url(url))
    METADATA.create_all(engine)
    image = {"sha256": SHA, "record": {"seed": 2**64 - 1, "prompt": "é"}}
    job = {"endpoint": "text2image", "attached": False, "created": CREATED, "images": []}
    jobs = [
        {"id": "gen_done", "tag": "a/1", "state": "succeeded", "seconds": 1.5}
        | {"request": {"prompt": "x"}, "images": [image, image] if images is None else images},
        {"id": "gen_failed", "tag": "", "state": "failed", "request": {"prompt": "y"}}
        | {"seconds": None, "images": [], "error": {"code": "error", "message": "m"}},
        {"id": "gen_queued", "tag": "é" * 200, "state": "queued", "request": {"prompt": "z"}},
    ]
    with engine.begin() as connection:
        if with_rows:
            for each in jobs:
                connection.execute(JOBS.insert().values(job | each))
            token = {"hash": token_hash, "name": "first", "created": CREATED}
            connection.execute(TOKENS.insert().values(token))
            endpoint = {"name": "text2image", "service": "m:C", "public": True, "replicas": 2}
            connection.execute(ENDPOINTS.insert().values(endpoint | {"environment": {"A": "b"}}))
    engine.dispose()
