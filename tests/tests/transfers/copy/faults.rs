//! Twenty faults of the network, on each of the calls that a copy consists of: it goes well, or says why not and leaves nothing.

use std::time::{Duration, SystemTime};

use cloudimg::copy::Remains;
use cloudimg::glance::ImageCreate;
use cloudimg::retry::Standard;
use cloudimg::{Cloud, ErrorKind, Named, Scope, Settings, Timeouts, User};
use cloudimg_tests::proxy::{Fault, FaultKind, LengthLie, Link};

use super::side::{Calls, Side, bytes};

const SIZE: usize = 600_000;

/// All kinds, and those that break off within the data, at two places each.
fn faults() -> Vec<Fault> {
    let mut rng = fastrand::Rng::with_seed(8);
    let mut faults: Vec<Fault> = FaultKind::ALL.into_iter().map(|kind| kind.fault(&mut rng, SystemTime::now())).collect();
    let within = [100_000, 599_999].into_iter().flat_map(|at| [Fault::Cut(at), Fault::ResetWithin(at), Fault::SilenceAfter(at)]);
    faults.extend(within);
    faults.push(Fault::Length(LengthLie::Less(1000)));
    // Small enough to end.
    faults.retain(|fault| !matches!(fault, Fault::Drip(..)));
    faults.push(Fault::Drip(5000, Duration::from_micros(100)));
    faults
}

/// One that does not wait for long.
fn hasty(side: &Side, url: Option<&str>) -> Cloud {
    let domain = Some(Named::Id("default".to_owned()));
    let user = User::Name { name: "demo".to_owned(), domain: domain.clone() };
    let mut settings =
        Settings::new(side.sandbox.auth_url(), user, side.sandbox.password(), Scope::Project { name: "demo".to_owned(), domain });
    if let Some(url) = url {
        settings = settings.with_endpoint("image", format!("{url}/v2"));
    }
    let limit = Duration::from_secs(2);
    let retry = Standard::default().with_waits(Duration::from_millis(5), Duration::from_millis(50));
    let timeouts = Timeouts::default().with_head(limit).with_idle(limit).with_total(limit * 8);
    Cloud::builder(settings).retry(retry).timeouts(timeouts).build().unwrap()
}

/// Copies with this fault on such a call of the source or of the target; whether that went well.
async fn suffers(here: &Side, there: &Side, of_source: bool, method: &'static str, end: &'static str, fault: &Fault) -> bool {
    let id = here.all().await.remove(0).id;
    let faulty = if of_source { here } else { there };
    let (proxy, _) = faulty.through(Calls::first(method, end, fault.clone()), Link::default()).await;
    let url = |is_faulty: bool| is_faulty.then(|| proxy.url());
    let (from, to) = (hasty(here, url(of_source).as_deref()), hasty(there, url(!of_source).as_deref()));
    let what = format!("{method} {end} {} {fault:?}", if of_source { "of the source" } else { "of the target" });

    let copied = match from.images().copy(&id).to(&to).await {
        Ok(copied) => copied,
        // The source could not even be looked at.
        Err(error) => {
            assert!(of_source && there.all().await.is_empty(), "{what}: {error}");
            return false;
        }
    };
    assert!(proxy.exchanges().iter().any(|exchange| exchange.fault.is_some()), "{what}: it did not happen");
    let target = copied.targets.into_iter().next().unwrap();
    match target.result {
        Ok(arrived) => {
            assert!(arrived.verdict.is_verified(), "{what}");
            assert_eq!(there.bytes(&arrived.image.id).await, bytes(SIZE), "{what}");
            assert_eq!(there.all().await.len(), 1, "{what}");
            there.images().delete(&arrived.image.id).await.unwrap();
            true
        }
        Err(error) => {
            assert_ne!(error.kind(), ErrorKind::Corrupt, "{what}: {error}");
            assert!(matches!(target.remains, Remains::Nothing), "{what}: {error}; {}", target.remains);
            assert!(there.all().await.is_empty(), "{what}: {error}");
            println!("{what}: {error}");
            false
        }
    }
}

async fn all_of(of_source: bool, calls: &[(&'static str, &'static str)]) -> (usize, usize) {
    let (here, there) = (Side::start().await, Side::start().await);
    here.image(ImageCreate::new().name("x").set("a", "b").protected(false), bytes(SIZE)).await;
    let (mut good, mut all) = (0, 0);
    for &(method, end) in calls {
        for fault in faults() {
            all += 1;
            good += usize::from(suffers(&here, &there, of_source, method, end, &fault).await);
        }
    }
    (good, all)
}

#[tokio::test]
async fn faults_on_the_way_from_the_source() {
    let (good, all) = all_of(true, &[("GET", "/file")]).await;
    println!("copy: {good} of {all} with faults of the source's data went well");
    // Data are asked for again from where they broke off.
    assert_eq!(good, all);
}

#[tokio::test]
async fn faults_on_the_way_to_the_target() {
    let (good, all) = all_of(false, &[("PUT", "/file")]).await;
    println!("copy: {good} of {all} with faults of the target's data went well");
    // A stream is sent once; but answers that are late, doubled or lost after the data do no harm.
    assert!(good >= all / 2, "{good} of {all}");
}

#[tokio::test]
async fn faults_where_the_record_is_made() {
    let (good, all) = all_of(false, &[("POST", "/v2/images")]).await;
    println!("copy: {good} of {all} with faults of the call that makes the record went well");
    // The id is chosen here, so that one whose answer was lost is found.
    assert!(good >= all - 2, "{good} of {all}");
}
