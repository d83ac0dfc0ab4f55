//! What once broke something does so no more: every file of `vectors/fuzz/TARGET` is tried again.

use std::path::Path;

fn replay(target: &str, run: fn(&[u8])) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../vectors/fuzz").join(target);
    let files: Vec<_> = folder.read_dir().expect("a folder of vectors").flatten().collect();
    assert!(!files.is_empty(), "{} is empty", folder.display());
    for file in files {
        run(&std::fs::read(file.path()).expect("a vector"));
    }
}

#[test]
fn datagrams() {
    replay("datagrams", fuzzing::datagrams);
}

#[test]
fn frames() {
    replay("frames", fuzzing::frames);
}

#[test]
fn keyframe() {
    replay("keyframe", fuzzing::keyframe);
}

#[test]
fn negotiate() {
    replay("negotiate", fuzzing::negotiate);
}

#[test]
fn offer() {
    replay("offer", fuzzing::offer);
}

#[test]
fn payload() {
    replay("payload", fuzzing::payload);
}

#[test]
fn renegotiate() {
    replay("renegotiate", fuzzing::renegotiate);
}

#[test]
fn sequence() {
    replay("sequence", fuzzing::sequence);
}

#[test]
fn turn() {
    replay("turn", fuzzing::turn);
}
