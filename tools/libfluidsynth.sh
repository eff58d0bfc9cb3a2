#!/bin/sh
# libfluidsynth through the system's package manager, if it is missing. Never fails: without it covers are MIDI only.
set -u

here=$(dirname "$0")
. "$here/packages.sh"

have() {
    "$here/../.venv/bin/python" -c 'from remixkit.render import synth; synth.library()' >/dev/null 2>&1
}

have && exit 0
say "installing libfluidsynth"
install_package libfluidsynth3 fluidsynth-libs fluidsynth fluid-synth
have && exit 0
say "libfluidsynth could not be installed, so covers will be MIDI only. To hear them:"
say "  Debian, Ubuntu   sudo apt install libfluidsynth3"
say "  Fedora           sudo dnf install fluidsynth-libs"
say "  Arch             sudo pacman -S fluidsynth"
say "  macOS            brew install fluid-synth"
say "  Windows          choco install fluidsynth"
exit 0
