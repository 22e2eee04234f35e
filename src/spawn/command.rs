//! What to run and how, as plain data: every allocation a start needs is made here.

use std::ffi::{c_char, CString};
use std::ptr;

use super::keeper::Keeping;
use super::stdio::ChildFd;

/// The C library whose execvp(3) decides what is run: the built-in calls the one that Node is built for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CLibrary {
    Glibc,
    Musl,
}

impl CLibrary {
    pub const OURS: Self = if cfg!(target_env = "musl") { Self::Musl } else { Self::Glibc };

    /// Where it looks when `PATH` is not set at all.
    fn default_path(self) -> &'static [u8] {
        match self {
            Self::Glibc => b"/bin:/usr/bin",
            Self::Musl => b"/usr/local/bin:/bin:/usr/bin",
        }
    }

    /// Whether it looks for such a name at all. glibc leaves it to the file systems, of which a folder that is not
    /// there has none.
    fn looks_for(self, name: &[u8]) -> bool {
        self == Self::Glibc || name.len() <= LONGEST_NAME
    }
}

/// The shell that runs a file without a `#!` line, where the C library does that.
const SHELL: &[u8] = b"/bin/sh\0";

/// `NAME_MAX`: the bytes of the longest name.
const LONGEST_NAME: usize = 255;

/// Bytes of an entry of `PATH` from which on execvp(3) passes over it. One just below that is tried, and
/// ends the search by ENAMETOOLONG.
const LONGEST_FOLDER: usize = libc::PATH_MAX as usize;

/// A list of strings in the form exec wants: each ended by a NUL, and a
/// NULL-terminated array of pointers to them.
pub struct StringList {
    /// Never touched again once the pointers are taken; moving the Vec moves no byte.
    bytes: Vec<u8>,
    pointers: Vec<*const c_char>,
}

impl StringList {
    /// `text` is every string of the list, each followed by a NUL.
    pub fn from_nul_ended(mut text: Vec<u8>) -> Self {
        if text.last().is_some_and(|&last| last != 0) {
            text.push(0);
        }
        let mut pointers: Vec<*const c_char> =
            text.split_inclusive(|&byte| byte == 0).map(|string| string.as_ptr().cast()).collect();
        pointers.push(ptr::null());
        Self { bytes: text, pointers }
    }

    fn iter(&self) -> impl Iterator<Item = &[u8]> {
        self.bytes.split_inclusive(|&byte| byte == 0).map(|string| &string[..string.len() - 1])
    }

    /// The value of `NAME=value`, the first one, as getenv(3) finds it.
    fn value_of(&self, name: &[u8]) -> Option<&[u8]> {
        self.iter().find_map(|pair| pair.strip_prefix(name).and_then(|rest| rest.strip_prefix(b"=")))
    }

    pub(super) fn as_ptr(&self) -> *const *const c_char {
        self.pointers.as_ptr()
    }
}

/// A process to start.
pub struct Command {
    /// The paths to try in order; the first that exec takes is run.
    pub(super) candidates: Vec<CString>,
    /// Whether a refusal (EACCES) of one candidate lets the next one be tried.
    pub(super) searched: bool,
    /// The error number when there is no candidate.
    pub(super) unfound: i32,
    pub(super) library: CLibrary,
    pub(super) argv: StringList,
    /// `/bin/sh`, a place for the candidate, and argv from its second string on.
    pub(super) shell_argv: Vec<*const c_char>,
    pub(super) envp: StringList,
    pub(super) cwd: Option<CString>,
    pub(super) uid: Option<u32>,
    pub(super) gid: Option<u32>,
    pub(super) detached: bool,
    /// What its keeper is to do, if it has one.
    pub(super) keeper: Option<Keeping>,
    pub(super) stdio: Vec<ChildFd>,
}

impl Command {
    /// `file` is looked up in the `PATH` of `envp` when it has no slash.
    pub fn new(file: &[u8], argv: StringList, envp: StringList) -> Self {
        Self::searched_by(CLibrary::OURS, file, argv, envp)
    }

    /// The same by the search of that C library.
    pub fn searched_by(library: CLibrary, file: &[u8], argv: StringList, envp: StringList) -> Self {
        // An empty name is looked up nowhere and found nowhere.
        let searched = !file.is_empty() && !file.contains(&b'/');
        let named = !searched || library.looks_for(file);
        let candidates = if !named {
            Vec::new()
        } else if searched {
            let path = envp.value_of(b"PATH").unwrap_or(library.default_path());
            path.split(|&byte| byte == b':')
                .filter(|folder| folder.len() < LONGEST_FOLDER)
                .map(|folder| in_folder(folder, file))
                .collect()
        } else {
            vec![c_string(file)]
        };
        let rest = argv.pointers.get(1..).unwrap_or(&[ptr::null()]);
        let mut shell_argv = vec![SHELL.as_ptr().cast(), ptr::null()];
        shell_argv.extend_from_slice(if rest.is_empty() { &[ptr::null()] } else { rest });
        Self {
            candidates,
            searched,
            unfound: if named { libc::ENOENT } else { libc::ENAMETOOLONG },
            library,
            argv,
            shell_argv,
            envp,
            cwd: None,
            uid: None,
            gid: None,
            detached: false,
            keeper: None,
            stdio: Vec::new(),
        }
    }

