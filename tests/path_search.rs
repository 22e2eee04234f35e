//! Which file is run: the search in the child's PATH, and the shell for what is no program.

mod support;

use forkless::spawn::{CLibrary, Command, Step};
use support::{command, command_in, exited, failure, list, output, Folder};

const SAYS: &str = "#!/bin/sh\necho \"$(basename \"$(dirname \"$0\")\") $*\"\n";

/// A folder with `name` in it, and PATH entries to try.
fn folder_with(name: &str, text: &str, mode: u32) -> Folder {
    let folder = Folder::new();
    folder.write(name, text, mode);
    folder
}

fn base(folder: &Folder) -> &str {
    folder.path().file_name().and_then(|name| name.to_str()).expect("text")
}

#[test]
fn the_childs_path_counts_and_its_order() {
    let (first, second) = (folder_with("tool", SAYS, 0o755), folder_with("tool", SAYS, 0o755));
    let path = format!("PATH={}:{}:/usr/bin:/bin", first.text(), second.text());
    let (exit, text) = output(command_in(&["tool", "a", "b"], &[&path]));
    assert_eq!((exit, text), (exited(0), format!("{} a b\n", base(&first))));
    assert_eq!(failure(command(&["tool"])), (Step::Exec, libc::ENOENT), "ours does not");
}

#[test]
fn a_refusal_is_remembered_while_the_search_goes_on() {
    let (refused, good) = (folder_with("tool", SAYS, 0o644), folder_with("tool", SAYS, 0o755));
    let both = format!("PATH={}:{}:/usr/bin:/bin", refused.text(), good.text());
    assert_eq!(output(command_in(&["tool"], &[&both])).0, exited(0));
    let one = format!("PATH={}:/usr/bin:/bin", refused.text());
    assert_eq!(failure(command_in(&["tool"], &[&one])), (Step::Exec, libc::EACCES));
}

#[test]
fn entries_that_are_no_folder_are_passed_over() {
    let good = folder_with("tool", SAYS, 0o755);
    let path = format!("PATH=/dev/null:/no/such:{}:/usr/bin:/bin", good.text());
    assert_eq!(output(command_in(&["tool"], &[&path])).0, exited(0));
}

#[test]
fn an_empty_entry_is_the_childs_cwd() {
    let folder = folder_with("tool", "#!/bin/sh\necho here\n", 0o755);
    let cwd = Some(folder.text().as_bytes());
    for path in ["PATH=:/usr/bin", "PATH=/no/such::/usr/bin", "PATH=/usr/bin:", "PATH="] {
        let ran = output(command_in(&["tool"], &[path]).cwd(cwd));
        assert_eq!(ran, (exited(0), "here\n".to_owned()), "{path}");
    }
}

#[test]
fn without_path_the_system_folders_are_searched() {
    assert_eq!(output(command_in(&["echo", "hi"], &[])), (exited(0), "hi\n".to_owned()));
}

#[test]
fn a_relative_program_is_relative_to_the_childs_cwd() {
    let folder = folder_with("tool", SAYS, 0o755);
    let ran = output(command(&["./tool", "x"]).cwd(Some(folder.text().as_bytes())));
    assert_eq!(ran.0, exited(0));
}

/// `tool` as one of the C libraries looks for it.
fn tool(library: CLibrary, path: &str) -> Command {
    let env = format!("PATH={path}");
    Command::searched_by(library, b"tool", list(&["tool", "a b", "c d"]), list(&[&env]))
}

#[test]
fn to_glibc_a_file_without_a_first_line_is_a_script() {
    let folder = folder_with("tool", "echo \"$0 $# $2\"\n", 0o755);
    let path = format!("{}/tool", folder.text());
    let expected = (exited(0), format!("{path} 2 c d\n"));
    let given = Command::searched_by(CLibrary::Glibc, path.as_bytes(), list(&["x", "a b", "c d"]), list(&[]));
    assert_eq!(output(given), expected);
    assert_eq!(output(tool(CLibrary::Glibc, folder.text())), expected);
}

#[test]
fn to_glibc_an_empty_file_is_an_empty_script() {
    let folder = folder_with("tool", "", 0o755);
    assert_eq!(output(tool(CLibrary::Glibc, folder.text())), (exited(0), String::new()));
}

#[test]
fn to_musl_a_file_without_a_first_line_is_an_error_that_ends_the_search() {
    let (bare, good) = (folder_with("tool", "echo\n", 0o755), folder_with("tool", SAYS, 0o755));
    let path = format!("{}/tool", bare.text());
    let given = Command::searched_by(CLibrary::Musl, path.as_bytes(), list(&["x"]), list(&[]));
    assert_eq!(failure(given), (Step::Exec, libc::ENOEXEC));
    let both = format!("{}:{}", bare.text(), good.text());
    assert_eq!(failure(tool(CLibrary::Musl, &both)), (Step::Exec, libc::ENOEXEC));
}

#[test]
fn musl_searches_on_where_glibc_does() {
    let (refused, good) = (folder_with("tool", SAYS, 0o644), folder_with("tool", SAYS, 0o755));
    let path = format!("/dev/null:/no/such:{}:{}:/usr/bin:/bin", refused.text(), good.text());
    for library in [CLibrary::Glibc, CLibrary::Musl] {
        assert_eq!(output(tool(library, &path)).0, exited(0), "{library:?}");
        let one = format!("{}:/no/such", refused.text());
        assert_eq!(failure(tool(library, &one)), (Step::Exec, libc::EACCES), "{library:?}");
        assert_eq!(failure(tool(library, "/no/such:/dev/null")), (Step::Exec, libc::ENOTDIR), "{library:?}");
    }
}

#[test]
fn a_loop_of_links_ends_the_search_of_both() {
    let (looped, good) = (Folder::new(), folder_with("tool", SAYS, 0o755));
    std::os::unix::fs::symlink("tool", looped.path().join("tool")).expect("the folder is ours");
    let path = format!("{}:{}", looped.text(), good.text());
    for library in [CLibrary::Glibc, CLibrary::Musl] {
        assert_eq!(failure(tool(library, &path)), (Step::Exec, libc::ELOOP), "{library:?}");
    }
}

#[test]
fn to_musl_a_name_too_long_is_an_error_before_any_search() {
    let name = "x".repeat(256);
    let long = |library| Command::searched_by(library, name.as_bytes(), list(&["x"]), list(&["PATH=/no/such"]));
    assert_eq!(failure(long(CLibrary::Musl)), (Step::Exec, libc::ENAMETOOLONG));
    assert_eq!(failure(long(CLibrary::Glibc)), (Step::Exec, libc::ENOENT));
}
