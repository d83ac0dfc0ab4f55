//! How a transport takes part in ICE (RFC 8445), and which candidates it tells.

use std::net::SocketAddr;
use std::time::Duration;

use str0m::net::TcpType;
use str0m::{Candidate, Rtc, RtcConfig};

use crate::negotiation::Refusal;
use crate::words::RefusalCode;

/// The longest time between two checks of a path, where we check. A NAT that gives us another port
/// cuts us off until the next one.
const CHECK_INTERVAL: Duration = Duration::from_secs(1);

/// One transport's part in ICE.
#[derive(Debug)]
pub(crate) struct Ice {
    /// What the remote was told of.
    pub(crate) candidates: Vec<SocketAddr>,
    /// Sockets of the transport's own, one of each family at most; none: the media port is its way.
    own: Vec<SocketAddr>,
}

impl Ice {
    /// The remote finds us, at the media port (RFC 8445 section 2.5).
    pub(crate) fn lite() -> Self {
        Self { candidates: Vec::new(), own: Vec::new() }
    }

    /// We look for the remote, from these sockets.
    pub(crate) fn full(own: Vec<SocketAddr>) -> Self {
        Self { candidates: Vec::new(), own }
    }

    /// Whether we look for the remote.
    pub(crate) fn is_full(&self) -> bool {
        !self.own.is_empty()
    }

    /// Where we are, when these are the addresses of the media port.
    pub(crate) fn here(&self, media_port: &[SocketAddr]) -> Vec<SocketAddr> {
        if !self.is_full() {
            return media_port.to_vec();
        }
        let own = |address: &SocketAddr| {
            let socket = self.own.iter().find(|own| own.is_ipv4() == address.is_ipv4())?;
            Some(SocketAddr::new(address.ip(), socket.port()))
        };
        media_port.iter().filter_map(own).collect()
    }

    /// Makes an `Rtc` the agent that we are.
    pub(crate) fn configure(&self, mut configuration: RtcConfig) -> RtcConfig {
        configuration.set_max_stun_rto(CHECK_INTERVAL);
        configuration.set_ice_lite(!self.is_full())
    }

    /// Takes up our first candidates.
    pub(crate) fn begin(
        &mut self,
        rtc: &mut Rtc,
        media_port: &[SocketAddr],
    ) -> Result<(), Refusal> {
        let candidates = self.here(media_port);
        self.tell(rtc, &candidates)?;
        self.candidates = candidates;
        Ok(())
    }

    /// Takes up the candidates of `after` that were not told before.
    pub(crate) fn tell(&self, rtc: &mut Rtc, after: &[SocketAddr]) -> Result<(), Refusal> {
        for &new in after.iter().filter(|address| !self.candidates.contains(address)) {
            for candidate in self.hosts(new)? {
                rtc.add_local_candidate(candidate);
            }
        }
        Ok(())
    }

    /// Gives up the candidates told before that are not among those of `after`.
    pub(crate) fn withdraw(&self, rtc: &mut Rtc, after: &[SocketAddr]) -> Result<(), Refusal> {
        for &gone in self.candidates.iter().filter(|address| !after.contains(address)) {
            for candidate in self.hosts(gone)? {
                rtc.direct_api().invalidate_candidate(&candidate);
            }
        }
        Ok(())
    }

    /// The candidate that a datagram was sent to; behind a NAT it is another address than the local
    /// one.
    pub(crate) fn candidate_for(&self, local: SocketAddr) -> SocketAddr {
        if self.candidates.contains(&local) {
            return local;
        }
        let same_family = |candidate: &&SocketAddr| candidate.is_ipv4() == local.is_ipv4();
        self.candidates.iter().find(same_family).copied().unwrap_or(local)
    }

    /// An address of ours as candidates: UDP, and where we are found passive TCP (RFC 6544 section
    /// 4.1) with less priority.
    fn hosts(&self, address: SocketAddr) -> Result<Vec<Candidate>, Refusal> {
        let udp = Candidate::builder().udp().host(address).build();
        let tcp = Candidate::builder().tcp().host(address).tcptype(TcpType::Passive);
        let tcp = (!self.is_full()).then(|| tcp.build());
        let all: Result<_, _> = std::iter::once(udp).chain(tcp).collect();
        all.map_err(|error| {
            let reason = format!("{address} is no candidate: {error}");
            Refusal::new(RefusalCode::Unsupported, reason)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn address(text: &str) -> SocketAddr {
        text.parse().expect("an address")
    }

    #[test]
    fn who_dials_is_at_the_addresses_of_the_media_port_and_at_ports_of_its_own() {
        let told = [address("10.0.0.1:8444"), address("[fd00::1]:8444"), address("10.0.0.2:8444")];
        assert_eq!(Ice::lite().here(&told), told);
        let both = Ice::full(vec![address("0.0.0.0:5000"), address("[::]:6000")]);
        let own = [address("10.0.0.1:5000"), address("[fd00::1]:6000"), address("10.0.0.2:5000")];
        assert_eq!(both.here(&told), own);
        assert_eq!(Ice::full(vec![address("[::]:6000")]).here(&told), own[1..2]);
    }

    #[test]
    fn who_dials_does_so_over_udp_alone() {
        let here = address("10.0.0.1:8444");
        assert_eq!(Ice::lite().hosts(here).map(|all| all.len()), Ok(2));
        assert_eq!(Ice::full(vec![here]).hosts(here).map(|all| all.len()), Ok(1));
    }

    #[test]
    fn a_datagram_is_for_the_candidate_that_it_was_sent_to() {
        let told = vec![address("[fd00::1]:1"), address("10.0.0.1:1"), address("10.0.0.2:1")];
        let ice = Ice { candidates: told.clone(), own: Vec::new() };
        assert_eq!(ice.candidate_for(told[2]), told[2]);
        assert_eq!(ice.candidate_for(address("192.168.0.9:1")), told[1]);
    }
}
