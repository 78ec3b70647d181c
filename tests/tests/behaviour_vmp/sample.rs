//! The eighth mistake of the vendor's SDK: what its README shows does not compile. What ours shows stands here, and is compiled.

// What the documents show, word for word.
#[rustfmt::skip]
#[allow(dead_code)] // It is meant for the real service.
mod shown {
use cloudimg_cdnetworks_vmp::{Client, Session, credentials::CncAkSk};

async fn story() -> Result<(), cloudimg_cdnetworks_vmp::Error> {
// From CDNETWORKS_ACCESS_KEY and CDNETWORKS_SECRET_KEY.
let session = Session::builder().credentials(CncAkSk::from_env()?).build()?;
let client = Client::new("https://api.cdnetworks.com", session);
for image in client.list_images().pager().collect().await? {
    println!("{} {:?}", image.id, image.name);
}
Ok(())
}
}

/// The code between fences of Rust in documents.
fn samples(document: &str) -> Vec<String> {
    let lines = document.lines().filter_map(|line| line.trim_start().strip_prefix("//!"));
    let lines: Vec<_> = lines.map(|line| line.strip_prefix(' ').unwrap_or(line)).collect();
    let text = lines.join("\n");
    let blocks = text.split("```").skip(1).step_by(2);
    blocks
        .map(|block| {
            let code = block.split_once('\n').map_or("", |(_, code)| code);
            code.lines().map(|line| line.strip_prefix("# ").unwrap_or(line)).collect::<Vec<_>>().join("\n")
        })
        .collect()
}

#[test]
fn mistake_8_what_the_documents_show_does_not_compile() {
    let samples = samples(include_str!("../../../crates/cdnetworks-vmp/src/lib.rs"));
    assert_eq!(samples.len(), 1);
    let compiled = include_str!("sample.rs");
    for sample in samples {
        assert!(sample.lines().count() > 5, "{sample}");
        assert!(compiled.contains(sample.trim()), "shown, and not compiled:\n{sample}");
    }
}
