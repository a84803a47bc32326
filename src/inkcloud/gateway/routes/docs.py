"""The interactive description of the API; its files come from here, not from the network."""

from importlib.resources import files

from fastapi import APIRouter, Request, Response
from fastapi.openapi.docs import get_swagger_ui_html

from inkcloud.domain.errors import NotFound

ROUTER = APIRouter(include_in_schema=False)
_MEDIA_TYPES = {
    "swagger-ui-bundle.js": "text/javascript",
    "swagger-ui.css": "text/css",
    "favicon.png": "image/png",
}


@ROUTER.get("/docs")
async def docs(request: Request) -> Response:
    """Show every route, ready to try."""
    return get_swagger_ui_html(
        openapi_url="/openapi.json",
        title=request.app.title,
        swagger_js_url="/docs/swagger-ui-bundle.js",
        swagger_css_url="/docs/swagger-ui.css",
        swagger_favicon_url="/docs/favicon.png",
    )


@ROUTER.get("/docs/{asset}")
def docs_asset(asset: str) -> Response:
    """Return one of the page's own files.

    Raises:
        NotFound: for any other name.
    """
    if asset not in _MEDIA_TYPES:
        raise NotFound("The documentation has no such file.")
    content = files("fastapi_offline").joinpath("static", asset).read_bytes()
    headers = {"Cache-Control": "max-age=86400"}
    return Response(content, headers=headers, media_type=_MEDIA_TYPES[asset])
