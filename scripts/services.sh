#!/bin/sh
# Brings what some tests need and this machine has not: PostgreSQL, Redis, Chromium with
# Chinese fonts, Pango for PDF files, gettext. What answers already is left as it is.
set -eu

says() { printf '%s\n' "$*"; }
there() { command -v "$1" >/dev/null 2>&1; }

# The two places where scripts/test.py looks, unless it was told another one.
postgres_answers() {
    [ -z "${TEST_DATABASE_URL:-}" ] || return 0
    there psql || return 1
    for address in postgres://postgres@127.0.0.1:5432/postgres 'postgres:///postgres?host=/var/run/postgresql'; do
        psql "$address" -Xwqtc 'SELECT 1' >/dev/null 2>&1 && return 0
    done
    return 1
}

redis_answers() {
    there redis-cli && [ "$(redis-cli -h 127.0.0.1 ping 2>/dev/null)" = PONG ]
}

chinese_there() { there fc-list && fc-list :lang=zh | grep -q .; }

# What makes PDF files.
pango_there() {
    python3 -c 'import ctypes; [ctypes.CDLL(n) for n in ("libpango-1.0.so.0", "libpangoft2-1.0.so.0", "libharfbuzz-subset.so.0")]' \
        2>/dev/null
}

chromium_there() { there chromium || there chromium-browser || there google-chrome; }

# The packages of Debian that are missing.
packages=
postgres_answers || there pg_ctlcluster || packages="$packages postgresql"
redis_answers || there redis-server || packages="$packages redis-server"
chromium_there || packages="$packages chromium"
chinese_there || packages="$packages fonts-noto-cjk"
there msgfmt || packages="$packages gettext"
pango_there || packages="$packages libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0"
python3 -c 'import ensurepip, venv' 2>/dev/null || packages="$packages python3-venv"

if [ -z "$packages" ] && postgres_answers && redis_answers; then
    says "PostgreSQL, Redis and Chromium are there."
    exit 0
fi

if ! there apt-get || [ "$(id -u)" -ne 0 ]; then
    says "Needed for all tests:"
    says "  PostgreSQL 15 or newer, and an account that may create databases: TEST_DATABASE_URL=postgres://…"
    says "  Redis 7 or newer on 127.0.0.1:6379, or elsewhere: TEST_REDIS_URL=redis://…"
    says "  Chromium, and a font with Chinese characters (Noto Sans CJK)"
    says "On Debian 'sudo make services' installs and starts them."
    exit 1
fi

if [ -n "$packages" ]; then
    says "Installing:$packages"
    # The locale becomes that of the new PostgreSQL cluster: without one it could hold no Chinese.
    export DEBIAN_FRONTEND=noninteractive LANG=C.UTF-8 LC_ALL=C.UTF-8
    said=$(mktemp)
    apt-get update -qq || says "The lists of packages could not be renewed; trying with those at hand."
    # shellcheck disable=SC2086 # a list of names
    if ! apt-get install -y -qq --no-install-recommends $packages >"$said" 2>&1; then
        cat "$said" >&2
        exit 1
    fi
    rm -f "$said"
fi

# waits WHAT CHECK: until it answers, thirty seconds at most.
waits() {
    tries=0
    until "$2"; do
        tries=$((tries + 1))
        if [ "$tries" -gt 60 ]; then
            says "$1 was started and does not answer." >&2
            exit 1
        fi
        sleep 0.5
    done
}

postgres_runs() { pg_isready -q -h /var/run/postgresql; }

if ! postgres_answers; then
    if ! postgres_runs; then
        pg_lsclusters --no-header | while read -r version cluster _; do
            pg_ctlcluster --skip-systemctl-redirect "$version" "$cluster" start
        done
        waits PostgreSQL postgres_runs
    fi
    # Whoever runs the tests gets an account of the same name, by the local socket, without a
    # password. It may do everything: tests check guards that only such an account could lift.
    account=${SUDO_USER:-$(id -un)}
    cd /
    runuser -u postgres -- psql -Xqc "CREATE ROLE \"$account\" LOGIN SUPERUSER" ||
        runuser -u postgres -- psql -Xqc "ALTER ROLE \"$account\" LOGIN SUPERUSER"
    [ "$account" != "$(id -un)" ] || waits "PostgreSQL's account" postgres_answers
fi

if ! redis_answers; then
    redis-server --daemonize yes --bind 127.0.0.1 --port 6379 --save '' --appendonly no >/dev/null
    waits Redis redis_answers
fi

says "PostgreSQL, Redis and Chromium are there."
