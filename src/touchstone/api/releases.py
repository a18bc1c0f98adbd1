"""Releases: freezing, reading, streaming their files, and the requester's decision."""

import base64
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Annotated, Any, Literal

from django.http import HttpResponseNotModified, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.utils.translation import gettext as _
from ninja import Router, Schema
from pydantic import Field

from touchstone.api.access import ApiRequest, needs, project_of
from touchstone.api.fields import In, Seed, Text
from touchstone.api.paging import Page, Paging, page
from touchstone.apps.consensus.queries import newest_run, runs_of
from touchstone.apps.datasets.queries import file_chunks, file_of, release_for, releases_of
from touchstone.apps.people.policies import Capability
from touchstone.flows import delivery
from touchstone.lib.errors import NotVisible

if TYPE_CHECKING:
    from touchstone.apps.consensus.models import ConsensusRun
    from touchstone.apps.datasets.models import Release
    from touchstone.apps.planning.models import Project

router = Router()


class FileOut(Schema):
    """One file of a release."""

    name: str
    media_type: str
    size_bytes: int
    sha256: str


class DecisionOut(Schema):
    """What the requester decided."""

    decision: str
    reason: str
    by: str
    at: datetime


class ReleaseOut(Schema):
    """A frozen delivery; `checksum` covers the checksums of all its files."""

    version: int
    consensus_run: int
    plan: int
    note: str
    test_share: Decimal
    split_seed: int
    items: int
    judgments: int
    checksum: str
    files: list[FileOut]
    decision: DecisionOut | None
    by: str
    at: datetime


class ReleaseDetailOut(ReleaseOut):
    """A release with its data card."""

    card: dict[str, Any]


class ReleaseIn(In):
    """What to freeze; without `consensus_run` the newest one."""

    test_share: Annotated[Decimal, Field(ge=0, lt=1, max_digits=4, decimal_places=3)]
    split_seed: Seed = 0
    note: Text = ""
    consensus_run: int | None = None


class DecideIn(In):
    """Accepted, or returned with a reason."""

    decision: Literal["accepted", "returned"]
    reason: Text = ""


@router.get("/{slug:key}/releases", response=Page[ReleaseOut])
@needs(Capability.VIEW_RELEASES, scope="project")
def list_releases(request: ApiRequest, key: str, paging: Paging) -> dict[str, object]:
    """The releases of a project, newest first."""
    rows = releases_of(project_of(request, key))
    return page(rows, "-version", paging, lambda row: ReleaseOut(**_summary(row)))


@router.post("/{slug:key}/releases", response={201: ReleaseDetailOut})
@needs(Capability.MAKE_RELEASE, scope="project")
def freeze_release(request: ApiRequest, key: str, body: ReleaseIn) -> ReleaseDetailOut:
    """Freeze a consensus run and its judgments into files that never change."""
    project = project_of(request, key)
    release = delivery.deliver(
        project=project,
        run=_run(project, body.consensus_run),
        test_share=body.test_share,
        split_seed=body.split_seed,
        note=body.note,
        by=request.auth,
        at=request.at,
    )
    return _detail(release)


@router.get("/{slug:key}/releases/{int:version}", response=ReleaseDetailOut)
@needs(Capability.VIEW_RELEASES, scope="project")
def get_release(request: ApiRequest, key: str, version: int) -> ReleaseDetailOut:
    """One release with its data card."""
    return _detail(release_for(request.auth, key, version, request.needs))


@router.post("/{slug:key}/releases/{int:version}/decision", response=ReleaseDetailOut)
@needs(Capability.DECIDE_RELEASE, scope="project")
def decide_release(request: ApiRequest, key: str, version: int, body: DecideIn) -> ReleaseDetailOut:
    """Accept a release, or return it with a reason."""
    release = release_for(request.auth, key, version, request.needs)
    delivery.decide(
        release=release,
        decision=body.decision,
        reason=body.reason,
        by=request.auth,
        at=request.at,
    )
    return _detail(release_for(request.auth, key, version, request.needs))


@router.get(
    "/{slug:key}/releases/{int:version}/files/{str:name}",
    response={200: None, 304: None},
    openapi_extra={
        "responses": {
            200: {
                "description": "The bytes of the file",
                "content": {"application/octet-stream": {"schema": {"type": "string"}}},
            }
        }
    },
)
@needs(Capability.DOWNLOAD_RELEASE, scope="project")
def download_file(request: ApiRequest, key: str, version: int, name: str) -> HttpResponseBase:
    """One file, streamed; its SHA-256 is the `ETag` and the `Repr-Digest`."""
    if "\0" in name:
        raise NotVisible(_("This release has no such file."))
    file = file_of(release_for(request.auth, key, version, request.needs), name)
    if f'"{file.sha256}"' in request.headers.get("If-None-Match", ""):
        return HttpResponseNotModified()
    digest = base64.b64encode(bytes.fromhex(file.sha256)).decode()
    response = StreamingHttpResponse(file_chunks(file), content_type=file.media_type)
    for header, text in (
        ("Content-Length", str(file.size_bytes)),
        ("Content-Disposition", f'attachment; filename="{file.name}"'),
        ("ETag", f'"{file.sha256}"'),
        ("Digest", f"sha-256={digest}"),
        ("Repr-Digest", f"sha-256=:{digest}:"),
        ("Cache-Control", "private, max-age=31536000, immutable"),
    ):
        response[header] = text
    return response


def _run(project: "Project", wanted: int | None) -> "ConsensusRun | None":
    if wanted is None:
        return newest_run(project)
    run = runs_of(project).filter(pk=wanted).first()
    if run is None:
        raise NotVisible(_("This project has no such consensus run."))
    return run


def _summary(release: "Release") -> dict[str, Any]:
    return {
        "version": release.version,
        "consensus_run": release.run_id,
        "plan": release.plan.version,
        "note": release.note,
        "test_share": release.test_share,
        "split_seed": release.split_seed,
        "items": release.items,
        "judgments": release.judgments,
        "checksum": release.checksum,
        "files": [
            FileOut(
                name=file.name,
                media_type=file.media_type,
                size_bytes=file.size_bytes,
                sha256=file.sha256,
            )
            for file in release.files.all()
        ],
        "decision": _decision(release),
        "by": release.by.name,
        "at": release.at,
    }


def _decision(release: "Release") -> DecisionOut | None:
    made = getattr(release, "decision", None)
    if made is None:
        return None
    return DecisionOut(decision=made.decision, reason=made.reason, by=made.by.name, at=made.at)


def _detail(release: "Release") -> ReleaseDetailOut:
    return ReleaseDetailOut(**_summary(release), card=release.card)
