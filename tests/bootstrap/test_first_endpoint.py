from inkcloud.bootstrap.first_endpoint import keep_first_endpoint
from inkcloud.bootstrap.settings import ENDPOINT, UpSettings
from inkcloud.storage.database import Database
from inkcloud.storage.endpoints import EndpointTable


def test_what_people_changed_survives_a_restart_and_the_options_are_followed(tmp_path) -> None:
    database = Database.in_folder(tmp_path)
    table = EndpointTable(database)
    made = keep_first_endpoint(table, UpSettings(), "inkling")
    assert (made.name, made.public, made.min_replicas) == (ENDPOINT, True, 1)
    changes = {"display_name": "Ours", "max_replicas": 4, "paused": True}
    table.save(made.changed(changes | {"environment": {"APP_MODE": "x", **made.environment}}))

    again = keep_first_endpoint(
        table, UpSettings(dtype="float32", backend="torch"), "/models/other"
    )

    assert {name: getattr(again, name) for name in changes} == changes
    assert again.environment == {
        "APP_MODE": "x",
        "INKCLOUD_MODEL": "/models/other",
        "INKCLOUD_DTYPE": "float32",
        "INKCLOUD_BACKEND": "torch",
    }
    assert table.get(ENDPOINT) == again
    database.close()


def test_what_the_model_predicts_is_told_only_while_the_option_is_given(tmp_path) -> None:
    database = Database.in_folder(tmp_path)
    table = EndpointTable(database)

    told = keep_first_endpoint(table, UpSettings(prediction="v_prediction"), "/models/one")
    untold = keep_first_endpoint(table, UpSettings(), "inkling")

    assert told.environment["INKCLOUD_PREDICTION"] == "v_prediction"
    assert "INKCLOUD_PREDICTION" not in untold.environment
    database.close()


def test_it_is_never_public_where_others_can_reach_it_and_stays_private_once_made_so(
    tmp_path,
) -> None:
    database = Database.in_folder(tmp_path)
    table = EndpointTable(database)
    assert keep_first_endpoint(table, UpSettings(), "inkling").public

    assert not keep_first_endpoint(table, UpSettings(host="0.0.0.0"), "inkling").public
    assert not keep_first_endpoint(table, UpSettings(), "inkling").public
    database.close()
