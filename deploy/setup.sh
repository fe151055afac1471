# Sourced by the scripts that people run: installs what the build needs and
# builds it. Knows Debian 12; elsewhere it says what is missing.

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)

say() { printf '\033[1m==> %s\033[0m\n' "$*" >&2; }
die() { printf 'error: %s\n' "$*" >&2; exit 1; }

as_root() {
    if [ "$(id -u)" = 0 ]; then
        "$@"
    elif command -v sudo >/dev/null; then
        sudo "$@"
    else
        die "installing packages needs root or sudo: $*"
    fi
}

# Installs those of the named Debian packages that are not there.
ensure_packages() {
    command -v dpkg-query >/dev/null ||
        die "this is no Debian; install the counterparts of: $*"
    local missing=() package
    for package in "$@"; do
        dpkg-query -W -f '${Status}' "$package" 2>/dev/null |
            grep -q 'ok installed' || missing+=("$package")
    done
    [ ${#missing[@]} = 0 ] && return
    say "installing ${missing[*]}"
    as_root apt-get update -q >&2
    as_root env DEBIAN_FRONTEND=noninteractive \
        apt-get install -q -y --no-install-recommends "${missing[@]}" >&2 ||
        die "apt-get could not install: ${missing[*]}"
}

ensure_build_packages() {
    # shellcheck disable=SC2046 # one package a line
    ensure_packages $(cat "$root/deploy/packages.txt")
}

# build PRESET [TARGET...]: configures if needed and builds, incrementally.
build() {
    local preset=$1
    shift
    local dir=$root/build/$preset
    if [ ! -f "$dir/build.ninja" ]; then
        mkdir -p "$root/build"
        say "configuring build/$preset"
        (cd "$root" && cmake --preset "$preset" >"$root/build/$preset.log" 2>&1) || {
            cat "$root/build/$preset.log" >&2
            die "cmake --preset $preset failed"
        }
    fi
    say "building build/$preset (the first time takes some minutes)"
    cmake --build "$dir" ${1:+--target "$@"} >&2 || die "the build failed"
}