    #[must_use]
    pub fn cwd(mut self, folder: Option<&[u8]>) -> Self {
        self.cwd = folder.map(c_string);
        self
    }

    #[must_use]
    pub fn ids(mut self, uid: Option<u32>, gid: Option<u32>) -> Self {
        (self.uid, self.gid) = (uid, gid);
        self
    }

    #[must_use]
    pub fn detached(mut self, detached: bool) -> Self {
        self.detached = detached;
        self
    }

    /// A keeper between us and the process, which keeps hold of all that it starts.
    #[must_use]
    pub fn keeper(mut self, keeping: Option<Keeping>) -> Self {
        self.keeper = keeping;
        self
    }

    /// The child's fds, by index.
    #[must_use]
    pub fn stdio(mut self, entries: Vec<ChildFd>) -> Self {
        self.stdio = entries;
        self
    }
}

/// An empty folder name in `PATH` is the current one.
fn in_folder(folder: &[u8], file: &[u8]) -> CString {
    if folder.is_empty() {
        return c_string(file);
    }
    c_string(&[folder, b"/", file].concat())
}

/// Strings are refused in JavaScript when they hold a NUL; one that gets here ends at it.
fn c_string(text: &[u8]) -> CString {
    let end = text.iter().position(|&byte| byte == 0).unwrap_or(text.len());
    CString::new(&text[..end]).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn command_by(library: CLibrary, file: &str, env: &str) -> Command {
        let argv = StringList::from_nul_ended(file.as_bytes().to_vec());
        let envp = StringList::from_nul_ended(env.as_bytes().to_vec());
        Command::searched_by(library, file.as_bytes(), argv, envp)
    }

    fn candidates(file: &str, env: &str) -> Vec<String> {
        candidates_by(CLibrary::OURS, file, env)
    }

    fn candidates_by(library: CLibrary, file: &str, env: &str) -> Vec<String> {
        command_by(library, file, env).candidates.iter().map(|path| path.to_string_lossy().into_owned()).collect()
    }

    #[test]
    fn a_plain_name_is_looked_up_in_the_childs_path() {
        assert_eq!(candidates("ls", "A=1\0PATH=/a:/b\0PATH=/c\0"), ["/a/ls", "/b/ls"]);
    }

    #[test]
    fn empty_entries_are_the_current_folder() {
        assert_eq!(candidates("ls", "PATH=:/b:\0"), ["ls", "/b/ls", "ls"]);
        assert_eq!(candidates("ls", "PATH=\0"), ["ls"]);
    }

    #[test]
    fn entries_longer_than_any_path_are_passed_over() {
        let [long, longest] = [LONGEST_FOLDER, LONGEST_FOLDER - 1].map(|size| "x".repeat(size));
        assert_eq!(candidates("ls", &format!("PATH={long}:/b\0")), ["/b/ls"]);
        assert_eq!(candidates("ls", &format!("PATH={long}\0")).len(), 0);
        assert_eq!(candidates("ls", &format!("PATH={longest}\0")).len(), 1);
    }

    #[test]
    fn a_slash_ends_the_search() {
        assert_eq!(candidates("./ls", "PATH=/a\0"), ["./ls"]);
    }

    #[test]
    fn without_path_the_folders_of_the_library_serve() {
        assert_eq!(candidates_by(CLibrary::Glibc, "ls", "A=1\0"), ["/bin/ls", "/usr/bin/ls"]);
        assert_eq!(candidates_by(CLibrary::Musl, "ls", ""), ["/usr/local/bin/ls", "/bin/ls", "/usr/bin/ls"]);
    }

    #[test]
    fn a_name_too_long_for_any_file_is_looked_for_by_glibc_alone() {
        let [longest, long] = [LONGEST_NAME, LONGEST_NAME + 1].map(|size| "x".repeat(size));
        let tried = |library, file: &str| {
            let command = command_by(library, file, "PATH=/a\0");
            (command.candidates.len(), command.unfound)
        };
        assert_eq!(tried(CLibrary::Glibc, &long), (1, libc::ENOENT));
        assert_eq!(tried(CLibrary::Musl, &long), (0, libc::ENAMETOOLONG));
        assert_eq!(tried(CLibrary::Musl, &longest), (1, libc::ENOENT));
        assert_eq!(tried(CLibrary::Musl, &format!("/{long}")), (1, libc::ENOENT), "a path is as it is");
    }

    #[test]
    fn lists_end_in_null() {
        let empty = StringList::from_nul_ended(Vec::new());
        assert_eq!(empty.pointers, [ptr::null()]);
        let list = StringList::from_nul_ended(b"a\0\0b\0".to_vec());
        assert_eq!(list.pointers.len(), 4);
        assert_eq!(list.iter().collect::<Vec<_>>(), [&b"a"[..], b"", b"b"]);
    }

    #[test]
    fn the_shell_gets_the_arguments_after_the_first() {
        let argv = StringList::from_nul_ended(b"x\0y\0".to_vec());
        let command = Command::new(b"x", argv, StringList::from_nul_ended(Vec::new()));
        assert_eq!(command.shell_argv.len(), 4);
        assert_eq!(command.shell_argv[2], command.argv.pointers[1]);
        let none = StringList::from_nul_ended(Vec::new());
        let command = Command::new(b"x", none, StringList::from_nul_ended(Vec::new()));
        assert_eq!(command.shell_argv.len(), 3);
    }
}
