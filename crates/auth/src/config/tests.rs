//! What openstacksdk has no cases for: our extensions, the texts of errors, abuse.

use std::fs;
use std::path::Path;

use cloudimg_core::{ErrorKind, Result};
use tempfile::TempDir;

use super::*;
use crate::methods::{Flavour, Method};
use crate::options::OptionValue;

const AUTH: &str = "{auth_url: 'https://ks.example/v3', username: u, password: hush, user_domain_name: D, project_id: p}";

/// A folder with files, as the working directory.
struct Folder(TempDir);

impl Folder {
    fn new(files: &[(&str, &str)]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        for (name, text) in files {
            write(&folder.path().join(name), text.as_bytes());
        }
        Self(folder)
    }

    fn loader(&self) -> Loader {
        Loader::new().working_directory(self.0.path()).system_folder(self.0.path().join("etc"))
    }

    /// A text without the folder's name.
    fn short(&self, text: &str) -> String {
        text.replace(&format!("{}/", self.0.path().display()), "")
    }

    fn told(&self, result: Result<impl std::fmt::Debug>) -> String {
        let error = result.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Configuration);
        assert!(!format!("{error:?}").contains("hush"), "{error:?}");
        self.short(&error.to_string())
    }

    fn warned(&self, config: &CloudConfig) -> Vec<String> {
        config.warnings.iter().map(|warning| self.short(warning)).collect()
    }
}

/// Writes a file that only its owner may read.
fn write(path: &Path, bytes: &[u8]) {
    fs::write(path, bytes).unwrap();
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        fs::set_permissions(path, fs::Permissions::from_mode(0o600)).unwrap();
    }
}

/// The cloud `a` with these settings, and the error or the type of its sign-in.
fn kind_of(settings: &str) -> String {
    let folder = Folder::new(&[("clouds.yaml", &format!("clouds: {{a: {settings}}}"))]);
    let config = match folder.loader().cloud(None, None) {
        Ok(config) => config,
        Err(_) => return folder.told(folder.loader().cloud(None, None)),
    };
    match config.access() {
        Ok(Access::Keystone(settings)) => settings.methods.iter().map(Method::name).collect::<Vec<_>>().join("+"),
        Ok(Access::AdminToken { .. }) => "admin token".to_owned(),
        Ok(Access::Basic { .. }) => "basic".to_owned(),
        Ok(Access::Anonymous { .. }) => "nobody".to_owned(),
        Ok(Access::AkSk(keys)) => format!("{:?} {:?}", keys.access_key, keys.iam_endpoint),
        Ok(Access::Cnc(keys)) => keys.access_key,
        Err(error) => folder.short(&error.to_string()),
    }
}

#[test]
fn the_way_to_sign_in_follows_from_the_keys() {
    let url = "auth_url: 'http://h/v3'";
    let user = "username: u, user_domain_name: D, project_id: p";
    for (settings, wanted) in [
        (format!("{{auth: {{{url}, {user}, password: hush}}}}"), "password"),
        (format!("{{auth: {{{url}, application_credential_id: i, application_credential_secret: s}}}}"), "application_credential"),
        (format!("{{auth: {{{url}, {user}, passcode: '012345'}}}}"), "totp"),
        (format!("{{auth: {{{url}, {user}, passcode: '012345', password: hush}}}}"), "password+totp"),
        (format!("{{auth: {{{url}, token: hush, project_id: p}}}}"), "token"),
        ("{auth: {endpoint: 'http://h', token: hush}}".to_owned(), "admin token"),
        (format!("{{auth_plugin: token, auth: {{{url}, token: hush}}}}"), "token"),
        (
            format!(
                "{{auth_type: v3multifactor, auth: {{{url}, {user}, passcode: 1, password: hush, auth_methods: 'v3totp, v3password'}}}}"
            ),
            "totp+password",
        ),
        ("{auth: {ak: AK, sk: hush}}".to_owned(), "Some(\"AK\") None"),
        ("{auth_type: aksk, profile: otc}".to_owned(), "None Some(\"https://iam.eu-de.otc.t-systems.com\")"),
        (
            "{auth_type: aksk, auth: {iam_endpoint: 'http://iam/', access_key: AK, secret_key: hush}}".to_owned(),
            "Some(\"AK\") Some(\"http://iam\")",
        ),
        ("{auth_type: cnc, auth: {access_key: AK, secret_key: hush}}".to_owned(), "AK"),
        ("{auth_type: http_basic, auth: {endpoint: 'http://h', username: u, password: hush}}".to_owned(), "basic"),
        ("{auth_type: none}".to_owned(), "nobody"),
        // And what is missing for it.
        (
            "{auth_type: cnc, auth: {access_key: AK}}".to_owned(),
            "cloud `a` of clouds.yaml: `secret_key` is missing: it holds the secret to sign in with",
        ),
        (
            "{auth_type: aksk, auth: {access_key: AK}}".to_owned(),
            "cloud `a` of clouds.yaml: `secret_key` is missing: keys come in pairs; leave both out to have them looked for",
        ),
        (
            format!("{{auth: {{{url}, username: u, password: hush}}}}"),
            "cloud `a` of clouds.yaml: `user_domain_name` is missing: it holds the domain within which the user's name means something, often `Default` (`user_domain_id` does as well, or `user_id` without a name)",
        ),
        (format!("{{auth: {{{url}, {user}}}}}"), "cloud `a` of clouds.yaml: `password` is missing: it holds the user's password"),
    ] {
        assert_eq!(kind_of(&settings), wanted, "{settings}");
    }
}

