//! Selective forwarding.
