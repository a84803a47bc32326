"""The page Endpoints: an overview, one template, or one endpoint, as the address says."""

from inkcloud.client import InkcloudClient
from inkcloud.playground.console import place
from inkcloud.playground.console.endpoint_page import draw_endpoint_page
from inkcloud.playground.console.overview import draw_overview
from inkcloud.playground.console.template_page import draw_template_page


def draw_endpoints_page(client: InkcloudClient) -> None:
    """Draw the page."""
    endpoint, template = place.at("endpoint"), place.at("template")
    if endpoint:
        draw_endpoint_page(client, endpoint)
    elif template:
        draw_template_page(client, template)
    else:
        draw_overview(client)
