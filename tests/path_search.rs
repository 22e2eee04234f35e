//! Which file is run: the search in the child's PATH, and the shell for what is no program.

mod support;

use forkless::spawn::Step;
use support::{command, command_in, exited, failure, output, Folder};

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

#[test]
fn a_script_without_a_first_line_is_run_by_the_shell() {
    let folder = folder_with("tool", "echo \"$0 $# $2\"\n", 0o755);
    let path = format!("{}/tool", folder.text());
    let expected = (exited(0), format!("{path} 2 c d\n"));
    assert_eq!(output(command(&[&path, "a b", "c d"])), expected);
    let searched = format!("PATH={}", folder.text());
    assert_eq!(output(command_in(&["tool", "a b", "c d"], &[&searched])), expected);
}

#[test]
fn an_empty_file_is_an_empty_script() {
    let folder = folder_with("tool", "", 0o755);
    let path = format!("{}/tool", folder.text());
    assert_eq!(output(command(&[&path])), (exited(0), String::new()));
}
