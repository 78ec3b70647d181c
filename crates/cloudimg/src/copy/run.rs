//! A copy from its beginning to its end.

use std::sync::Arc;

use cloudimg_core::{Error, ErrorKind, Result};
use futures::future::{Either, join, join_all, select};

use super::fan::Fan;
use super::place::{Failure, Order, Place, Prepared};
use super::source::Source;
use super::{Arrived, Copied, ImageCopy, OPERATION, Remains, TargetOutcome, invalid};
use crate::transfer::{Meter, Phase, Verdict};

pub(super) async fn run(copy: ImageCopy) -> Result<Copied> {
    let ImageCopy { source, id, targets, options, observer, limits } = copy;
    if targets.is_empty() {
        return Err(invalid("this copy has no target: name one by `to`; nothing was sent"));
    }
    options.rules.check()?;
    let clock = source.clock().await?;
    let meter = Meter::new(observer, Arc::clone(&clock));
    let _permit = limits.connection().await;
    let source = Source::open(source, &id).await?;
    let endpoint = if options.rules.tells_provenance() { source.endpoint().await? } else { String::new() };
    let draft = options.rules.draft(&source.image, &endpoint)?;

    let order = Order { options, source, clock: Arc::clone(&clock) };
    let mut places = Vec::with_capacity(targets.len());
    let mut labels = Vec::with_capacity(targets.len());
    for (number, target) in targets.into_iter().enumerate() {
        labels.push(target.label.clone().unwrap_or_else(|| format!("target {}", number + 1)));
        places.push(Place::new(target, draft.clone(), order.clone()));
    }

    let alone = places.len() == 1;
    let prepared = join_all(places.iter().map(|place| prepare(place, alone, &order))).await;

    let mut fan = Fan::new(Arc::clone(&clock));
    let mut wanted = false;
    let fills: Vec<_> = places
        .iter()
        .zip(prepared)
        .map(|(place, prepared)| {
            let takes = matches!(&prepared, Ok(prepared) if !matches!(prepared, Prepared::There(_)));
            let branch = takes.then(|| fan.branch(place.idle_limit()));
            wanted |= takes;
            async move { place.fill(prepared?, branch).await }
        })
        .collect();
    let reading = async {
        if !wanted {
            return Ok(None);
        }
        let read = order.source.read(fan, &meter, &limits, &clock).await;
        meter.phase(Phase::Finishing, None);
        read
    };
    let (read, filled) = join(reading, join_all(fills)).await;
    meter.done();
    Ok(Copied {
        source: order.source.image,
        verdict: read.as_ref().ok().cloned().flatten(),
        targets: labels.into_iter().zip(filled).map(|(label, filled)| outcome(label, filled, &read)).collect(),
    })
}

/// Makes a target ready, but not for ever while others wait.
async fn prepare(place: &Place, alone: bool, order: &Order) -> Result<Prepared, Failure> {
    if alone {
        return place.prepare().await;
    }
    let limit = order.options.stall_limit;
    match select(std::pin::pin!(place.prepare()), order.clock.sleep(limit)).await {
        Either::Left((prepared, _)) => prepared,
        Either::Right(_) => {
            let what = format!("the target was not ready within {} s, while others wait for it", limit.as_secs_f64());
            Err(Error::new(ErrorKind::Timeout, what).with_operation(OPERATION).into())
        }
    }
}

fn outcome(target: String, filled: Result<(Arrived, Remains), Failure>, read: &Result<Option<Verdict>>) -> TargetOutcome {
    match filled {
        Ok((arrived, remains)) => TargetOutcome { target, result: Ok(arrived), remains },
        Err(Failure { error, remains, follows }) => {
            // What a target makes of a source that broke is not the reason.
            let error = match read {
                Err(cause) if follows => cause.clone().with_message(format!("the source failed: {}", cause.message())),
                _ => error,
            };
            TargetOutcome { target, result: Err(error), remains }
        }
    }
}