#[test]
fn strict_knows_none_of_it() {
    for settings in [
        "{auth: {auth_url: 'http://h/v3', application_credential_id: i, application_credential_secret: s}}",
        "{auth_type: aksk, auth: {access_key: AK, secret_key: hush}}",
        "{auth_type: cnc, auth: {access_key: AK, secret_key: hush}}",
    ] {
        let folder = Folder::new(&[("clouds.yaml", &format!("clouds: {{a: {settings}}}"))]);
        assert!(folder.loader().cloud(None, None).is_ok(), "{settings}");
        folder.told(folder.loader().strict().cloud(None, None));
    }
    let folder = Folder::new(&[("clouds.yaml", &format!("clouds: {{a: {{verify: 'False', auth: {AUTH}}}}}"))]);
    let strict = folder.loader().strict().cloud(None, None).unwrap();
    assert_eq!((strict.tls.verify, strict.tls.cacert.as_deref()), (true, Some(Path::new("False"))));
}

#[test]
fn keys_of_one_account_keep_their_domain() {
    let text = "clouds: {a: {auth_type: aksk, region_name: r, auth: {domain_id: d, project_id: p, endpoint: 'http://ims', profile: mine, security_token: hush}}}";
    let folder = Folder::new(&[("clouds.yaml", text)]);
    let Access::AkSk(keys) = folder.loader().cloud(None, None).unwrap().access().unwrap() else { panic!("no access keys") };
    assert_eq!((keys.domain_id.as_deref(), keys.project_id.as_deref(), keys.region.as_deref()), (Some("d"), Some("p"), Some("r")));
    assert_eq!((keys.endpoint.as_deref(), keys.profile.as_deref()), (Some("http://ims"), Some("mine")));
    assert!(!format!("{keys:?}").contains("hush"));
}

#[test]
fn text_that_means_yes_or_no_is_understood() {
    for (settings, verify, cacert) in [
        ("verify: 'false'", false, None),
        ("verify: 'TRUE'", true, None),
        ("verify: 'no'", false, None),
        ("verify: ~/ca.pem", true, Some("/home/me/ca.pem")),
        ("insecure: 'yes'", false, None),
        ("insecure: 1", false, None),
        ("insecure: 'no'", true, None),
        ("cacert: ca.pem", true, Some("ca.pem")),
    ] {
        let folder = Folder::new(&[("clouds.yaml", &format!("clouds: {{a: {{{settings}, auth: {AUTH}}}}}"))]);
        let tls = folder.loader().home("/home/me").cloud(None, None).unwrap().tls;
        assert_eq!((tls.verify, tls.cacert.as_deref()), (verify, cacert.map(Path::new)), "{settings}");
    }
}

#[test]
fn variables_that_hide_the_clouds_of_files_are_named() {
    let folder = Folder::new(&[("clouds.yaml", &format!("clouds: {{a: {{auth: {AUTH}}}}}"))]);
    let stray = folder.loader().environment([("OS_FOO", "1"), ("OS_EMPTY", ""), ("OS_REGION_NAME", "R")]);
    assert_eq!(
        folder.told(stray.cloud(None, None)),
        "OS_AUTH_URL is not set: it holds the URL of the identity service, such as https://cloud.example/identity/v3; no cloud of a file was looked for, because OS_FOO is set: unset that, or name a cloud by OS_CLOUD"
    );
    assert_eq!(stray.clouds().unwrap(), ["a", "envvars"]);
    let whole = [("OS_AUTH_URL", "http://h/v3"), ("OS_USER_ID", "u"), ("OS_PASSWORD", "hush"), ("OS_PROJECT_ID", "p")];
    let config = folder.loader().environment(whole).cloud(None, None).unwrap();
    assert_eq!(config.name, "envvars");
    assert_eq!(
        folder.warned(&config),
        [
            "the cloud is made by the variables OS_AUTH_URL, OS_PASSWORD, OS_PROJECT_ID, OS_USER_ID; `a` of the files must be named, as by OS_CLOUD, while they are set"
        ]
    );
    let named = folder.loader().environment(whole).cloud(Some("a"), None).unwrap();
    assert_eq!((named.name.as_str(), named.warnings.len()), ("a", 0));
    // One that is empty counts as unset.
    assert_eq!(folder.loader().environment([("OS_FOO", "")]).cloud(None, None).unwrap().name, "a");
}

