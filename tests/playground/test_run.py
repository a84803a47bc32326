import pytest

from inkcloud.playground.run import Run, latest_run, new_run_id


def test_a_run_survives_the_pages_address():
    run = Run("abc", ("gen_1", None, "gen_3"))

    assert Run.from_query(run.to_query()) == run


@pytest.mark.parametrize("count", [1, 2, 4, 6])
def test_an_address_keeps_the_number_of_panels(count):
    run = Run("abc", (None,) * count).with_job(0, "gen_1")

    assert Run.from_query(run.to_query()) == run
    empty = Run.from_query(Run.new(count).to_query())
    assert empty is not None
    assert empty.jobs == (None,) * count


@pytest.mark.parametrize("panels", ["0", "7", "-1", "x", "٣", "4.0"])
def test_an_address_with_another_number_of_panels_has_the_usual_one(panels):
    run = Run.from_query({"run": "abc", "panel1": "gen_1", "panels": panels})

    assert run == Run("abc", ("gen_1", None, None))


def test_an_address_of_five_generations_has_five_panels():
    run = Run.from_query({"run": "abc", "panel5": "gen_5"})

    assert run == Run("abc", (None, None, None, None, "gen_5"))


def test_a_run_without_generations_leaves_the_address_clean():
    assert Run("abc").to_query() == {}


def test_an_address_without_generations_has_no_run():
    assert Run.from_query({"run": "abc", "panel9": "gen_1"}) is None


@pytest.mark.parametrize("job", ["../secret", "a b", "", "x" * 101, "a?b", "é"])
def test_what_cannot_be_an_id_is_left_out(job):
    assert Run.from_query({"run": "abc", "panel1": job}) is None


def test_every_tag_is_new_and_names_run_and_panel():
    run = Run("abc")

    first, second = run.new_tag(0), run.new_tag(0)

    assert first != second
    assert first.startswith("playground/abc/1/")
    assert latest_run([(second, "b"), (first, "a")]) == Run("abc", ("b", None, None))


def test_the_latest_run_is_put_together_from_its_tags():
    tagged = [
        ("somebody else's", "gen_0"),
        ("playground/new/3", "gen_3"),
        ("playground/new/1", "gen_1"),
        ("playground/old/2", "gen_o"),
        ("playground/new/1", "gen_replaced"),
        ("playground/new/7", "gen_7"),
    ]

    assert latest_run(tagged) == Run("new", ("gen_1", None, "gen_3"))


def test_the_latest_run_has_as_many_panels_as_its_tags():
    tagged = [("playground/new/5", "gen_5"), ("playground/new/1", "gen_1")]

    assert latest_run(tagged) == Run("new", ("gen_1", None, None, None, "gen_5"))


def test_without_tagged_generations_there_is_no_latest_run():
    assert latest_run([("x", "gen_1")]) is None


def test_run_ids_differ():
    assert new_run_id() != new_run_id()
