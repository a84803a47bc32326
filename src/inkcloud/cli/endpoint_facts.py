"""One endpoint for people."""

from inkcloud.cli.listing import print_facts, print_rows
from inkcloud.client import EndpointStatus


def print_endpoint(endpoint: EndpointStatus) -> None:
    """Print an endpoint's facts and its replicas; of its environment the names only."""
    print_facts(
        {
            "Name": endpoint.name,
            "State": endpoint.state,
            "Address": endpoint.url,
            "Title": endpoint.display_name,
            "Description": endpoint.description,
            "Access": "public" if endpoint.public else "private",
            "Template": endpoint.template,
            "Service": endpoint.service,
            "Code folder": endpoint.code_folder,
            "Replicas": f"{endpoint.min_replicas} to {endpoint.max_replicas}",
            "Timeout": f"{endpoint.timeout_seconds} s without requests stop a replica",
            "Concurrency": f"{endpoint.concurrency_per_replica} requests at once a replica",
            "Environment": " ".join(sorted(endpoint.environment)),
            "In flight": endpoint.in_flight,
            "Waiting": endpoint.waiting,
            "Created": endpoint.created,
        }
    )
    if endpoint.replicas:
        print()
        print_rows(
            ("REPLICA", "PHASE", "RESTARTS", "SINCE", "REASON"),
            [
                (each.name, each.phase, each.restarts, each.since, each.reason)
                for each in endpoint.replicas
            ],
        )
