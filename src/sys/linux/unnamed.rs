//! Programs in files without a name.

use std::env;
use std::ffi::CStr;
use std::os::fd::{AsRawFd, OwnedFd};
use std::path::PathBuf;

use rustix::fs::{fstatvfs, memfd_create, open, MemfdFlags, Mode, OFlags, StatVfsMountFlags};
use rustix::io::write;

use crate::sys::errno::Errno;

/// What passes, be there a way to such a file or not.
pub const NO_ROOM: [Errno; 4] = [Errno::MFILE, Errno::NFILE, Errno::NOMEM, Errno::NOSPC];

/// A file that can be run: in memory, or where that is refused in a folder for such files.
pub fn executable(name: &CStr, program: &[u8]) -> Result<OwnedFd, Errno> {
    match in_memory(name, program) {
        Err(errno) if !NO_ROOM.contains(&errno) => in_folder(&["/dev/shm".into(), env::temp_dir()], program),
        made => made,
    }
}

fn in_memory(name: &CStr, program: &[u8]) -> Result<OwnedFd, Errno> {
    // Kernels before 6.3 do not know EXEC, and let any such file be run.
    let file = memfd_create(name, MemfdFlags::CLOEXEC | MemfdFlags::EXEC).or_else(|errno| match errno {
        Errno::INVAL => memfd_create(name, MemfdFlags::CLOEXEC),
        errno => Err(errno),
    })?;
    write_whole(&file, program)?;
    Ok(file)
}

fn in_folder(folders: &[PathBuf], program: &[u8]) -> Result<OwnedFd, Errno> {
    let flags = OFlags::TMPFILE | OFlags::RDWR | OFlags::CLOEXEC;
    let made = folders.iter().filter_map(|folder| open(folder, flags, Mode::RWXU).ok()).find(can_be_run);
    let made = made.ok_or(Errno::NOSYS)?;
    write_whole(&made, program)?;
    // What somebody may still write to is not run.
    open(format!("/proc/self/fd/{}", made.as_raw_fd()), OFlags::RDONLY | OFlags::CLOEXEC, Mode::empty())
}

/// Docker mounts /dev/shm with noexec.
fn can_be_run(file: &OwnedFd) -> bool {
    fstatvfs(file).is_ok_and(|place| !place.f_flag.contains(StatVfsMountFlags::NOEXEC))
}

fn write_whole(file: &OwnedFd, bytes: &[u8]) -> Result<(), Errno> {
    let mut rest = bytes;
    while !rest.is_empty() {
        let written = write(file, rest)?;
        rest = rest.get(written..).unwrap_or_default();
    }
    Ok(())
}