#[test]
fn errors_name_file_cloud_and_key() {
    let folder = Folder::new(&[("clouds.yaml", &format!("clouds: {{mycloud: {{auth: {AUTH}}}, other: {{auth: {AUTH}}}}}"))]);
    let loader = folder.loader();
    assert_eq!(
        folder.told(loader.cloud(Some("mycluod"), None)),
        "there is no cloud `mycluod`: clouds.yaml has `mycloud`, `other` (did you mean `mycloud`?)"
    );
    assert_eq!(
        folder.told(loader.clone().environment([("OS_CLOUD", "x")]).cloud(None, None)),
        "there is no cloud `x` (OS_CLOUD): clouds.yaml has `mycloud`, `other`"
    );
    assert_eq!(
        folder.told(loader.cloud(None, None)),
        "no cloud is chosen: clouds.yaml has `mycloud`, `other`; name one, as by OS_CLOUD, or set OS_AUTH_URL and the other OS_* variables"
    );
    for (settings, wanted) in [
        (
            "{auth: {username: u}}",
            "`auth_url` is missing: it holds the URL of the identity service, such as https://cloud.example/identity/v3",
        ),
        (
            "{auth: {auth_url: 'http://h', usrname: u}}",
            "`auth` has the key `usrname`, which a sign-in by \"password\" does not take; did you mean `username`?",
        ),
        ("{auth: [1]}", "`auth` is a list; it must be a mapping"),
        ("text", "it is text; a cloud is a mapping of settings"),
        (
            "{auth_type: v3pasword}",
            "`auth_type` is \"v3pasword\", which is not known; known are `password`, `token`, `v3password`, `v3token`, `v3applicationcredential`, `v3totp`, `v3multifactor`, `admin_token`, `none`, `http_basic`, `aksk`, `cnc` (did you mean `v3password`?)",
        ),
        (
            "{regions: [R1, R2]}",
            "there is no region \"r1\"; it has `R1`, `R2` (did you mean `R1`?), and upper and lower case count",
        ),
        ("{regions: [{values: {}}]}", "`regions` has an entry without a name; one is a name, or a mapping of `name` and `values`"),
        (
            "{profile: betacloud}",
            "the profile \"betacloud\" is that of a cloud that no longer exists: its operator has ceased business",
        ),
        (
            "{auth: {auth_url: 'http://{regoin_name}/'}}",
            "`auth_url`: the placeholder `{regoin_name}` names no setting of this cloud",
        ),
        ("{auth: {auth_url: 'http://h', token: [x]}}", "`token` is a list; it must be text"),
        ("{cacert: 5.5, auth: {auth_url: 'http://h'}, verify: true}", ""),
        (
            "{interface: inner, auth: {auth_url: 'http://h'}}",
            "`interface`: the interface is `inner`; it must be public, internal or admin",
        ),
        ("{api_timeout: soon, auth: {auth_url: 'http://h'}}", "`api_timeout` must be a number of seconds above 0"),
        ("{image_connect_retries: many, auth: {auth_url: 'http://h'}}", "`image_connect_retries` must be a number of at least 0"),
        ("{insecure: perhaps, auth: {auth_url: 'http://h'}}", ""),
    ] {
        let folder = Folder::new(&[("clouds.yaml", &format!("clouds: {{a: {settings}}}"))]);
        let result = folder.loader().cloud(None, if settings.contains("R1") { Some("r1") } else { None });
        match wanted {
            "" => assert!(result.is_ok(), "{settings}: {result:?}"),
            wanted => assert_eq!(folder.told(result), format!("cloud `a` of clouds.yaml: {wanted}"), "{settings}"),
        }
    }
    let both = Folder::new(&[
        ("clouds.yaml", "clouds: {a: {auth: {auth_url: 'http://h'}}}"),
        ("secure.yaml", "clouds: {a: {auth: {bogus: 1}}}"),
    ]);
    assert!(
        both.told(both.loader().cloud(None, None))
            .starts_with("cloud `a` of clouds.yaml and secure.yaml: `auth` has the key `bogus`")
    );
}

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

#[cfg(unix)]
#[test]
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

