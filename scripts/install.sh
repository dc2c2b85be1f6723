#!/bin/sh
# install.sh VENV REQUIREMENTS: make VENV if it is not there and install exactly what is pinned.
set -eu
venv=$1
requirements=$2
python=${PYTHON:-python3}

if ! command -v "$python" >/dev/null 2>&1; then
    echo "Python 3.11 or newer is needed, and '$python' is not there. Name one with PYTHON=…" >&2
    exit 1
fi
if ! "$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))'; then
    echo "Python 3.11 or newer is needed; '$python' is $("$python" -V 2>&1). Name a newer one with PYTHON=…" >&2
    exit 1
fi

# A folder that was moved or whose Python is gone is of no use.
if [ -d "$venv" ] && ! "$venv/bin/python" -c '' 2>/dev/null; then
    rm -rf "$venv"
fi

if command -v uv >/dev/null 2>&1; then
    [ -d "$venv" ] || uv venv --quiet --python "$(command -v "$python")" "$venv"
    echo "Installing $requirements with uv …"
    exec uv pip install --quiet --python "$venv/bin/python" --require-hashes --requirement "$requirements"
fi

if ! [ -d "$venv" ] && ! "$python" -m venv "$venv"; then
    rm -rf "$venv"
    echo "This Python cannot make environments. On Debian: apt-get install python3-venv" >&2
    exit 1
fi
"$venv/bin/python" -m pip --version >/dev/null 2>&1 || "$venv/bin/python" -m ensurepip --default-pip >/dev/null
echo "Installing $requirements with pip (some minutes the first time) …"
exec "$venv/bin/python" -m pip install --quiet --disable-pip-version-check --require-hashes --requirement "$requirements"
