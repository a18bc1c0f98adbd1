#!/usr/bin/env bash
# Writes the hashed locks. They name no index and no path, so that any machine can use them; uv
# does not read pip's configuration, so a local mirror does not leak into the hashes.
set -euo pipefail
export UV_PYTHON_DOWNLOADS=never
common=(--universal --python-version 3.11 --generate-hashes --no-header --quiet --group build "$@")
.venv/bin/uv pip compile pyproject.toml "${common[@]}" -o requirements.lock
.venv/bin/uv pip compile pyproject.toml "${common[@]}" --extra dev -c requirements.lock \
    -o requirements-dev.lock
PATH="$PWD/.venv/bin:$PATH" npm install --package-lock-only --omit-lockfile-registry-resolved
