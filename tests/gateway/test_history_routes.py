"""The history over HTTP, at a real gateway with a stub replica."""

import base64
import hashlib
import io
import json
from zipfile import ZipFile

import pytest
from PIL import Image

from inkcloud.domain.access import ALL_SCOPES
from support.running_gateway import RunningGateway
from support.stub_replica import StubReplica, StubReplicas, tiny_png


@pytest.fixture(scope="module")
def gateway(tmp_path_factory):
    folder = tmp_path_factory.mktemp("data")
    with StubReplica() as replica, RunningGateway(folder, StubReplicas(replica)) as running:
        yield running


@pytest.fixture
def call(gateway):
    def call(method, path, body=None, token=None, **options):
        headers = {
            "Authorization": f"Bearer {token or gateway.token}",
            **options.pop("headers", {}),
        }
        content = None if body is None else json.dumps(body)
        return gateway.http.request(method, path, content=content, headers=headers, **options)

    return call


@pytest.fixture
def drawn(gateway):
    """Draw and return the ids of the pictures in the history."""

    def drawn(prompt, endpoint="open", **parameters):
        view = gateway.ended(gateway.submit(prompt, endpoint, **parameters))
        return [f"{view['id']}-{index}" for index in range(len(view["images"]))]

    return drawn


def found(call, **params):
    answer = call("GET", "/history", params=params)
    assert answer.status_code == 200, answer.text
    return [picture["id"] for picture in answer.json()["pictures"]]


def test_a_finished_picture_is_in_it_with_its_parameters_and_its_files(call, drawn, gateway):
    [id] = drawn("a lighthouse", seed=2**64 - 1, scheduler="PNDM", tag="mine/1")

    view = call("GET", f"/history/{id}").json()

    assert view == call("GET", "/history", params={"query": "lighth"}).json()["pictures"][0]
    assert (view["generation"] + "-0", view["index"], view["endpoint"]) == (id, 0, "open")
    assert (view["request"]["seed"], view["record"]["seed"]) == (2**64 - 1, 2**64 - 1)
    assert (view["tag"], view["kind"], view["favourite"], view["note"]) == (
        "mine/1",
        "single",
        False,
        "",
    )
    assert view["image_url"] == f"{gateway.url}/history/{id}/image"
    image = call("GET", view["image_url"])
    of_generation = call("GET", f"/endpoints/open/generations/{view['generation']}/images/0")
    assert image.content == of_generation.content
    assert image.headers["content-type"] == "image/png"
    assert "immutable" in image.headers["cache-control"]


def test_a_thumbnail_is_a_small_webp_that_browsers_keep(call, drawn, gateway):
    [id] = drawn("a large one")
    png = io.BytesIO()
    Image.effect_noise((640, 320), 60).save(png, "PNG")
    sha256 = gateway.images.put(png.getvalue())
    with gateway.database.write() as connection:
        statement = "UPDATE pictures SET sha256 = ? WHERE id = ?"
        connection.exec_driver_sql(statement, (sha256, id))

    first = call("GET", f"/history/{id}/thumbnail")
    again = call("GET", f"/history/{id}/thumbnail")
    headers = {"If-None-Match": first.headers["etag"]}
    unchanged = call("GET", f"/history/{id}/thumbnail", headers=headers)

    assert first.headers["content-type"] == "image/webp"
    with Image.open(io.BytesIO(first.content)) as small:
        assert (small.format, small.size) == ("WEBP", (256, 128))
    assert again.content == first.content
    assert (unchanged.status_code, unchanged.content) == (304, b"")
    assert "max-age=31536000" in first.headers["cache-control"]


def test_what_a_picture_began_as_is_there_as_it_was_handed_in(call, drawn, gateway):
    start = tiny_png(seed=11)
    [id] = drawn("from a picture", image=base64.b64encode(start).decode(), strength=0.5)
    [plain] = drawn("from noise")

    answer = call("GET", f"/history/{id}/start-image")
    none = call("GET", f"/history/{plain}/start-image")
    gateway.images.path(hashlib.sha256(start).hexdigest()).unlink()
    gone = call("GET", f"/history/{id}/start-image")

    assert answer.content == start
    assert answer.headers["content-disposition"] == "attachment"
    assert (none.status_code, gone.status_code) == (404, 404)
    assert "began as noise alone" in none.json()["detail"]
    assert "missing or damaged" in gone.json()["detail"]


