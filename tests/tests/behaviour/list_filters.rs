//! Conditions of lists that take values, and values that are hard to say.

use std::time::{Duration, SystemTime};

use anyhow::Result;
use cloudimg::ErrorKind;
use cloudimg::glance::{Filter, ImageCreate, TimeFilter};
use cloudimg_tests::{Case, md5, sha512};

use crate::support::{BYTES, failed_here, ids, refused};

#[tokio::test]
async fn a_name_is_found_again_whatever_it_holds() -> Result<()> {
    Case::run(async |case| {
        let tails = [
            "a,b",
            "a:b",
            "a\"b",
            "\"quoted\"",
            "'single'",
            "a b",
            "50%",
            "a+b",
            "a&b=c",
            "a\\b",
            "a;b",
            "in:x",
            "eq:",
            "2020-01-01T00:00:00Z",
            "имя",
            "#x",
        ];
        let hard = tails.iter().map(|tail| format!("{}{tail}", case.mark()));
        let front = ["in:", "eq:", "neq:", "\"", ","].iter().map(|head| format!("{head}{}", case.mark()));
        for name in hard.chain(front) {
            let image = case.create("demo", ImageCreate::new().name(&name)).await?;
            let found = case.images("demo")?.list().name(name.as_str()).collect().await?;
            assert_eq!(ids(&found), ids([&image]), "{name}");
        }
        Ok(())
    })
    .await
}

#[tokio::test]
async fn any_of_several_names_is_found_whatever_they_hold() -> Result<()> {
    Case::run(async |case| {
        let mut names = Vec::new();
        let mut made = Vec::new();
        for tail in ["plain", "a,b", "a:b", "in:x", "a\\b", "c\\d,e", "a b"] {
            let image = case.queued(tail).await?;
            names.extend(image.name.clone());
            made.push(image);
        }
        case.queued("left out").await?;
        let found = case.images("demo")?.list().name(Filter::any_of(&names)).collect().await?;
        assert_eq!(ids(&found), ids(&made));
        for (name, image) in names.iter().zip(&made) {
            let found = case.images("demo")?.list().name(Filter::any_of([name, "nobody"])).collect().await?;
            assert_eq!(ids(&found), ids([image]), "{name}");
        }
        Ok(())
    })
    .await
}

#[tokio::test]
async fn any_of_one_name_may_hold_a_quote() -> Result<()> {
    Case::run(async |case| {
        let image = case.queued("a \"b\", c").await?;
        let found = case.images("demo")?.list().name(Filter::any_of([case.name("a \"b\", c")])).collect().await?;
        assert_eq!(ids(&found), ids([&image]));
        Ok(())
    })
    .await
}

#[tokio::test]
async fn what_the_service_cannot_be_told_is_not_sent() -> Result<()> {
    Case::run(async |case| {
        let client = case.glance("demo").await?;
        let images = case.images("demo")?;
        // The service refuses them, however they are quoted.
        for (query, status) in [("in:\"a\"b\",c", 400), ("in:\"a,b\\\",c", 400)] {
            let error: cloudimg::Error = client.list_images().name(query).send().await.expect_err(query).into();
            assert_eq!(error.status(), Some(status), "{query}: {error}");
        }
        for value in ["a\"b", "a,b\\"] {
            let error = failed_here(images.list().name(Filter::any_of([value, "c"])).collect().await, ErrorKind::InvalidRequest);
            assert!(error.message().contains(value), "{error}");
        }
        for name in ["hw_numa_max", "hw_numa_min", "limit", "sort_key", "name"] {
            let error = failed_here(images.list().property(name, "1").collect().await, ErrorKind::InvalidRequest);
            assert!(error.message().contains(name), "{error}");
        }
        // Bounds of other columns than the size are no properties.
        let image = case.create("demo", case.raw("bounded").min_ram(77)).await?;
        let list = |name: &str, value: &str| images.list().id(image.id.as_str()).property(name, value);
        assert_eq!(list("min_ram_min", "77").collect().await?.len(), 1);
        assert_eq!(list("min_ram_max", "76").collect().await?.len(), 0);
        Ok(())
    })
    .await
}

#[tokio::test]
async fn any_of_several_ids_statuses_and_formats_is_found() -> Result<()> {
    Case::run(async |case| {
        let first = case.queued("first").await?;
        let second = case.create("demo", case.raw("second").disk_format("iso").container_format("ovf")).await?;
        case.queued("third").await?;
        let list = || case.images("demo").map(|images| images.list().id(Filter::any_of([&first.id, &second.id])));
        assert_eq!(ids(&list()?.collect().await?), ids([&first, &second]));
        assert_eq!(ids(&list()?.status(Filter::any_of(["queued", "active"])).collect().await?), ids([&first, &second]));
        assert_eq!(ids(&list()?.disk_format(Filter::any_of(["iso", "vhd"])).collect().await?), ids([&second]));
        assert_eq!(ids(&list()?.container_format(Filter::any_of(["bare", "ova"])).collect().await?), ids([&first]));
        Ok(())
    })
    .await
}