#[test]
fn the_page_of_this_module_tells_the_truth() {
    let page = include_str!("mod.rs");
    let example: Vec<&str> =
        page.lines().filter_map(|line| line.strip_prefix("//!")).map(|line| line.strip_prefix(' ').unwrap_or(line)).collect();
    let from = example.iter().position(|line| *line == "```yaml").unwrap() + 1;
    let length = example[from..].iter().position(|line| *line == "```").unwrap();
    let secure =
        "clouds: {mycloud: {auth: {password: hush}}, telekom: {auth: {secret_key: hush}}, cdn: {auth: {secret_key: hush}}}";
    let folder = Folder::new(&[("clouds.yaml", &example[from..from + length].join("\n")), ("secure.yaml", secure)]);
    let loader = folder.loader();
    assert_eq!(loader.clouds().unwrap(), ["mycloud", "telekom", "cdn"]);
    let access = |name: &str| loader.cloud(Some(name), None).unwrap().access().unwrap();
    assert!(matches!(access("mycloud"), Access::Keystone(settings) if settings.flavour == Flavour::OpenStack && settings.discover));
    assert!(
        matches!(access("telekom"), Access::AkSk(keys) if keys.region.as_deref() == Some("eu-de") && keys.secret_key.is_some())
    );
    assert!(matches!(access("cdn"), Access::Cnc(keys) if keys.access_key == "example"));
}

#[test]
fn a_cloud_of_huawei_is_known_by_its_host() {
    let text = "clouds: {a: {profile: otc, auth: {username: u, password: hush, user_domain_name: D, project_name: eu-de}}}";
    let folder = Folder::new(&[("clouds.yaml", text)]);
    let config = folder.loader().cloud(None, Some("eu-nl")).unwrap();
    let Access::Keystone(settings) = config.access().unwrap() else { panic!("no Keystone") };
    assert_eq!((settings.flavour, settings.auth_url.as_str()), (Flavour::Huawei, "https://iam.eu-nl.otc.t-systems.com/v3"));
    assert_eq!(settings.region.as_deref(), Some("eu-nl"));
}

#[test]
fn oddities_give_warnings() {
    for (settings, wanted) in [
        (
            format!("{{auth: {AUTH}, auth: {AUTH}}}"),
            "clouds.yaml, line 1, column 122: the key `auth` stands there again; the last one counts",
        ),
        (
            format!("{{profile: huawei, auth: {AUTH}}}"),
            "cloud `a` of clouds.yaml: no profile \"huawei\" is known; it is passed over",
        ),
        (
            format!("{{profile: fuga, auth: {AUTH}}}"),
            "cloud `a` of clouds.yaml: the profile \"fuga\" is deprecated: its API is no longer there",
        ),
        (
            format!("{{profile: ovh, auth: {AUTH}}}"),
            "cloud `a` of clouds.yaml: the profile \"ovh\" is published at https://ovhcloud.com/.well-known/openstack/api, which is not fetched; lay what it says under `public-clouds` in clouds-public.yaml",
        ),
        (
            format!("{{region_name: 'R1,R2', auth: {AUTH}}}"),
            "cloud `a` of clouds.yaml: `region_name` holds several, which is deprecated; list them under `regions`",
        ),
        (
            format!("{{insecure: true, cacert: /ca, auth: {AUTH}}}"),
            "cloud `a` of clouds.yaml: `cacert` is of no use: by `verify` or `insecure`, servers need not prove who they are",
        ),
        (
            "{auth_type: password, auth: {auth_url: h/v3, username: u, password: hush}}".to_owned(),
            "cloud `a` of clouds.yaml: `auth_url` has no scheme; https is taken",
        ),
        (
            "{auth_type: token, auth: {auth_url: 'http://h', token: t, password: hush}}".to_owned(),
            "cloud `a` of clouds.yaml: `password` is passed over: a sign-in by \"token\" has no use for it",
        ),
        (
            format!("{{note: '{{x', auth: {AUTH}}}"),
            "cloud `a` of clouds.yaml: `note`: a brace is opened and not closed; `{{` stands for one brace; it is taken as it stands",
        ),
    ] {
        let folder = Folder::new(&[("clouds.yaml", &format!("clouds: {{a: {settings}}}"))]);
        let config = folder.loader().cloud(None, None).unwrap();
        assert_eq!(folder.warned(&config), [wanted], "{settings}");
        assert!(!format!("{config:?}").contains("hush"), "{config:?}");
        assert!(config.auth.values().all(|value| !matches!(value, OptionValue::List(_))));
    }
    let folder = Folder::new(&[("clouds.yml", &format!("clouds: {{a: {{auth: {AUTH}}}}}"))]);
    let loader = folder.loader().environment([("OS_CLIENT_CONFIG_FILE", "gone.yaml")]);
    assert_eq!(
        folder.warned(&loader.cloud(None, None).unwrap()),
        ["OS_CLIENT_CONFIG_FILE names gone.yaml, which cannot be used; other places are searched"]
    );
    assert!(!format!("{:?}", loader.environment([("OS_PASSWORD", "hush")])).contains("hush"));
}
