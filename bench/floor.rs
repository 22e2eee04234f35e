//! The floor of the workloads: `posix_spawn(3)` and `waitpid(2)` with nothing between them and the
//! kernel, doing the same work as the JavaScript in `workloads/`; for an IPC flood, a Node program that does
//! nothing but read. Takes what `measure.js` takes, but for
//! the module to load the Node that children run on, and prints what it prints.
//!
//!     target/release/examples/floor spawn-to-close 0 node 1

mod posix;

use std::fs::File;
use std::io::{Read, Write};
use std::os::fd::OwnedFd;
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::thread;
use std::time::{Duration, Instant};

use posix::{Child, SEND_BUFFER};
use rustix::net::sockopt::set_socket_send_buffer_size;

const MB: usize = 64;
const STREAM_MB: usize = 512;
/// As much as a stream of Node's reads at a time, and as `stream-write.js` writes.
const PIECE: usize = 64 * 1024;
/// As in `src/spawn/stdio.rs`.
const MESSAGE_BUFFER: usize = 4 * SEND_BUFFER;
const AT_ONCE: usize = 200;
const IN_FLIGHT: usize = 16;
const CHILDREN: usize = 160;
/// As in `samples.js`.
const AT_LEAST: usize = 10;
const SECONDS: u64 = 4;

#[allow(clippy::print_stdout)]
fn main() {
    let args: Vec<String> = std::env::args().collect();
    let case: usize = args[2].parse().expect("the number of a case");
    let effort: f64 = args[4].parse().expect("an effort");
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
    let times = |count: f64| (count * effort) as usize;
    let (metric, samples) = match args[1].as_str() {
        "loop-blocked" => ("blocked", blocked([0, 1024, 4096, 0][case], times(120.0))),
        "busy" => ("blocked", beside_others(|| blocked(0, times(120.0)))),
        "spawn-to-close" => ("time", collect(times(300.0), || to_end(&["/bin/true"]))),
        "exec-file" => ("time", collect(times(300.0), || to_end(&["/bin/echo", "hello"]))),
        "sync" => ("time", collect(times(300.0), || to_end(&["/bin/true"]))),
        "in-flight" => ("rate", collect(times(10.0), in_flight)),
        "burst" => ("stall", collect(times(20.0), burst)),
        "stream-read" => ("rate", stream_read(times(5.0))),
        "stream-write" => ("rate", collect(times(5.0), stream_write)),
        "output-async" | "output-sync" => ("rate", output(case, times(10.0))),
        "input-sync" => ("rate", input(times(10.0))),
        "ipc-ping-pong" => ("time", ping_pong(case, &args[3], times(10_000.0))),
        "ipc-flood" => return flood(case, &args[3], times(100_000.0)),
        other => panic!("no floor for {other}"),
    };
    println!("{{\"{metric}\":{samples:?}}}");
}

fn collect(times: usize, mut take: impl FnMut() -> f64) -> Vec<f64> {
    for _ in 0..(times / 10).min(5) {
        take();
    }
    let end = Instant::now() + Duration::from_secs(SECONDS);
    let mut samples = Vec::new();
    while samples.len() < times && (samples.len() < AT_LEAST || Instant::now() < end) {
        samples.push(take());
    }
    samples
}

fn microseconds(since: Instant) -> f64 {
    since.elapsed().as_secs_f64() * 1e6
}

/// From the start to the end of all, with the output read.
fn to_end(command: &[&str]) -> f64 {
    let start = Instant::now();
    let (status, _output) = Child::start(command).end();
    assert_eq!(status, 0, "the child failed");
    microseconds(start)
}

fn blocked(megabytes: usize, times: usize) -> Vec<f64> {
    let alive = vec![1_u8; megabytes << 20];
    let samples = collect(times, || {
        let start = Instant::now();
        let child = Child::start(&["/bin/true"]);
        let time = microseconds(start);
        assert_eq!(child.wait(), 0, "the child failed");
        time
    });
    assert!(alive.iter().step_by(4096).all(|&byte| byte == 1));
    samples
}