#[tokio::test]
async fn times_select_before_and_after() -> Result<()> {
    Case::run(async |case| {
        let image = case.queued("timed").await?;
        let created = image.created_at.time().expect("a time");
        let updated = image.updated_at.time().expect("a time");
        let second = Duration::from_secs(1);
        let list = || case.images("demo").map(|images| images.list().id(image.id.as_str()));
        // Some databases keep fractions of seconds that no answer shows, so nothing can be said of the very second.
        for (filter, fits) in [
            (TimeFilter::since(created), true),
            (TimeFilter::before(created), false),
            (TimeFilter::after(created - second), true),
            (TimeFilter::after(created + second), false),
            (TimeFilter::before(created + second), true),
            (TimeFilter::since(created + second), false),
            (TimeFilter::until(created + second), true),
            (TimeFilter::until(created - second), false),
            (TimeFilter::at(created - second), false),
            (TimeFilter::not_at(created - second), true),
            (TimeFilter::at(SystemTime::UNIX_EPOCH), false),
        ] {
            let found = list()?.created_at(filter.clone()).collect().await?;
            assert_eq!(found.len(), usize::from(fits), "{filter:?} of an image made at {}", image.created_at);
        }
        assert_eq!(list()?.updated_at(TimeFilter::since(updated)).collect().await?.len(), 1);
        assert_eq!(list()?.updated_at(TimeFilter::before(updated)).collect().await?.len(), 0);
        Ok(())
    })
    .await
}

#[tokio::test]
async fn sizes_select_from_and_to_inclusively() -> Result<()> {
    Case::run(async |case| {
        let image = case.active("sized", BYTES).await?;
        let size = BYTES.len() as u64;
        let list = || case.images("demo").map(|images| images.list().id(image.id.as_str()));
        assert_eq!(list()?.size_min(size).size_max(size).collect().await?.len(), 1);
        assert_eq!(list()?.size_min(size + 1).collect().await?.len(), 0);
        assert_eq!(list()?.size_max(size - 1).collect().await?.len(), 0);
        Ok(())
    })
    .await
}

#[tokio::test]
async fn an_image_without_data_has_no_size_to_select_by() -> Result<()> {
    Case::run(async |case| {
        let id = case.queued("sizeless").await?.id;
        let list = || case.images("demo").map(|images| images.list().id(id.as_str()));
        assert_eq!(list()?.size_min(0).collect().await?.len(), 0);
        assert_eq!(list()?.size_max(u64::from(u32::MAX)).collect().await?.len(), 0);
        Ok(())
    })
    .await
}

#[tokio::test]
async fn hashes_needs_and_properties_select() -> Result<()> {
    Case::run(async |case| {
        let data = case.mark().as_bytes();
        let image = case.create("demo", case.raw("known").min_disk(7).min_ram(77).set("os_distro", case.mark())).await?;
        let images = case.images("demo")?;
        images.upload(&image.id, cloudimg::glance::ImageData::bytes(data.to_vec())).await?;
        let wanted = ids([&image]);
        assert_eq!(ids(&images.list().checksum(md5(data)).collect().await?), wanted);
        assert_eq!(ids(&images.list().hash(sha512(data)).collect().await?), wanted);
        assert_eq!(ids(&images.list().property("os_distro", case.mark()).collect().await?), wanted);
        let list = || images.list().id(image.id.as_str());
        assert_eq!(ids(&list().min_disk(7).min_ram(77).collect().await?), wanted);
        assert!(list().min_disk(8).collect().await?.is_empty());
        assert!(list().min_ram(76).collect().await?.is_empty());
        assert!(list().property("os_distro", "another").collect().await?.is_empty());
        assert!(list().property("never_heard_of", "x").collect().await?.is_empty());
        Ok(())
    })
    .await
}

#[tokio::test]
async fn two_tags_select_images_with_both() -> Result<()> {
    Case::run(async |case| {
        let (x, y) = (case.name("x"), case.name("y, z"));
        let both = case.create("demo", case.raw("both").tags([x.clone(), y.clone()])).await?;
        let only_x = case.create("demo", case.raw("x").tags([x.clone()])).await?;
        case.create("demo", case.raw("y").tags([y.clone()])).await?;
        let images = case.images("demo")?;
        assert_eq!(ids(&images.list().tag(&x).tag(&y).collect().await?), ids([&both]));
        assert_eq!(ids(&images.list().tag(&x).collect().await?), ids([&both, &only_x]));
        Ok(())
    })
    .await
}

#[tokio::test]
async fn operators_that_a_field_does_not_have_are_refused() -> Result<()> {
    Case::run(async |case| {
        let client = case.glance("demo").await?;
        for value in ["foo:bar", "neq:foo", "like:foo"] {
            refused(client.list_images().name(value).send().await, 400);
            refused(client.list_images().status(value).send().await, 400);
        }
        for value in ["near:2020-01-01T00:00:00Z", "in:2020-01-01T00:00:00Z", "gt:yesterday", "gt:"] {
            refused(client.list_images().created_at(value).send().await, 400);
        }
        let error = refused(client.list_images().name("in:\"open").send().await, 400);
        assert!(error.message().contains("quot"), "{error}");
        Ok(())
    })
    .await
}
