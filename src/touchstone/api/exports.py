"""The judgments as they stand now, streamed; a release is what is frozen and handed over."""

from typing import Literal

from django.http import StreamingHttpResponse
from django.http.response import HttpResponseBase
from ninja import Router

from touchstone.api.access import ApiRequest, needs, project_of
from touchstone.apps.datasets import exports
from touchstone.apps.people.policies import Capability

router = Router()


@router.get(
    "/{slug:key}/judgments/export",
    response={200: None},
    openapi_extra={
        "responses": {
            200: {
                "description": "The rows, in the columns of a release's judgments",
                "headers": {
                    "Judgments-Total": {
                        "description": "How many judgments there are in it",
                        "schema": {"type": "integer"},
                    }
                },
                "content": {
                    "application/x-ndjson": {"schema": {"type": "string"}},
                    "text/csv": {"schema": {"type": "string"}},
                },
            }
        }
    },
)
@needs(Capability.EXPORT_JUDGMENTS, scope="project")
def export_judgments(
    request: ApiRequest, key: str, format: Literal["jsonl", "csv"] = "jsonl"
) -> HttpResponseBase:
    """All judgments and adjudications as they stand now, as a stream of one moment.

    An export that breaks off ends in a line that is no row: `{"error": "broke_off", …}`, or a CSV
    line that begins with `error`. In CSV a text that a spreadsheet would run as a formula has an
    apostrophe in front.
    """
    export = exports.export_judgments(
        project=project_of(request, key), form=format, by=request.auth, at=request.at
    )
    response = StreamingHttpResponse(export, content_type=export.media_type)
    name = f"{key}-judgments-{request.at:%Y%m%d-%H%M}.{format}"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    response["Judgments-Total"] = str(export.judgments)
    response["Cache-Control"] = "private, no-store"
    return response