def test_a_picture_whose_file_is_damaged_is_told(call, drawn, gateway):
    [id] = drawn("soon damaged", seed=777)
    path = gateway.images.path(call("GET", f"/history/{id}").json()["sha256"])
    path.write_bytes(path.read_bytes()[:-1])

    for what in ("image", "thumbnail"):
        answer = call("GET", f"/history/{id}/{what}")
        assert answer.status_code == 404
        assert "missing or damaged" in answer.json()["detail"]


def test_filters_sorting_and_pages(call, drawn):
    for number in range(5):
        drawn(f"windmill {number}", num_inference_steps=10 + number, guidance_scale=1.5 + number)
    drawn("windmill of a grid", tag="grid/abc/1")

    assert len(found(call, query="windmill", kind="experiment")) == 1
    assert len(found(call, query="windmill", min_steps=11, max_steps=13)) == 3
    assert len(found(call, query="windmill", max_guidance=2.5, kind="single")) == 2
    assert found(call, query="windmill", sort="fewest_steps", kind="single")[:2] == [
        found(call, query=f"windmill {number}")[0] for number in (0, 1)
    ]
    page = call("GET", "/history", params={"query": "windmill", "limit": 4}).json()
    rest = call("GET", "/history", params={"query": "windmill", "after": page["next"]}).json()
    assert (len(page["pictures"]), len(rest["pictures"])) == (4, 2)
    assert (page["previous"], rest["next"]) == (None, None)
    assert found(call, query="windmill", before=rest["previous"]) == [
        picture["id"] for picture in page["pictures"]
    ]


def test_a_picture_is_marked_noted_deleted_and_had_back(call, drawn):
    [id] = drawn("a marked one")

    marked = call("PATCH", f"/history/{id}", {"favourite": True, "note": "for Ada"}).json()
    noted = call("PATCH", f"/history/{id}", {"note": "for Grace"}).json()

    assert (marked["favourite"], marked["note"]) == (True, "for Ada")
    assert (noted["favourite"], noted["note"]) == (True, "for Grace")
    assert found(call, query="grace", favourites="true") == [id]
    assert call("DELETE", f"/history/{id}").status_code == 204
    assert call("DELETE", f"/history/{id}").status_code == 204
    assert found(call, query="grace") == []
    assert found(call, query="grace", deleted="true") == [id]
    assert call("GET", f"/history/{id}").json()["deleted"] is not None
    assert call("POST", f"/history/{id}/restore").json()["deleted"] is None
    assert found(call, query="grace") == [id]


def test_many_are_deleted_and_had_back_at_once(call, drawn):
    ids = drawn("several", num_images=3)

    gone = call("POST", "/history/delete", {"ids": [*ids, "gen_none-0"]}).json()

    assert gone == {"ids": ids}
    assert found(call, query="several") == []
    assert call("POST", "/history/restore", {"ids": ids[:2]}).json() == {"ids": ids[:2]}
    assert set(found(call, query="several")) == set(ids[:2])


def test_chosen_pictures_are_exported_with_their_records(call, drawn, gateway):
    one, two = drawn("Salt & <pepper>/../", seed=5, num_images=2)
    lost = drawn("lost", seed=4242)[0]
    gateway.images.path(call("GET", f"/history/{lost}").json()["sha256"]).unlink()
    call("PATCH", f"/history/{two}", {"note": "<b>bold</b>"})

    answer = call("POST", "/history/export", {"ids": [two, one, lost]})

    assert answer.headers["content-type"] == "application/zip"
    assert "attachment" in answer.headers["content-disposition"]
    archive = ZipFile(io.BytesIO(answer.content))
    assert archive.testzip() is None
    names = ["0001-salt-pepper-6.png", "0002-salt-pepper-5.png"]
    assert archive.namelist() == [*names, "records.json", "index.html"]
    told = json.loads(archive.read("records.json"))
    assert [picture["file"] for picture in told["pictures"]] == [*names, None]
    assert [picture["record"]["seed"] for picture in told["pictures"]] == [6, 5, 4242]
    assert archive.read(names[1]) == call("GET", f"/history/{one}/image").content
    index = archive.read("index.html").decode()
    assert "Salt &amp; &lt;pepper&gt;" in index
    assert "&lt;b&gt;bold&lt;/b&gt;" in index
    assert "<b>" not in index
    assert "Its file is missing." in index


