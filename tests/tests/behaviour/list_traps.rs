//! Queries that the clients do not make, since the service misreads or refuses them.

use anyhow::Result;
use cloudimg_tests::Case;
use serde_json::Value;

use crate::support::{BYTES, get, says};

/// How many images a list has that must succeed.
async fn count(case: &Case, query: &str) -> Result<usize> {
    let (status, body) = get(case, &format!("/v2/images?{query}")).await?;
    anyhow::ensure!(status == 200, "{query}: {status} {body}");
    let body: Value = serde_json::from_str(&body)?;
    Ok(body["images"].as_array().map_or(0, Vec::len))
}

#[tokio::test]
async fn a_limit_of_zero_is_an_empty_page_without_a_next_one() -> Result<()> {
    Case::run(async |case| {
        case.queued("one").await?;
        let (status, body) = get(case, "/v2/images?limit=0").await?;
        let body: Value = serde_json::from_str(&body)?;
        assert_eq!((status, &body["images"], body.get("next")), (200, &Value::Array(Vec::new()), None));
        Ok(())
    })
    .await
}

#[tokio::test]
async fn a_limit_that_is_no_size_is_refused_and_one_too_large_is_cut() -> Result<()> {
    Case::run(async |case| {
        says(get(case, "/v2/images?limit=-1").await?, 400, "limit param must be positive");
        says(get(case, "/v2/images?limit=ten").await?, 400, "limit param must be an integer");
        let image = case.queued("found").await?;
        assert_eq!(count(case, &format!("limit=1000000&id={}", image.id)).await?, 1);
        Ok(())
    })
    .await
}

#[tokio::test]
async fn flags_are_the_words_true_and_false() -> Result<()> {
    Case::run(async |case| {
        for query in ["protected=True", "protected=1", "os_hidden=1", "os_hidden=yes"] {
            says(get(case, &format!("/v2/images?{query}")).await?, 400, "Invalid value");
        }
        Ok(())
    })
    .await
}

#[tokio::test]
async fn an_operator_on_a_size_matches_nothing() -> Result<()> {
    Case::run(async |case| {
        let image = case.active("sized", BYTES).await?;
        let query = |size: &str| format!("id={}&{size}", image.id);
        assert_eq!(count(case, &query(&format!("size={}", BYTES.len()))).await?, 1);
        assert_eq!(count(case, &query("size=gt:5")).await?, 0);
        says(get(case, "/v2/images?size_min=many").await?, 400, "");
        Ok(())
    })
    .await
}

#[tokio::test]
async fn a_comma_without_in_belongs_to_the_name() -> Result<()> {
    Case::run(async |case| {
        case.queued("a").await?;
        case.queued("b").await?;
        let (a, b) = (case.name("a"), case.name("b"));
        assert_eq!(count(case, &format!("name={a},{b}")).await?, 0);
        assert_eq!(count(case, &format!("name=in:{a},{b}")).await?, 2);
        assert_eq!(count(case, &format!("name=in%3A%22{a}%22%2C{b}")).await?, 2);
        Ok(())
    })
    .await
}

#[tokio::test]
async fn a_plus_in_a_time_must_be_escaped() -> Result<()> {
    Case::run(async |case| {
        let image = case.queued("timed").await?;
        let query = |offset: &str| format!("id={}&created_at=gt:2020-01-01T02:00:00{offset}", image.id);
        assert_eq!(count(case, &query("%2B02:00")).await?, 1);
        assert_eq!(count(case, &query("Z")).await?, 1);
        says(get(case, &format!("/v2/images?{}", query("+02:00"))).await?, 400, "created_at");
        Ok(())
    })
    .await
}

#[tokio::test]
async fn what_older_releases_knew_is_refused() -> Result<()> {
    Case::run(async |case| {
        says(get(case, "/v2/images?changes-since=2020-01-01T00:00:00Z").await?, 400, "changes-since");
        Ok(())
    })
    .await
}

#[tokio::test]
async fn a_body_where_none_belongs_is_refused() -> Result<()> {
    Case::run(async |case| {
        let image = case.active("body", BYTES).await?;
        let path = format!("/v2/images/{}/actions/deactivate", image.id);
        let request = case.request("demo", reqwest::Method::POST, &path).await?.body("{}");
        let (status, body) = crate::support::answer(request).await?;
        assert_eq!(status, 400, "{body}");
        Ok(())
    })
    .await
}

#[tokio::test]
async fn errors_have_the_shape_that_the_caller_accepts() -> Result<()> {
    Case::run(async |case| {
        let path = format!("/v2/images/{}", crate::support::NOBODY);
        let words = format!("No image found with ID {}", crate::support::NOBODY);
        for (accept, media_type, start) in [
            ("application/json", "application/json", "{\"message\":"),
            ("application/json, application/octet-stream;q=0.9", "application/json", "{\"message\":"),
            ("*/*", "text/html", "<html>"),
            ("text/html", "text/html", "<html>"),
            ("text/plain", "text/plain", "404 Not Found"),
            ("application/octet-stream", "text/plain", "404 Not Found"),
        ] {
            let mut request = case.request("demo", reqwest::Method::GET, &path).await?.build()?;
            request.headers_mut().insert(reqwest::header::ACCEPT, accept.parse()?);
            let response = reqwest::Client::new().execute(request).await?;
            let found = response.headers().get("content-type").and_then(|value| value.to_str().ok()).unwrap_or("").to_owned();
            let body = response.text().await?;
            assert!(found.starts_with(media_type), "{accept}: {found}");
            assert!(body.starts_with(start) && body.contains(&words), "{accept}: {body}");
        }
        Ok(())
    })
    .await
}
