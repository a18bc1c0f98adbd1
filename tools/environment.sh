#!/usr/bin/env bash
# Makes the virtual environment $1, installing Debian's python3-venv first where it is missing.
set -euo pipefail
venv=$1
python=${PYTHON:-python3}

"$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' || {
    echo "Touchstone needs Python 3.11 or later; $python is $("$python" --version)." >&2
    echo "Name another one: make setup PYTHON=python3.12" >&2
    exit 1
}

if ! "$python" -c 'import ensurepip, venv' 2>/dev/null; then
    if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
        echo "Installing python3-venv, which Debian keeps apart."
        export DEBIAN_FRONTEND=noninteractive
        apt-get update -qq </dev/null
        apt-get install -qq -y --no-install-recommends python3-venv </dev/null >/dev/null
    else
        echo "Python's venv module is missing. On Debian or Ubuntu, once:" >&2
        echo "    sudo apt-get install -y python3-venv" >&2
        exit 1
    fi
fi

[ -x "$venv/bin/pip" ] || "$python" -m venv --clear "$venv"
