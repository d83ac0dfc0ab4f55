//! Sessions with a server by WHIP (RFC 9725) and WHEP, or straight between our own ends.

use std::thread;
use std::time::{Duration, Instant};

use str0m::media::Direction;

use crate::arguments::{Load, Target};
use crate::error::Error;
use crate::http;
use crate::output::{Json, say};
use crate::peer::{Factory, Peer};
use crate::process;
use crate::run::{Outcome, Run};
use crate::viewer::Viewer;

/// A server may need this long to offer what has just been published.
const PATIENCE: Duration = Duration::from_secs(5);

/// Opens sessions and remembers how to end them.
struct Client<'a> {
    factory: Factory,
    target: &'a Target,
    opened: Vec<String>,
}

/// Loads a server.
pub(crate) fn through(load: Load, target: &Target) -> Result<Json, Error> {
    let idle = process::memory(&target.pids)?;
    let mut client = Client { factory: Factory::new(load.local)?, target, opened: vec![] };
    let measured = client.measure(load);
    client.close();
    let outcome = measured?;
    let known = (!target.pids.is_empty()).then_some(idle);
    Ok(report(load, outcome, known))
}

/// Sends every frame straight to the viewers: what the generator itself costs and adds.
pub(crate) fn direct(load: Load) -> Result<Json, Error> {
    let factory = Factory::new(load.local)?;
    let mut groups = vec![];
    let mut viewers = vec![];
    for publisher in 0..load.publishers {
        let mut group = vec![];
        for _ in 0..load.viewers {
            let offer = factory.offer(Direction::RecvOnly)?;
            let (peer, answer) = factory.answer(offer.mid(), &offer.sdp)?;
            viewers.push(Viewer { peer: offer.accept(&answer)?, publisher: publisher as u32 });
            group.push(peer);
        }
        groups.push(group);
    }
    let mut run = Run::start(load, groups)?;
    run.watch(viewers)?;
    run.await_flow(load.sessions() * 2, "ends are connected and served")?;
    Ok(report(load, run.measure(&[])?, None))
}

impl Client<'_> {
    fn measure(&mut self, load: Load) -> Result<Outcome, Error> {
        let publish =
            |publisher| self.open(&self.target.whip.clone(), Direction::SendOnly, publisher);
        let groups = (0..load.publishers).map(publish).map(|peer| Ok(vec![peer?]));
        let mut run = Run::start(load, groups.collect::<Result<_, Error>>()?)?;
        run.await_flow(load.publishers, "publishers are connected")?;
        let mut viewers = vec![];
        for session in 0..load.sessions() {
            let publisher = session % load.publishers;
            let peer = self.open(&self.target.whep.clone(), Direction::RecvOnly, publisher)?;
            viewers.push(Viewer { peer, publisher: publisher as u32 });
        }
        run.watch(viewers)?;
        run.await_flow(load.publishers + load.sessions(), "publishers and viewers are served")?;
        run.measure(&self.target.pids)
    }

    fn open(
        &mut self,
        template: &str,
        direction: Direction,
        publisher: usize,
    ) -> Result<Peer, Error> {
        let url = template.replace("{name}", &format!("p{publisher}"));
        let offer = self.factory.offer(direction)?;
        let deadline = Instant::now() + PATIENCE;
        let response = loop {
            let response = http::request("POST", &url, &self.target.headers, &offer.sdp)?;
            // Nobody publishes yet, or try again later: as servers say it.
            let early = matches!(response.status, 404 | 409 | 503);
            if !early || Instant::now() > deadline {
                break response;
            }
            thread::sleep(Duration::from_millis(100));
        };
        if response.status != 201 {
            let what = format!("{} {}", response.status, response.body.trim());
            return Err(Error::Http { url, what });
        }
        let location = response.location.as_deref();
        self.opened.extend(location.and_then(|location| http::resolve(&url, location)));
        offer.accept(&response.body)
    }

    fn close(&self) {
        for url in &self.opened {
            if let Err(error) = http::request("DELETE", url, &self.target.headers, "") {
                say(&format!("a session was not ended: {error}"));
            }
        }
    }
}