/// With all cores but one taken.
fn beside_others<T>(measure: impl FnOnce() -> T) -> T {
    let cores = thread::available_parallelism().map_or(1, usize::from);
    let busy = || {
        let mut command = Command::new("/bin/sh");
        command.args(["-c", "ulimit -t 60; while :; do :; done"]);
        command.spawn().expect("a shell")
    };
    let others: Vec<_> = (1..cores).map(|_| busy()).collect();
    let measured = measure();
    for mut other in others {
        other.kill().and_then(|()| other.wait()).expect("it runs");
    }
    measured
}

/// Children a second. Whoever of them ends first makes room for the next.
fn in_flight() -> f64 {
    let start = Instant::now();
    let mut running: Vec<Child> = Vec::new();
    for _ in 0..CHILDREN {
        if running.len() == IN_FLIGHT {
            end_one(&mut running);
        }
        running.push(Child::start(&["/bin/true"]));
    }
    while !running.is_empty() {
        end_one(&mut running);
    }
    CHILDREN as f64 / microseconds(start) * 1e6
}

/// Milliseconds for which the caller of so many starts can do nothing else.
fn burst() -> f64 {
    let start = Instant::now();
    let mut running: Vec<Child> = (0..AT_ONCE).map(|_| Child::start(&["/bin/true"])).collect();
    let time = microseconds(start) / 1e3;
    while !running.is_empty() {
        end_one(&mut running);
    }
    time
}

fn end_one(running: &mut Vec<Child>) {
    // SAFETY: no pointer is passed that is used.
    let pid = unsafe { libc::waitpid(-1, std::ptr::null_mut(), 0) };
    running.retain(|child| child.pid != pid);
}

/// A file of that many bytes, until it is removed.
fn make_file(size: usize) -> PathBuf {
    let path = std::env::temp_dir().join(format!("forkless-floor-{}", std::process::id()));
    File::create(&path).and_then(|mut file| file.write_all(&vec![b'f'; size])).expect("a temporary file");
    path
}

/// MB a second of a child's output, read piece by piece and thrown away.
fn stream_read(times: usize) -> Vec<f64> {
    let path = make_file(STREAM_MB << 20);
    let file = path.to_string_lossy().into_owned();
    let samples = collect(times, || {
        let start = Instant::now();
        let mut child = Child::start(&["cat", &file]);
        let mut piece = vec![0; PIECE];
        let mut size = 0;
        loop {
            match child.stdio[1].read(&mut piece).expect("read") {
                0 => break,
                count => size += count,
            }
        }
        assert_eq!(child.wait(), 0, "the child failed");
        assert_eq!(size, STREAM_MB << 20);
        STREAM_MB as f64 / microseconds(start) * 1e6
    });
    std::fs::remove_file(path).expect("the file is there");
    samples
}

/// MB a second written to a child, piece by piece.
fn stream_write() -> f64 {
    let start = Instant::now();
    let child = Child::start(&["dd", "of=/dev/null", "bs=1M"]);
    let pid = child.pid;
    let [mut stdin, _stdout, mut stderr] = child.stdio;
    let piece = vec![b'f'; PIECE];
    for _ in 0..(STREAM_MB << 20) / PIECE {
        stdin.write_all(&piece).expect("write");
    }
    drop(stdin);
    let mut said = String::new();
    stderr.read_to_string(&mut said).expect("read");
    // SAFETY: a child of ours, waited for once.
    unsafe { libc::waitpid(pid, std::ptr::null_mut(), 0) };
    assert!(said.contains(&format!("{} bytes", STREAM_MB << 20)), "{said}");
    STREAM_MB as f64 / microseconds(start) * 1e6
}

/// MB a second of a child's output, read as it comes into memory that grows.
fn output(case: usize, times: usize) -> Vec<f64> {
    let size = MB << 20;
    let path = make_file(size);
    let (file, count) = (path.to_string_lossy().into_owned(), size.to_string());
    let commands: [&[&str]; 2] = [&["cat", &file], &["head", "-c", &count, "/dev/zero"]];
    let samples = collect(times, || {
        let start = Instant::now();
        let mut child = Child::start(commands[case]);
        let mut bytes = Vec::new();
        child.stdio[1].read_to_end(&mut bytes).expect("read");
        assert_eq!(child.wait(), 0, "the child failed");
        assert_eq!(bytes.len(), size);
        MB as f64 / microseconds(start) * 1e6
    });
    std::fs::remove_file(path).expect("the file is there");
    samples
}