def test_an_export_of_what_there_is_not_names_it(call, drawn):
    [id] = drawn("x")

    answer = call("POST", "/history/export", {"ids": [id, "gen_none-0"]})

    assert answer.status_code == 404
    assert (answer.json()["field"], answer.json()["value"]) == ("ids", "gen_none-0")


def test_a_token_of_one_endpoint_sees_and_changes_only_its_pictures(call, drawn, gateway):
    [theirs] = drawn("a shared word", "open")
    [ours] = drawn("a shared word", "shut")
    token, _ = gateway.tokens.create("shut's", ALL_SCOPES, "shut")

    listed = call("GET", "/history", token=token, params={"query": "shared"}).json()["pictures"]

    assert [picture["id"] for picture in listed] == [ours]
    for method, path, body in (
        ("GET", "", None),
        ("GET", "/image", None),
        ("GET", "/thumbnail", None),
        ("GET", "/start-image", None),
        ("PATCH", "", {"note": "x"}),
        ("DELETE", "", None),
        ("POST", "/restore", None),
    ):
        assert call(method, f"/history/{theirs}{path}", body, token).status_code == 404
    deleted = call("POST", "/history/delete", {"ids": [theirs, ours]}, token).json()
    assert deleted == {"ids": [ours]}
    assert call("POST", "/history/export", {"ids": [theirs]}, token).status_code == 404
    assert call("GET", f"/history/{theirs}").json()["deleted"] is None


@pytest.mark.parametrize(
    ("params", "field"),
    [
        ({"query": "x" * 201}, "query"),
        ({"scheduler": "none"}, "scheduler"),
        ({"min_steps": "many"}, "min_steps"),
        ({"max_steps": -1}, "max_steps"),
        ({"min_guidance": "nan"}, "min_guidance"),
        ({"kind": "both"}, "kind"),
        ({"sort": "prettiest"}, "sort"),
        ({"after": "no/id"}, "after"),
        ({"after": "gen_none-0"}, "after"),
        ({"before": "gen_none-0"}, "before"),
        ({"limit": 0}, "limit"),
        ({"limit": 201}, "limit"),
    ],
)
def test_a_question_that_is_none_is_told_by_field(call, params, field):
    answer = call("GET", "/history", params=params)

    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["field"] == field


@pytest.mark.parametrize(
    ("method", "path", "body", "field"),
    [
        ("PATCH", "/{id}", {"favourite": "yes"}, "favourite"),
        ("PATCH", "/{id}", {"note": "x" * 2001}, "note"),
        ("PATCH", "/{id}", {"note": "\0"}, "note"),
        ("PATCH", "/{id}", {"note": "\ud800"}, "note"),
        ("PATCH", "/{id}", {"title": "x"}, "title"),
        ("POST", "/delete", {}, "ids"),
        ("POST", "/delete", {"ids": []}, "ids"),
        ("POST", "/restore", {"ids": "gen_x-0"}, "ids"),
        ("POST", "/export", {"ids": ["a b"]}, "ids"),
        ("POST", "/export", {"ids": ["x"] * 1001}, "ids"),
    ],
)
def test_a_body_that_is_none_is_told_by_field(call, drawn, method, path, body, field):
    path = "/history" + path.replace("{id}", drawn("x")[0] if "{id}" in path else "")

    answer = call(method, path, body)

    assert answer.status_code == 422
    assert answer.json()["field"] == field


def test_strange_ids_find_nothing(call):
    for id in ("gen_none-0", "%00", "%F0%9F%90%99", "..", "a%0Ab"):
        assert call("GET", f"/history/{id}").status_code in {404, 405}
