#!/bin/sh
# A virtual environment with RemixKit in it: sh tools/venv.sh FOLDER. $PYTHON names an interpreter to use.
set -eu

folder=${1:-.venv}
here=$(dirname "$0")
. "$here/packages.sh"

usable() { "$1" -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1; }

find_python() {
    for name in ${PYTHON:-} python3 python3.14 python3.13 python3.12 python3.11 python; do
        if command -v "$name" >/dev/null 2>&1 && usable "$name"; then
            command -v "$name"
            return
        fi
    done
}

python=$(find_python)
if [ -z "$python" ]; then
    say "no Python 3.11 or newer was found; trying the system's package manager"
    install_package "python3 python3-venv" python3.12 python python@3.13 || true
    python=$(find_python)
fi
if [ -z "$python" ]; then
    say "RemixKit needs Python 3.11 or newer: https://www.python.org/downloads/, then: make PYTHON=/path/to/python3"
    exit 1
fi

make_venv() { rm -rf "$folder" && "$python" -m venv "$folder" >/dev/null 2>&1 && "$folder/bin/python" -m pip --version >/dev/null 2>&1; }

if ! { [ -x "$folder/bin/python" ] && usable "$folder/bin/python" && "$folder/bin/python" -m pip --version >/dev/null 2>&1; }; then
    say "making $folder with $("$python" --version)"
    # Debian and Ubuntu leave ensurepip out of python3 and put it in a package of its own.
    version=$("$python" -c 'import sys; print("python%d.%d-venv" % sys.version_info[:2])')
    make_venv || { install_package "$version" "" "" "" && make_venv; } || { install_package python3-venv "" "" "" && make_venv; } || {
        rm -rf "$folder"
        say "$python cannot make a virtual environment; on Debian and Ubuntu: apt-get install $version"
        exit 1
    }
fi

say "installing Python packages"
"$folder/bin/python" -m pip install --quiet --disable-pip-version-check --editable "$here/..[dev]"