fn report(load: Load, outcome: Outcome, idle: Option<u64>) -> Json {
    let count = |count: usize| Json::Count(count as u64);
    let memory = |kib: Option<u64>| kib.map_or(Json::Null, Json::Count);
    let grown = idle.zip(outcome.memory).map(|(idle, loaded)| loaded.saturating_sub(idle));
    let streams = (load.publishers + load.sessions()) as u64;
    Json::Object(vec![
        ("publishers", count(load.publishers)),
        ("viewers", count(load.viewers)),
        ("rate", Json::Count(load.rate.into())),
        ("burst", Json::Count(load.burst.into())),
        ("size", count(load.size)),
        ("seconds", Json::Count(load.window.as_secs())),
        ("windows", Json::List(outcome.windows)),
        ("faults", outcome.faults),
        ("memory_idle_kib", memory(idle)),
        ("memory_kib", memory(outcome.memory)),
        ("memory_kib_per_stream", memory(grown.map(|grown| grown / streams))),
    ])
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::{Read as _, Write as _};
    use std::net::{IpAddr, TcpListener};

    const LOCAL: IpAddr = IpAddr::V4(std::net::Ipv4Addr::LOCALHOST);

    fn load() -> Load {
        let second = Duration::from_secs(1);
        let (local, threads) = (LOCAL, 2);
        let (warmup, window, windows) = (Duration::ZERO, second, 1);
        let (publishers, viewers, rate, burst, size) = (2, 2, 100, 5, 400);
        Load { publishers, viewers, rate, burst, size, warmup, window, windows, local, threads }
    }

    /// The field of a figure that stands once in the report.
    fn count(report: &Json, name: &str) -> u64 {
        let line = report.line();
        let (_, rest) = line.split_once(&format!("\"{name}\":")).unwrap();
        rest.split([',', '}']).next().unwrap().parse().unwrap()
    }

    #[test]
    fn every_packet_arrives_whole_and_once_when_no_server_is_between() {
        let report = direct(load()).unwrap();
        assert!(count(&report, "sent") >= 190, "{}", report.line());
        assert_eq!(count(&report, "expected"), 2 * count(&report, "sent"));
        for fault in ["lost", "duplicates", "damaged", "sessions_ended"] {
            assert_eq!(count(&report, fault), 0, "{fault}");
        }
    }

    #[test]
    fn a_session_is_asked_for_again_while_nobody_publishes_and_ended_at_the_end() {
        let listener = TcpListener::bind((LOCAL, 0)).unwrap();
        let base = format!("http://{}", listener.local_addr().unwrap());
        let server = thread::spawn(move || {
            ["409 Conflict", "201 Created", "200 OK"].map(|status| answer(&listener, status))
        });
        let target = Target {
            whip: String::new(),
            whep: format!("{base}/whep/r/{{name}}"),
            headers: vec!["Authorization: Bearer x".into()],
            pids: vec![],
        };
        let factory = Factory::new(LOCAL).unwrap();
        let mut client = Client { factory, target: &target, opened: vec![] };
        client.open(&target.whep, Direction::RecvOnly, 3).unwrap();
        client.close();
        let lines = server.join().unwrap();
        assert_eq!(
            lines,
            ["POST /whep/r/p3", "POST /whep/r/p3", "DELETE /session/1"].map(str::to_owned)
        );
    }

    fn is_whole(text: &str) -> bool {
        let Some((head, body)) = text.split_once("\r\n\r\n") else {
            return false;
        };
        let length = head.split("Content-Length: ").nth(1).unwrap().split("\r\n").next().unwrap();
        body.len() == length.parse::<usize>().unwrap()
    }

    /// Takes one request; gives its method and path.
    fn answer(listener: &TcpListener, status: &str) -> String {
        let (mut stream, _) = listener.accept().unwrap();
        let mut heard = vec![0; 8192];
        let mut length = 0;
        let text = loop {
            length += stream.read(&mut heard[length..]).unwrap();
            let text = std::str::from_utf8(&heard[..length]).unwrap();
            if is_whole(text) {
                break text.to_owned();
            }
        };
        assert!(text.contains("\r\nAuthorization: Bearer x\r\n"), "{text}");
        let (_, offer) = text.split_once("\r\n\r\n").unwrap();
        let body = if status.starts_with("201") {
            Factory::new(LOCAL).unwrap().answer("x".into(), offer).unwrap().1
        } else {
            String::new()
        };
        write!(stream, "HTTP/1.1 {status}\r\nLocation: /session/1\r\n\r\n{body}").unwrap();
        text.split(" HTTP").next().unwrap().to_owned()
    }
}
