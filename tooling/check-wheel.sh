#!/bin/sh
# Check that wheels hold what they say: a core for that processor and C library, and the page.
# What is made for another machine cannot be run here.
set -eu

command -v readelf >/dev/null || {
    echo "Wheels are looked into with readelf; on Debian: apt-get install binutils" >&2
    exit 1
}
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

fail() {
    echo "$wheel: $1" >&2
    exit 1
}

for wheel; do
    rm -rf "$folder/wheel"
    .venv/bin/python -m zipfile -e "$wheel" "$folder/wheel"
    core="$folder/wheel/trunkline/_core.abi3.so"
    [ -f "$core" ] || fail "it has no core"
    [ -f "$folder/wheel/trunkline/web/static/index.html" ] || fail "it has no page"
    case "$wheel" in
        *_x86_64.whl) machine="X86-64" ;;
        *_aarch64.whl) machine="AArch64" ;;
        *) fail "its name has a processor that is not known here" ;;
    esac
    readelf -h "$core" | grep -q "Machine:.*$machine" || fail "its core is not for $machine"
    readelf -sW "$core" | grep -q " PyInit__core$" || fail "its core is no module of Python"
    case "$wheel" in
        *-cp311-abi3-manylinux_*)
            allowed="libc.so.6 libm.so.6 libpthread.so.0 libdl.so.2 librt.so.1 libgcc_s.so.1
                ld-linux-aarch64.so.1 ld-linux-x86-64.so.2" ;;
        *-cp311-abi3-musllinux_*) allowed="libc.so libc.musl-x86_64.so.1 libc.musl-aarch64.so.1" ;;
        *) fail "it is not for every Python from 3.11 on, on every Linux" ;;
    esac
    for library in $(readelf -dW "$core" | sed -n 's/.*(NEEDED).*\[\(.*\)\]/\1/p'); do
        case " $(echo $allowed) " in
            *" $library "*) ;;
            *) fail "its core needs $library" ;;
        esac
    done
    # Loaders before glibc 2.36 and musl 1.2.4 pass over such relocations, and the core would crash.
    ! readelf -dW "$core" | grep -q "(RELR)" || fail "its core has packed relocations"
    # manylinux_2_28 promises that glibc 2.28 is enough.
    promised=$(echo "$wheel" | sed -n 's/.*-manylinux_\([0-9]*\)_\([0-9]*\)_.*/\1.\2/p')
    needed=$(readelf -VW "$core" | grep -o 'GLIBC_[0-9.]*' | cut -c7- | sort -Vu | tail -1)
    newest=$(printf '%s\n%s\n' "$needed" "$promised" | sort -V | tail -1)
    [ "$newest" = "$promised" ] || fail "its core needs glibc $needed"
    echo "$wheel"
done
