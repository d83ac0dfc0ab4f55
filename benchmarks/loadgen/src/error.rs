//! What can go wrong, said so that the person at the keyboard can mend it.

use std::io;

/// Why a run ended without figures.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub(crate) enum Error {
    /// The command line is wrong.
    #[error("{0}\n\n{usage}", usage = crate::arguments::USAGE)]
    Usage(String),
    /// The operating system refused something.
    #[error("{what}: {cause}")]
    Io {
        /// What was tried.
        what: String,
        /// What the system said.
        cause: io::Error,
    },
    /// The server refused a session, or what it said is not HTTP.
    #[error("{url}: {what}")]
    Http {
        /// The URL that was asked.
        url: String,
        /// What came back.
        what: String,
    },
    /// The WebRTC stack refused something, most often the server's SDP answer.
    #[error("{what}: {cause}")]
    Rtc {
        /// What was tried.
        what: &'static str,
        /// What str0m said.
        cause: str0m::RtcError,
    },
    /// Something did not happen in time, or a thread ended early.
    #[error("{0}")]
    Failed(String),
}

impl Error {
    /// An I/O error with what was tried.
    pub(crate) fn io(what: impl Into<String>) -> impl FnOnce(io::Error) -> Self {
        let what = what.into();
        move |cause| Self::Io { what, cause }
    }

    /// A str0m error with what was tried.
    pub(crate) fn rtc(what: &'static str) -> impl FnOnce(str0m::RtcError) -> Self {
        move |cause| Self::Rtc { what, cause }
    }
}
