#!/bin/sh
# Sets up what `make demo` and `make test` need on a fresh Debian or Ubuntu machine.
#
#   setup.sh venv                     .venv with the locked packages and Cermat itself
#   setup.sh optional NAME...         system programs Cermat can do without: tesseract, chromium
#
# What cannot be installed is said at once and again by `setup.sh missing`, with what it costs.
# NO_APT=1 leaves the system alone.
set -eu
cd "$(dirname "$0")/.."

venv=.venv
stamp=$venv/.installed
oldest=3.11

say() { printf '%s\n' "$*" >&2; }
die() { say "setup: $*"; exit 1; }

# A Python that is new enough: $PYTHON, else the first of the usual names.
find_python() {
    for name in ${PYTHON:-python3 python3.13 python3.12 python3.11 python}; do
        if command -v "$name" >/dev/null 2>&1 &&
            "$name" -c "import sys; sys.exit(sys.version_info < (${oldest%.*}, ${oldest#*.}))" 2>/dev/null
        then
            command -v "$name"
            return
        fi
    done
    die "no Python $oldest or newer found. Debian 12, Ubuntu 24.04 and newer have one: apt-get install python3"
}

# How this user may install system packages: prints a prefix ("" for root), or fails.
# A password is asked for only where someone sits at the terminal and $1 is "ask".
root_prefix() {
    [ -z "${NO_APT:-}" ] && command -v apt-get >/dev/null 2>&1 || return 1
    if [ "$(id -u)" = 0 ]; then
        echo env
    elif command -v sudo >/dev/null 2>&1 && sudo -n true 2>/dev/null; then
        echo "sudo -n env"
    elif [ "${1:-}" = ask ] && command -v sudo >/dev/null 2>&1 && [ -t 0 ]; then
        echo "sudo env"
    else
        return 1
    fi
}

apt_install() {
    prefix=$(root_prefix "${ask:-}") || return 1
    say "setup: apt-get install $*"
    log=$(mktemp)
    apt="$prefix DEBIAN_FRONTEND=noninteractive apt-get -qq -o Acquire::http::Timeout=20"
    apt="$apt -o DPkg::Lock::Timeout=60"
    # Without fresh lists first: where they are there already, that saves half a minute.
    if $apt install -y --no-install-recommends "$@" >"$log" 2>&1 ||
        { $apt update >"$log" 2>&1 &&
            $apt install -y --no-install-recommends "$@" >>"$log" 2>&1; }
    then
        rm -f "$log"
        return 0
    fi
    tail -n 3 "$log" >&2
    rm -f "$log"
    return 1
}

# Debian and Ubuntu split parts of Python off; try what is there before asking for more.
make_venv() {
    rm -rf "$venv"
    "$python" -m venv "$venv" >/dev/null 2>&1 && return
    rm -rf "$venv"
    version=$("$python" -c 'import sys; print("python%d.%d" % sys.version_info[:2])')
    ask=ask
    if apt_install "$version-venv" && "$python" -m venv "$venv"; then return; fi
    rm -rf "$venv"
    "$python" -m virtualenv -q "$venv" 2>/dev/null && return
    command -v uv >/dev/null 2>&1 && uv venv -q --seed --python "$python" "$venv" && return
    if "$python" -m pip --version >/dev/null 2>&1 &&
        "$python" -m venv --without-pip "$venv" >/dev/null 2>&1 &&
        "$python" -m pip --python "$venv/bin/python" install -q pip
    then return; fi
    rm -rf "$venv"
    die "cannot make a virtual environment with $python. As root: apt-get install $version-venv"
}

install_venv() {
    python=$(find_python)
    say "setup: $venv with $("$python" -V), packages as in requirements.lock"
    make_venv
    pip="$venv/bin/python -m pip --disable-pip-version-check -q"
    $pip install --require-hashes -r requirements.lock ||
        die "the packages of requirements.lock could not be installed (network? see above)"
    # The lock has the build backend too, so that nothing is fetched unpinned.
    $pip install --no-deps --no-build-isolation -e . || die "Cermat itself could not be installed"
    touch "$stamp"
}

have() {
    case $1 in
    tesseract) tesseract --list-langs 2>/dev/null | grep -qx ind ;;
    chromium)
        # Playwright drives it through a program that needs a library fresh systems lack.
        { command -v chromium || command -v chromium-browser || command -v google-chrome; } &&
            "$venv"/lib/python*/site-packages/playwright/driver/node --version
        ;;
    esac >/dev/null 2>&1
}

packages() {
    case $1 in
    tesseract) echo tesseract-ocr tesseract-ocr-ind ;;
    chromium) echo chromium libatomic1 ;;
    *) die "unknown program: $1" ;;
    esac
}

cost() {
    case $1 in
    tesseract) echo "printed titles are not read, so forms without a tag are told apart by their ruling alone" ;;
    chromium) echo "the tests that drive the desk in a browser are left out" ;;
    esac
}

report() {
    have "$1" && return
    say "NOT INSTALLED: $1 ($(packages "$1")). What that costs: $(cost "$1")."
}

case ${1:-} in
venv)
    install_venv
    ;;
optional)
    shift
    for name in "$@"; do
        # shellcheck disable=SC2046  # several packages, one word each
        have "$name" || apt_install $(packages "$name") || true
        report "$name"
    done
    ;;
missing)
    shift
    for name in "$@"; do report "$name"; done
    ;;
*)
    die "usage: setup.sh venv | optional NAME... | missing NAME..."
    ;;
esac
