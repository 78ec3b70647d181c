//! Files that are broken, odd or meant to harm.

use std::fs;

use super::{AUTH, Folder, write};

#[test]
fn files_that_cannot_be_used_are_told() {
    for (name, bytes, wanted) in [
        ("clouds.yaml", &b"clouds: [unclosed\n"[..], "clouds.yaml: line 2, column 1: "),
        ("clouds.yaml", b"clouds:\n  a: \"\0\"\n", "clouds.yaml: line 2, column 7: the character U+0000, which YAML forbids"),
        ("clouds.yaml", b"clouds:\n  a: \xff\n", "clouds.yaml: line 2: is not UTF-8"),
        ("clouds.json", b"{\"clouds\": ", "clouds.json: EOF while parsing a value at line 1 column 11"),
    ] {
        let folder = Folder::new(&[]);
        write(&folder.0.path().join(name), bytes);
        let told = folder.told(folder.loader().cloud(Some("a"), None));
        assert!(told.contains(&format!("skipped {wanted}")), "{told}");
        // The next file counts.
        write(&folder.0.path().join(name.replace("yaml", "yml").replace("json", "json2")), b"");
        if name == "clouds.yaml" {
            write(&folder.0.path().join("clouds.yml"), format!("clouds: {{a: {{auth: {AUTH}}}}}").as_bytes());
            let config = folder.loader().cloud(Some("a"), None).unwrap();
            assert!(folder.warned(&config).iter().any(|warning| warning.starts_with(&format!("skipped {wanted}"))));
        }
    }
    let folder = Folder::new(&[]);
    fs::create_dir(folder.0.path().join("clouds.yaml")).unwrap();
    assert!(folder.told(folder.loader().cloud(None, None)).contains("skipped clouds.yaml: is no file"));
    let nowhere = Folder::new(&[]);
    let told = nowhere.told(nowhere.loader().cloud(Some("a"), None));
    assert!(told.starts_with("there is no cloud `a`: no clouds.yaml is in /") && told.contains("/etc/xdg/openstack"), "{told}");
}

#[test]
fn files_that_nobody_means_are_refused() {
    let started = std::time::Instant::now();
    let big = format!("# {}\nclouds: {{}}\n", "x".repeat(10 * 1024 * 1024));
    let mut bomb = String::from("a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n");
    for at in 1..12 {
        bomb += &format!("a{at}: &a{at} [{}]\n", vec![format!("*a{}", at - 1); 10].join(", "));
    }
    for (name, text, wanted) in [
        ("clouds.yaml", big.as_str(), "clouds.yaml: is bigger than 1 MiB, which no file of clouds is"),
        ("clouds.yaml", &bomb, "once its aliases (`*name`) are written out"),
        ("clouds.yaml", &"[".repeat(100_000), "values stand in each other more than 64 deep"),
        ("secure.yaml", &"- ".repeat(100_000), "secure.yaml: line 1, column 131: values stand in each other more than 64 deep"),
        ("clouds-public.json", &"[".repeat(100_000), "clouds-public.json: recursion limit exceeded"),
    ] {
        let folder = Folder::new(&[(name, text)]);
        let told = folder.told(folder.loader().cloud(None, None));
        assert!(told.contains(wanted) && told.len() < 300, "{told}");
    }
    assert!(started.elapsed().as_secs() < 20, "{:?}", started.elapsed());
}

#[test]
#[cfg(unix)]
fn secrets_that_everybody_can_read_are_told() {
    use std::os::unix::fs::PermissionsExt as _;
    let folder = Folder::new(&[("real.yaml", &format!("clouds: {{a: {{auth: {AUTH}}}}}"))]);
    let (real, link) = (folder.0.path().join("real.yaml"), folder.0.path().join("clouds.yaml"));
    std::os::unix::fs::symlink(&real, &link).unwrap();
    let warnings = || folder.warned(&folder.loader().cloud(None, None).unwrap());
    assert!(warnings().is_empty());
    fs::set_permissions(&real, fs::Permissions::from_mode(0o644)).unwrap();
    assert_eq!(warnings(), ["clouds.yaml holds secrets and can be read by everybody: chmod go= clouds.yaml"]);
    let harmless = Folder::new(&[("clouds.yaml", "clouds: {a: {auth: {auth_url: 'http://h'}}}")]);
    fs::set_permissions(harmless.0.path().join("clouds.yaml"), fs::Permissions::from_mode(0o644)).unwrap();
    assert!(harmless.loader().cloud(None, None).unwrap().warnings.is_empty());
}
