//! A child by `posix_spawn(3)` and `waitpid(2)`, with pipes as forkless makes them.

use std::ffi::CString;
use std::io::{Error, Read};
use std::os::fd::AsRawFd;
use std::os::unix::net::UnixStream;

use rustix::net::sockopt::set_socket_send_buffer_size;

/// As in `src/spawn/stdio.rs`.
pub const SEND_BUFFER: usize = 1024 * 1024;

/// A child and our ends of its stdin, stdout and stderr.
pub struct Child {
    pub pid: libc::pid_t,
    pub stdio: [UnixStream; 3],
}

impl Child {
    pub fn start(command: &[&str]) -> Self {
        let pairs = [(); 3].map(|()| UnixStream::pair().expect("socketpair"));
        // Of those who write.
        for fd in [&pairs[0].0, &pairs[1].1, &pairs[2].1] {
            set_socket_send_buffer_size(fd, SEND_BUFFER).expect("setsockopt");
        }
        let theirs = [0, 1, 2].map(|index: usize| pairs[index].1.as_raw_fd());
        let args: Vec<CString> = command.iter().map(|&arg| CString::new(arg).expect("no NUL")).collect();
        let mut argv: Vec<_> = args.iter().map(|arg| arg.as_ptr().cast_mut()).collect();
        argv.push(std::ptr::null_mut());
        let mut pid = 0;
        // SAFETY: what the calls get is alive and initialized; the lists end with a null.
        let status = unsafe {
            let mut actions = std::mem::zeroed();
            libc::posix_spawn_file_actions_init(&mut actions);
            for (target, &fd) in (0..).zip(&theirs) {
                libc::posix_spawn_file_actions_adddup2(&mut actions, fd, target);
            }
            let status = libc::posix_spawnp(
                &mut pid,
                args[0].as_ptr(),
                &actions,
                std::ptr::null(),
                argv.as_ptr(),
                libc::environ.cast_const(),
            );
            libc::posix_spawn_file_actions_destroy(&mut actions);
            status
        };
        assert_eq!(status, 0, "{}", Error::from_raw_os_error(status));
        Self { pid, stdio: pairs.map(|(ours, _)| ours) }
    }

    /// Its status, once it has ended.
    pub fn wait(&self) -> libc::c_int {
        let mut status = 0;
        // SAFETY: a child of ours, waited for once.
        assert_eq!(unsafe { libc::waitpid(self.pid, &mut status, 0) }, self.pid);
        status
    }

    /// Its status and what it has written, once all of that is there.
    pub fn end(mut self) -> (libc::c_int, Vec<u8>) {
        let mut output = Vec::new();
        for stream in &mut self.stdio[1..] {
            stream.read_to_end(&mut output).expect("read");
        }
        (self.wait(), output)
    }
}
