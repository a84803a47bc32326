from inkcloud.domain.endpoint import Endpoint
from inkcloud.storage.endpoints import EndpointTable


def test_endpoints_are_kept_replaced_and_listed_by_name(database):
    table = EndpointTable(database)
    first = Endpoint(name="b", service="m:C", environment={"INKCLOUD_MODEL": "inkling"})
    second = Endpoint(name="a", service="m:C")

    table.save(Endpoint(name="b", service="other:C", public=True, max_replicas=5))
    table.save(first)
    table.save(second)

    assert table.get("b") == first
    assert table.get("c") is None
    assert table.all() == [second, first]
