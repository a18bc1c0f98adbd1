"""The API object: every noun's endpoints, who may call, and how refusals look."""

from typing import Any

from ninja import NinjaAPI, Router

from touchstone.api import (
    consensus,
    errors,
    evaluations,
    exports,
    guidelines,
    items,
    machines,
    markets,
    me,
    plans,
    projects,
    qualification,
    quality,
    questions,
    releases,
    requests,
    results,
    task_types,
    value,
    wellbeing,
    work,
    workbench,
)
from touchstone.api.auth import BearerToken, BrowserSession

DESCRIPTION = """\
Labeling requests, plans, items, leased work, quality, consensus, releases, evaluations, returns.

Money is an integer number of minor units beside its currency; decimals are strings; times are UTC.
A refusal is always `{"code", "message", "details"}`: the code is for programs, the message is for
people in the language of `Accept-Language`. Lists come a page at a time: send `next` as `cursor`.
"""

# Addresses are tried in this order: what annotators call all day comes first.
ROUTERS: tuple[tuple[str, Router, str], ...] = (
    ("/judgments", work.judgments, "work"),
    ("/projects", work.projects, "work"),
    ("/assignments", work.assignments, "work"),
    ("/assignments", questions.assignments, "work"),
    ("/me", me.router, "me"),
    ("/me", wellbeing.router, "me"),
    ("/me", workbench.router, "me"),
    ("/projects", workbench.projects, "work"),
    ("/me", questions.me, "me"),
    ("/me", results.router, "me"),
    ("/markets", markets.router, "markets"),
    ("/requests", requests.router, "requests"),
    ("/projects", projects.router, "projects"),
    ("/task-types", task_types.router, "plans"),
    ("/guidelines", guidelines.router, "plans"),
    ("/projects", plans.router, "plans"),
    ("/projects", items.router, "items"),
    ("/work", work.router, "work"),
    ("/projects", qualification.router, "work"),
    ("/projects", machines.router, "machines"),
    ("/projects", quality.router, "quality"),
    ("/projects", questions.projects, "quality"),
    ("/projects", exports.router, "quality"),
    ("/projects", consensus.router, "consensus"),
    ("/projects", releases.router, "releases"),
    ("/projects", evaluations.projects, "evaluations"),
    ("/evaluations", evaluations.router, "evaluations"),
    ("/projects", value.router, "value"),
)


class Api(NinjaAPI):
    """An API whose operations are called by the names of their functions."""

    def get_openapi_operation_id(self, operation: Any) -> str:
        """The name of the function, which a test holds to be unique."""
        return str(operation.view_func.__name__)


api = Api(
    title="Touchstone",
    version="1",
    description=DESCRIPTION,
    urls_namespace="api",
    auth=[BearerToken(), BrowserSession()],
    docs_url=None,  # the page of django-ninja loads from elsewhere; see docs/reference/api.md
)
errors.install(api)
for prefix, router, tag in ROUTERS:
    api.add_router(prefix, router, tags=[tag])
