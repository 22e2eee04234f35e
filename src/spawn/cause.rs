//! Why a start failed, where it was not the program: for the `cause` of its error. Looked for once it has failed.

use std::ffi::{CStr, CString, OsStr};
use std::fs::File;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};

use rustix::fs::{statx, AtFlags, FileType, StatxFlags, CWD};

use super::command::Command;
use super::Step;
use crate::sys::errno::Errno;

/// The bits of a mode that let somebody run the file.
const ANYBODY_RUNS: u32 = 0o111;
/// How much of a file the kernel looks at (`BINPRM_BUF_SIZE`).
const HEAD: usize = 256;
/// How many interpreters in a row the kernel takes.
const MOST_INTERPRETERS: usize = 5;

/// The system call that failed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cause {
    pub syscall: &'static str,
    pub errno: Errno,
    pub path: Option<PathBuf>,
    /// Whether `path` is what the program needs to run, by its `#!` line or its ELF header.
    pub is_interpreter: bool,
}

impl Cause {
    /// Nothing where the program itself could not be found, and where there was no child that could fail.
    pub(super) fn of(step: Step, errno: Errno, command: &Command) -> Option<Self> {
        let cwd = command.cwd.as_deref().map(path_of);
        match step {
            Step::Cwd => Some(Self::new("chdir", errno, cwd)),
            Step::Stdio => Some(Self::new("dup2", errno, None)),
            Step::Null => Some(Self::new("open", errno, Some("/dev/null".into()))),
            Step::Gid => Some(Self::new("setgid", errno, None)),
            Step::Uid => Some(Self::new("setuid", errno, None)),
            Step::Exec => Self::of_exec(errno, &command.candidates, &cwd.unwrap_or_default()),
            Step::Prepare | Step::Clone | Step::Keeper | Step::Watch => None,
        }
    }

    fn new(syscall: &'static str, errno: Errno, path: Option<PathBuf>) -> Self {
        Self { syscall, errno, path, is_interpreter: false }
    }

    fn of_exec(errno: Errno, candidates: &[CString], cwd: &Path) -> Option<Self> {
        let mut files =
            candidates.iter().map(|path| path_of(path)).filter(|path| mode_of(&cwd.join(path)).is_ok()).peekable();
        let first = files.peek().cloned();
        // Of several in the search path not all have failed for the same reason, and one is told.
        for file in files {
            if refusal(&cwd.join(&file)) == Some(errno) {
                return Some(Self::new("execve", errno, Some(file)));
            }
            if let Some(interpreter) = missing_interpreter(&file, cwd, errno) {
                return Some(Self { is_interpreter: true, ..Self::new("execve", errno, Some(interpreter)) });
            }
        }
        (errno != Errno::NOENT).then(|| Self::new("execve", errno, first))
    }
}

fn path_of(text: &CStr) -> PathBuf {
    OsStr::from_bytes(text.to_bytes()).into()
}

/// Why a file cannot be run, if that is known without a look into it.
fn refusal(file: &Path) -> Option<Errno> {
    match mode_of(file) {
        Ok(mode) if FileType::from_raw_mode(mode) == FileType::RegularFile && mode & ANYBODY_RUNS != 0 => None,
        Ok(_) => Some(Errno::ACCESS),
        Err(errno) => Some(errno),
    }
}

/// By the system call that Node's own `fs.stat` makes: sandboxes know that one.
fn mode_of(file: &Path) -> Result<u32, Errno> {
    Ok(statx(CWD, file, AtFlags::empty(), StatxFlags::TYPE | StatxFlags::MODE)?.stx_mode.into())
}

/// The first in a row of interpreters that cannot be run, for the reason `errno`.
fn missing_interpreter(file: &Path, cwd: &Path, errno: Errno) -> Option<PathBuf> {
    let mut file = file.to_owned();
    for _ in 0..MOST_INTERPRETERS {
        let interpreter = interpreter_of(&File::open(cwd.join(&file)).ok()?)?;
        match refusal(&cwd.join(&interpreter)) {
            None => file = interpreter,
            Some(failed) => return (failed == errno).then_some(interpreter),
        }
    }
    None
}

fn interpreter_of(file: &File) -> Option<PathBuf> {
    let mut head = [0; HEAD];
    let length = file.read_at(&mut head, 0).ok()?;
    let head = &head[..length];
    let path = if let Some(line) = head.strip_prefix(b"#!") {
        interpreter_in_line(line)?.to_vec()
    } else {
        interpreter_of_elf(file, head)?
    };
    Some(PathBuf::from(OsStr::from_bytes(&path)))
}

/// The first word of a `#!` line: execve(2), "Interpreter scripts".
fn interpreter_in_line(line: &[u8]) -> Option<&[u8]> {
    let line = line.split(|&byte| byte == b'\n').next()?;
    line.split(|&byte| matches!(byte, b' ' | b'\t' | 0)).find(|word| !word.is_empty())
}

/// The dynamic linker that a program of this machine's kind names: elf(5), `PT_INTERP`.
fn interpreter_of_elf(file: &File, head: &[u8]) -> Option<Vec<u8>> {
    const PT_INTERP: usize = 3;
    /// The class and byte order of the machines that this is built for.
    const IDENTITY: [u8; 6] = [0x7f, b'E', b'L', b'F', 2, 1];
    if !head.starts_with(&IDENTITY) {
        return None;
    }
    let (table, size, count) = (number(head, 32, 8)?, number(head, 54, 2)?, number(head, 56, 2)?);
    for index in 0..count {
        let mut entry = [0; 56];
        file.read_exact_at(&mut entry, u64::try_from(table.checked_add(index * size)?).ok()?).ok()?;
        if number(&entry, 0, 4)? == PT_INTERP {
            let mut path = vec![0; number(&entry, 32, 8)?.min(libc::PATH_MAX as usize)];
            file.read_exact_at(&mut path, u64::try_from(number(&entry, 8, 8)?).ok()?).ok()?;
            path.truncate(path.iter().position(|&byte| byte == 0)?);
            return Some(path);
        }
    }
    None
}

/// A number of `size` bytes, the lowest first.
fn number(bytes: &[u8], at: usize, size: usize) -> Option<usize> {
    let bytes = bytes.get(at..at + size)?;
    bytes.iter().rev().try_fold(0_usize, |number, &byte| Some(number.checked_mul(256)? + usize::from(byte)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_interpreter_is_the_first_word_of_the_line() {
        let words: [(&[u8], Option<&[u8]>); 5] = [
            (b"/bin/sh\n", Some(b"/bin/sh")),
            (b" \t /usr/bin/env node\nx", Some(b"/usr/bin/env")),
            (b"sh", Some(b"sh")),
            (b" \n/bin/sh", None),
            (b"", None),
        ];
        for (line, word) in words {
            assert_eq!(interpreter_in_line(line), word);
        }
    }

    #[test]
    fn a_program_names_its_linker() {
        let itself = File::open("/proc/self/exe").expect("this program");
        let linker = interpreter_of(&itself).expect("it is linked dynamically");
        assert!(linker.is_absolute() && linker.exists(), "{}", linker.display());
    }

    #[test]
    fn what_is_cut_off_has_no_number() {
        assert_eq!(number(&[1, 2], 1, 2), None);
        assert_eq!(number(&[1, 2, 3], 1, 2), Some(770));
        assert_eq!(number(&[255; 8], 0, 8), Some(usize::MAX));
    }
}
