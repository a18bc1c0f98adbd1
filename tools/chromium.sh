#!/usr/bin/env bash
# Brings a Chromium for the browser tests: Debian's package on Debian, Playwright's own elsewhere.
# Where neither can be had it says so, and the browser tests skip with the same words.
set -euo pipefail
bin=$1

command -v chromium >/dev/null && exit 0

if [ -f /etc/debian_version ]; then
    if [ "$(id -u)" = 0 ]; then
        echo "Installing Chromium for the browser tests."
        export DEBIAN_FRONTEND=noninteractive
        apt-get update -qq </dev/null
        # Noto's core fonts hold Arabic, Hebrew and Thai.
        apt-get install -qq -y --no-install-recommends chromium fonts-noto-core </dev/null >/dev/null
    else
        echo "The browser tests will skip: no Chromium here. Once, as root:" >&2
        echo "    apt-get install -y chromium fonts-noto-core" >&2
    fi
else
    "$bin/playwright" install chromium ||
        echo "The browser tests will skip: Playwright could not install a Chromium." >&2
fi
