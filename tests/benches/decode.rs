//! Decoding a page of 1,000 images, against a struct written by hand that drops the properties it does not know.
//!
//! `cargo bench -p cloudimg-tests --bench decode` prints both times and their ratio.

#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)] // A test stops at whatever it did not expect.

use std::hint::black_box;
use std::time::{Duration, Instant};

use cloudimg_glance_v2::types;
use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use serde::Deserialize;
use serde_json::{Value, json};

/// The 22 base fields of an image, and nothing else.
#[derive(Deserialize)]
#[allow(dead_code)] // Decoded, never read.
struct Plain {
    id: String,
    name: Option<String>,
    status: String,
    visibility: String,
    owner: Option<String>,
    protected: bool,
    os_hidden: Option<bool>,
    checksum: Option<String>,
    os_hash_algo: Option<String>,
    os_hash_value: Option<String>,
    size: Option<u64>,
    virtual_size: Option<u64>,
    container_format: Option<String>,
    disk_format: Option<String>,
    min_ram: u64,
    min_disk: u64,
    created_at: String,
    updated_at: String,
    tags: Vec<String>,
    #[serde(rename = "self")]
    self_: String,
    file: String,
    schema: String,
}

#[derive(Deserialize)]
#[allow(dead_code)] // Decoded, never read.
struct PlainPage {
    images: Vec<Plain>,
    next: Option<String>,
}

fn image(n: usize) -> Value {
    let id = format!("71c69e53-0070-41c5-bbe6-{n:012}");
    json!({
        "id": id, "name": format!("image {n}"), "status": "active", "visibility": "shared", "owner": "001f9d36da20402cb7adfba70526cb6d",
        "protected": false, "os_hidden": false, "checksum": "d41d8cd98f00b204e9800998ecf8427e", "os_hash_algo": "sha512",
        "os_hash_value": "a".repeat(128), "size": n * 1024, "virtual_size": null, "container_format": "bare", "disk_format": "qcow2",
        "min_ram": 0, "min_disk": 10, "created_at": "2026-11-21T09:27:54Z", "updated_at": "2026-11-21T09:28:54Z", "tags": ["one", "two"],
        "self": format!("/v2/images/{id}"), "file": format!("/v2/images/{id}/file"), "schema": "/v2/schemas/image",
        "os_distro": "debian", "hw_disk_bus": "scsi", "hw_scsi_model": "virtio-scsi",
    })
}

fn page() -> Vec<u8> {
    let images: Vec<_> = (0..1000).map(image).collect();
    json!({"images": images, "first": "/v2/images", "schema": "/v2/schemas/images", "next": "/v2/images?marker=x"})
        .to_string()
        .into_bytes()
}

fn decode_ours(page: &[u8]) -> types::ImageList {
    serde_json::from_slice(page).unwrap()
}

fn decode_plain(page: &[u8]) -> PlainPage {
    serde_json::from_slice(page).unwrap()
}

/// The median of many pairs, measured in turn so that whatever else the machine does falls on both.
fn ratio(page: &[u8]) -> (Duration, Duration, f64) {
    let time = |work: &dyn Fn()| {
        let start = Instant::now();
        work();
        start.elapsed()
    };
    let mut pairs: Vec<_> =
        (0..201).map(|_| (time(&|| drop(black_box(decode_ours(page)))), time(&|| drop(black_box(decode_plain(page)))))).collect();
    pairs.sort_by(|a, b| (a.0.as_secs_f64() / a.1.as_secs_f64()).total_cmp(&(b.0.as_secs_f64() / b.1.as_secs_f64())));
    let (ours, plain) = pairs[pairs.len() / 2];
    (ours, plain, ours.as_secs_f64() / plain.as_secs_f64())
}

fn decode(criterion: &mut Criterion) {
    let page = page();
    assert_eq!(decode_ours(&page).images[7].extra.len(), 3);
    let mut group = criterion.benchmark_group("decode a page of 1,000 images");
    group.throughput(Throughput::Bytes(page.len() as u64));
    group.bench_function("ours, which keeps every property", |b| b.iter(|| decode_ours(&page)));
    group.bench_function("a plain struct, which drops them", |b| b.iter(|| decode_plain(&page)));
    group.finish();
    let (ours, plain, ratio) = ratio(&page);
    println!("ours {ours:?}, plain {plain:?}: ratio {ratio:.3} (at most 1.3)");
}

criterion_group!(benches, decode);
criterion_main!(benches);
