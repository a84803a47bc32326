"""The templates: ready-made services to make endpoints from."""

from dataclasses import asdict

from fastapi import APIRouter, Depends

from inkcloud.gateway.callers import PartsDependency, require_token
from inkcloud.gateway.openapi import COMMON, problems
from inkcloud.wire.endpoint_views import TemplateList, TemplateView

ROUTER = APIRouter(prefix="/templates", tags=["templates"], dependencies=[Depends(require_token)])


@ROUTER.get("", responses=problems(401, 403, 500))
async def list_templates(parts: PartsDependency) -> TemplateList:
    """List the templates."""
    return TemplateList(
        templates=[TemplateView(**asdict(template)) for template in parts.templates.all()]
    )


@ROUTER.get("/{template}", responses=problems(*COMMON))
async def get_template(parts: PartsDependency, template: str) -> TemplateView:
    """Return a template."""
    return TemplateView(**asdict(parts.templates.get(template)))
