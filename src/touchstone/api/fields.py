"""Kinds of values that come in, with their bounds: nothing unbounded gets past a schema."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Annotated, Any, BinaryIO, cast

from ninja import Schema
from ninja.files import UploadedFile
from pydantic import AfterValidator, ConfigDict, Field, StringConstraints

LARGEST_OBJECT = 64 * 1024

# PostgreSQL stores every character but this one.
NO_NULL = r"^[^\x00]*$"

Line = Annotated[str, StringConstraints(max_length=240, pattern=NO_NULL)]
Text = Annotated[str, StringConstraints(max_length=20_000, pattern=NO_NULL)]
Code = Annotated[str, StringConstraints(max_length=60, pattern=NO_NULL)]
Tag = Annotated[str, StringConstraints(max_length=15, pattern=r"^[A-Za-z0-9-]+$")]
Slug = Annotated[str, StringConstraints(max_length=60, pattern=r"^[a-z0-9][a-z0-9_-]*$")]
MinorUnits = Annotated[int, Field(ge=0, lt=2**63)]
Number = Annotated[int, Field(ge=0, lt=2**31)]
Seed = Annotated[int, Field(ge=0, lt=2**63)]
Exact = Annotated[Decimal, Field(max_digits=20, decimal_places=10)]
Real = Annotated[float, Field(allow_inf_nan=False)]


def _small(value: dict[str, Any]) -> dict[str, Any]:
    text = json.dumps(value, allow_nan=False, ensure_ascii=False)
    if len(text.encode()) > LARGEST_OBJECT:  # half a surrogate pair is a ValueError here
        raise ValueError(f"larger than {LARGEST_OBJECT} bytes")
    if r"\u0000" in text:
        raise ValueError("contains a null character")
    return value


SmallObject = Annotated[dict[str, Any], AfterValidator(_small)]


class In(Schema):
    """What comes in. An unknown field is a mistake worth telling, not one to swallow."""

    model_config = ConfigDict(extra="forbid")


def stream_of(upload: UploadedFile) -> BinaryIO:
    """The bytes of an upload, from memory when it is small and else from a temporary file."""
    return cast(BinaryIO, upload.file)
