"""The history with both clients, at the real gateway."""

import base64
import io
from zipfile import ZipFile

import pytest

from inkcloud.client import InkcloudClient
from inkcloud.domain.errors import InvalidRequest, NotFound, Unauthorized
from inkcloud.domain.history_query import HistorySort
from inkcloud.domain.picture_kind import PictureKind
from support.blocking_client import Blocking
from support.running_gateway import RunningGateway
from support.stub_replica import StubReplica, StubReplicas, tiny_png


@pytest.fixture(scope="module")
def gateway(tmp_path_factory):
    folder = tmp_path_factory.mktemp("data")
    with StubReplica() as replica, RunningGateway(folder, StubReplicas(replica)) as running:
        yield running


@pytest.fixture(params=[InkcloudClient, Blocking], ids=["sync", "async"])
def client(request, gateway):
    with request.param(gateway.url, token=gateway.token, endpoint="open") as opened:
        yield opened
        pictures = opened.history().pictures
        if pictures:
            opened.delete_history_pictures([picture.id for picture in pictures])


def test_pictures_are_listed_page_by_page(client):
    for number in range(3):
        client.generate(f"picture {number}", num_inference_steps=10 + number)

    first = client.history(limit=2, sort=HistorySort.FEWEST_STEPS)
    second = client.history(limit=2, sort=HistorySort.FEWEST_STEPS, after=first.next)
    back = client.history(limit=2, sort=HistorySort.FEWEST_STEPS, before=second.previous)

    steps = [picture.record["num_inference_steps"] for picture in first.pictures]
    assert steps == [10, 11]
    assert [picture.request["prompt"] for picture in second.pictures] == ["picture 2"]
    assert (first.previous, second.next) == ("", "")
    assert back.pictures == first.pictures
    assert len(client.history("picture 1", max_steps=None, favourites=False).pictures) == 1


def test_an_entry_has_all_there_is_and_its_files(client):
    [image] = client.generate("an octopus", seed=2**64 - 1, tag="grid/1")

    [entry] = client.history(kind=PictureKind.EXPERIMENT).pictures

    assert client.history_picture(entry.id) == entry
    assert (entry.sha256, entry.record, entry.index) == (image.sha256, image.record, 0)
    assert entry.created.tzinfo is not None
    assert entry.image_url.endswith(f"/history/{entry.id}/image")
    assert client.history_image(entry.id) == image.png
    assert client.history_thumbnail(entry.id)[8:12] == b"WEBP"


def test_what_a_picture_began_as_is_fetched(client):
    start = tiny_png(seed=3)
    client.generate("from a picture", image=base64.b64encode(start).decode(), strength=0.5)

    [entry] = client.history("from a picture").pictures

    assert client.history_start_image(entry.id) == start


def test_marks_notes_deleting_and_having_back(client):
    client.generate("mine")
    [entry] = client.history("mine").pictures

    changed = client.change_history_picture(entry.id, favourite=True, note="ours")
    gone = client.delete_history_pictures([entry.id, "gen_none-0"])

    assert (changed.favourite, changed.note) == (True, "ours")
    assert gone == (entry.id,)
    assert client.history("ours").pictures == ()
    assert entry.id in {each.id for each in client.history("ours", deleted=True).pictures}
    assert client.restore_history_pictures(gone) == gone
    assert client.history("ours", favourites=True).pictures == (changed,)


def test_an_export_is_a_zip(client):
    [image] = client.generate("to take along")
    [entry] = client.history("along").pictures

    archive = ZipFile(io.BytesIO(client.export_history([entry.id])))

    assert archive.read(archive.namelist()[0]) == image.png


def test_errors_are_of_their_kinds(client, gateway):
    with pytest.raises(NotFound):
        client.history_picture("../tokens")
    with pytest.raises(NotFound):
        client.export_history(["gen_none-0"])
    with pytest.raises(InvalidRequest) as caught:
        client.history(sort="prettiest")
    assert caught.value.field == "sort"
    with InkcloudClient(gateway.url, token="ink_no") as stranger, pytest.raises(Unauthorized):
        stranger.history()