/// MB a second through `cat` and back, written by a thread of its own.
fn input(times: usize) -> Vec<f64> {
    let bytes = &vec![b'f'; MB << 20];
    collect(times, || {
        let start = Instant::now();
        let child = Child::start(&["cat"]);
        let pid = child.pid;
        let [mut stdin, mut stdout, _stderr] = child.stdio;
        let mut back = Vec::new();
        thread::scope(|scope| {
            scope.spawn(move || {
                stdin.write_all(bytes).expect("write");
                drop(stdin);
            });
            stdout.read_to_end(&mut back).expect("read");
        });
        assert_eq!(back.len(), bytes.len());
        // SAFETY: a child of ours, waited for once.
        unsafe { libc::waitpid(pid, std::ptr::null_mut(), 0) };
        MB as f64 / microseconds(start) * 1e6
    })
}

/// The message of `ipc-ping-pong.js` as it crosses a channel of each serialization. Its number stays the same.
const MESSAGES: [&[u8]; 2] = [
    b"{\"n\":1,\"job\":\"resize\",\"path\":\"/var/lib/images/0001.png\"}\n",
    b"\0\0\0\x37\xff\x0fo\"\x01nI\x02\"\x03job\"\x06resize\"\x04path\"\x18/var/lib/images/0001.png{\x03",
];

const SERIALIZATIONS: [&str; 2] = ["json", "advanced"];

fn script(file: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("bench/children").join(file)
}

/// A Node child that runs a file of `children/` and is ready, and our end of its channel.
fn fork(case: usize, node: &str, file: &str) -> (std::process::Child, UnixStream) {
    let (mut ours, theirs) = UnixStream::pair().expect("socketpair");
    set_socket_send_buffer_size(&ours, SEND_BUFFER).expect("setsockopt");
    set_socket_send_buffer_size(&theirs, MESSAGE_BUFFER).expect("setsockopt");
    let child = Command::new(node)
        .arg(script(file))
        .env("NODE_CHANNEL_FD", "0")
        .env("NODE_CHANNEL_SERIALIZATION_MODE", SERIALIZATIONS[case])
        .stdin(OwnedFd::from(theirs))
        .spawn()
        .expect("node starts");
    let mut answer = [0; 4096];
    let ready = ours.read(&mut answer).expect("read");
    assert!(answer[..ready].windows(5).any(|part| part == b"ready"));
    (child, ours)
}

/// Microseconds from a message to a Node child to its answer, with nothing made of either here.
fn ping_pong(case: usize, node: &str, times: usize) -> Vec<f64> {
    let (mut child, mut ours) = fork(case, node, "echo.js");
    let mut answer = [0; 4096];
    let message = MESSAGES[case];
    let mut round_trip = || {
        let start = Instant::now();
        ours.write_all(message).expect("write");
        let size = ours.read(&mut answer).expect("read");
        let time = microseconds(start);
        assert!(answer[..size] == *message, "{:?}", &answer[..size]);
        time
    };
    // Both ends are compiled by then.
    for _ in 0..2000 {
        round_trip();
    }
    let samples = collect(times, round_trip);
    drop(ours);
    assert!(child.wait().expect("wait").success());
    samples
}

/// How many messages of a Node child come in a second, and what each takes of the CPU: of a process that does nothing but
/// have V8 read them. It prints that itself.
fn flood(case: usize, node: &str, count: usize) {
    let (mut child, ours) = fork(case, node, "flood.js");
    let reader = Command::new(node)
        .arg(script("read-flood.js"))
        .args([SERIALIZATIONS[case], &count.to_string()])
        .stdin(OwnedFd::from(ours))
        .status();
    assert!(reader.expect("node starts").success());
    assert!(child.wait().expect("wait").success());
}
