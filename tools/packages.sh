# Sourced by the scripts beside it: the system's package manager, whichever it is.

say() { printf '%s\n' "setup: $*" >&2; }

as_root() {
    if [ "$(id -u)" -eq 0 ]; then
        "$@"
    elif command -v sudo >/dev/null 2>&1 && { sudo -n true 2>/dev/null || { [ -t 0 ] && [ -z "${CI:-}" ]; }; }; then
        sudo "$@"
    else
        return 1
    fi
}

# install_package DEBIAN FEDORA ARCH BREW: install what the package is called here; fails if that cannot be done.
install_package() {
    if command -v apt-get >/dev/null 2>&1; then
        [ -n "$1" ] || return 1
        # shellcheck disable=SC2086
        as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends $1 >/dev/null 2>&1 ||
            { as_root apt-get update >/dev/null 2>&1 &&
              as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends $1 >/dev/null 2>&1; }
    elif command -v dnf >/dev/null 2>&1; then
        [ -n "$2" ] && as_root dnf install -y "$2" >/dev/null 2>&1
    elif command -v pacman >/dev/null 2>&1; then
        [ -n "$3" ] && as_root pacman -S --noconfirm --needed "$3" >/dev/null 2>&1
    elif command -v brew >/dev/null 2>&1; then
        [ -n "$4" ] && brew install "$4" >/dev/null 2>&1
    else
        return 1
    fi
}
