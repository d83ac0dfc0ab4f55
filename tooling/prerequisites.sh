#!/bin/sh
# Name what this machine lacks for a build, and the command that mends it.
# PYTHON names the interpreter to check (default: python3). Exits 1 when something is missing.

PYTHON=${PYTHON:-python3}
missing=0

has() { command -v "$1" >/dev/null 2>&1; }

# The command that installs a package: packages WHAT apt-NAMES dnf-NAMES pacman-NAMES brew-NAMES
install() {
    sudo=$([ "$(id -u)" = 0 ] || echo "sudo ")
    if has apt-get; then echo "${sudo}apt-get install $1"
    elif has dnf; then echo "${sudo}dnf install $2"
    elif has pacman; then echo "${sudo}pacman -S $3"
    elif has brew; then echo "brew install $4"
    else echo "install it with your package manager"
    fi
}

lacks() {
    missing=1
    echo "Missing: $1" >&2
    echo "   mend: $2" >&2
}

# at_least 1.95.0 1.88: compares major and minor.
at_least() {
    major=${1%%.*}; rest=${1#*.}; minor=${rest%%.*}
    [ "$major" -gt "${2%%.*}" ] || { [ "$major" -eq "${2%%.*}" ] && [ "$minor" -ge "${2#*.}" ]; }
}

python() {
    mend="$(install python3 python3 python python), or name a newer one: make PYTHON=python3.13"
    if ! has "$PYTHON"; then
        lacks "Python 3.11 or later ($PYTHON is not there)" "$mend"
        return
    fi
    found=$("$PYTHON" -c 'import sys; print("%d.%d.%d" % sys.version_info[:3])')
    if ! at_least "$found" 3.11; then
        lacks "Python 3.11 or later ($PYTHON is $found)" "$mend"
    elif ! "$PYTHON" -c 'import venv, ensurepip' 2>/dev/null; then
        lacks "Python's venv module" "$(install "python${found%.*}-venv" python3 python python)"
    fi
}

rust() {
    mend="install Rust with rustup (https://rustup.rs), then: rustup update stable"
    if ! has cargo || ! has rustc; then
        lacks "Rust 1.88 or later (cargo or rustc is not there)" "$mend"
        return
    fi
    found=$(rustc --version | cut -d ' ' -f 2)
    at_least "$found" 1.88 || lacks "Rust 1.88 or later (rustc is $found)" "$mend"
}

node() {
    mend="$(install "nodejs npm" "nodejs npm" "nodejs npm" node), or install it from https://nodejs.org"
    if ! has node; then
        lacks "Node 20.19 or later" "$mend"
        return
    fi
    found=$(command node --version | tr -d v)
    at_least "$found" 20.19 || lacks "Node 20.19 or later (node is $found)" "$mend"
    has npm || lacks "npm" "$mend"
}

compiler() {
    has cc || lacks "a C compiler (the cryptography of the core is C)" \
        "$(install build-essential gcc base-devel gcc)"
}

git_itself() {
    has git || lacks "git (it changes a crate that the core needs)" "$(install git git git git)"
}

python
rust
node
compiler
git_itself
exit $missing
