//! The texts of errors and warnings.

use super::{AUTH, Folder};
use crate::option_value::OptionValue;

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
