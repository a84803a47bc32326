import hashlib
import os
import resource
from datetime import UTC, datetime, timedelta

import pytest

from inkcloud.domain.errors import StorageFull
from inkcloud.storage.images import ImageStore

PNG = b"\x89PNG and so on"


def test_a_picture_is_kept_under_its_hash(tmp_path):
    images = ImageStore(tmp_path)

    sha256 = images.put(PNG)

    assert sha256 == hashlib.sha256(PNG).hexdigest()
    assert images.get(sha256) == PNG
    assert images.path(sha256) == tmp_path / "images" / sha256[:2] / f"{sha256[2:]}.png"


def test_keeping_it_twice_keeps_one_file_that_counts_as_new(tmp_path):
    images = ImageStore(tmp_path)
    path = images.path(images.put(PNG))
    os.utime(path, (1, 1))
    before = path.stat()

    images.put(PNG)

    assert path.stat().st_ino == before.st_ino
    assert path.stat().st_mtime > before.st_mtime
    assert list(images.names()) == [hashlib.sha256(PNG).hexdigest()]


def test_a_picture_is_removed_unless_it_was_put_lately(tmp_path):
    images = ImageStore(tmp_path)
    sha256 = images.put(PNG)
    put = datetime.fromtimestamp(images.path(sha256).stat().st_mtime, UTC)

    assert not images.remove(sha256, unless_put_since=put - timedelta(seconds=1))
    assert images.get(sha256) == PNG
    assert images.remove(sha256, unless_put_since=put + timedelta(seconds=1))
    assert not images.remove(sha256, unless_put_since=put + timedelta(seconds=1))
    assert images.get(sha256) is None


@pytest.mark.parametrize("damage", [b"", PNG[:-1], PNG + b"x"])
def test_a_damaged_picture_is_not_given_out_and_can_be_kept_again(tmp_path, damage):
    images = ImageStore(tmp_path)
    sha256 = images.put(PNG)
    images.path(sha256).write_bytes(damage)

    assert images.get(sha256) is None
    images.put(PNG)
    assert images.get(sha256) == PNG


@pytest.mark.parametrize("name", ["", "../../etc/passwd", "A" * 64, "0" * 63, "0" * 64 + "\n"])
def test_only_hashes_name_pictures(tmp_path, name):
    with pytest.raises(ValueError, match="64 hex digits"):
        ImageStore(tmp_path).get(name)


@pytest.fixture
def files_of_five_bytes():
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (5, hard))
    yield
    resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


@pytest.mark.usefixtures("files_of_five_bytes")
def test_a_picture_that_cannot_be_written_whole_leaves_nothing_behind(tmp_path):
    images = ImageStore(tmp_path)

    with pytest.raises(StorageFull):
        images.put(PNG)

    assert [path for path in (tmp_path / "images").rglob("*") if path.is_file()] == []


def test_leftovers_of_a_crash_are_removed_at_the_start(tmp_path):
    ImageStore(tmp_path)
    leftover = tmp_path / "images" / "incoming" / "half"
    leftover.write_bytes(PNG[:3])

    ImageStore(tmp_path)

    assert not leftover.exists()
