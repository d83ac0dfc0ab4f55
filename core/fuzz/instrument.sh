#!/bin/sh
# The compiler of our own crates for fuzzing: branches are counted for libFuzzer, and arithmetic and
# assertions are checked. Cargo calls it for the workspace alone (RUSTC_WORKSPACE_WRAPPER), so the
# dependencies are those that the tests use, and stable Rust will do.
exec "$@" \
    -Cpasses=sancov-module \
    -Cllvm-args=-sanitizer-coverage-level=4 \
    -Cllvm-args=-sanitizer-coverage-inline-8bit-counters \
    -Cllvm-args=-sanitizer-coverage-pc-table \
    -Cllvm-args=-sanitizer-coverage-trace-compares \
    -Coverflow-checks=on -Cdebug-assertions=on -Ccodegen-units=1
