//! How to sign in, where only we know.

use std::path::Path;

use super::{AUTH, Folder};
use crate::config::Access;
use crate::methods::{Flavour, Method};

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
        // And what is missing for it, or wrong.
        (
            "{auth: {auth_url: 'http://h/v3', username: u, password: yes}}".to_owned(),
            "cloud `a` of clouds.yaml: `password` is a boolean; quote it if it is text",
        ),
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
fn a_cloud_of_huawei_is_known_by_its_host() {
    let text = "clouds: {a: {profile: otc, auth: {username: u, password: hush, user_domain_name: D, project_name: eu-de}}}";
    let folder = Folder::new(&[("clouds.yaml", text)]);
    let config = folder.loader().cloud(None, Some("eu-nl")).unwrap();
    let Access::Keystone(settings) = config.access().unwrap() else { panic!("no Keystone") };
    assert_eq!((settings.flavour, settings.auth_url.as_str()), (Flavour::Huawei, "https://iam.eu-nl.otc.t-systems.com/v3"));
    assert_eq!(settings.region.as_deref(), Some("eu-nl"));
}

#[test]
fn the_page_of_this_module_tells_the_truth() {
    let page = include_str!("../mod.rs");
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
