"""Which surface answers which address."""

from django.db import DatabaseError, connection
from django.http import HttpRequest, JsonResponse
from django.urls import include, path

from touchstone.api.api import api


def health(request: HttpRequest) -> JsonResponse:
    """Whether this process can serve: a load balancer asks every few seconds."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError:
        return JsonResponse({"status": "the database does not answer"}, status=503)
    return JsonResponse({"status": "ok"})


urlpatterns = [
    path("healthz", health, name="health"),
    path("api/v1/", api.urls),
    path("work/", include("touchstone.workbench.urls")),
    path("", include("touchstone.web.urls")),
]
