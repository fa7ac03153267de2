# Sourced by run.sh and test.sh: makes .venv at the repository's root and installs the package into it, once.
# Expects $root, the repository's root. POSIX sh.

fail() {
    printf '%s\n' "$*" >&2
    exit 1
}

# The python3 in the path if it fits, else another one; one newer than 3.13, untried, only if there is no other.
find_python() {
    for newest in 13 99; do
        for candidate in python3 python3.13 python3.12 python3.11 python3.14 python3.15; do
            check="import ensurepip, sys, venv; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, $newest))"
            if "$candidate" -c "$check" >/dev/null 2>&1; then
                printf '%s\n' "$candidate"
                return
            fi
        done
    done
    return 1
}

# On Linux without an NVIDIA GPU: the build of torch for the CPU, if pip's configuration offers it, so that no CUDA
# packages come.
install_torch() {
    if [ "$(uname -s)" != Linux ] || nvidia-smi -L >/dev/null 2>&1; then
        return
    fi
    "$root/.venv/bin/python" -m pip install --quiet 'torch==2.13.0+cpu' 2>/dev/null ||
        "$root/.venv/bin/python" -m pip install --quiet 'torch==2.13.0'
}

# prepare_environment EXTRAS: nothing to do when the stamp of these extras is that of this pyproject.toml, here.
prepare_environment() {
    stamp="$root/.venv/installed-$1"
    wanted=$({ printf '%s\n' "$root"; cat "$root/pyproject.toml"; } | cksum)
    if [ -x "$root/.venv/bin/python" ] && [ -f "$stamp" ] && [ "$(cat "$stamp")" = "$wanted" ]; then
        return
    fi
    python=$(find_python) || fail 'HGT Studio needs Python 3.11 or newer with its venv module, and found none; install' \
        'it from python.org or with your package manager (on Debian and Ubuntu: apt install python3-venv)'
    printf 'HGT Studio: installing into %s/.venv; this takes minutes, once\n' "$root" >&2
    "$root/.venv/bin/python" -m pip --version >/dev/null 2>&1 || "$python" -m venv --clear "$root/.venv" ||
        fail "$root/.venv cannot be made; the lines above say why"
    install_torch || fail 'torch cannot be installed; the lines above say why'
    (cd "$root" && .venv/bin/python -m pip install --quiet --editable ".${1:+[$1]}") ||
        fail 'HGT Studio cannot be installed; the lines above say why'
    printf '%s\n' "$wanted" >"$stamp"
}
