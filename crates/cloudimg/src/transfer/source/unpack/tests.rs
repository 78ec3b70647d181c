use std::io::Write as _;

use futures::{StreamExt as _, TryStreamExt as _, stream};
use lzma_rust2::{XzOptions, XzWriter};
use ruzstd::encoding::{CompressionLevel, compress_to_vec};

use super::*;

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut packer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    packer.write_all(bytes).unwrap();
    packer.finish().unwrap()
}

fn xz(bytes: &[u8]) -> Vec<u8> {
    let mut packer = XzWriter::new(Vec::new(), XzOptions::with_preset(1)).unwrap();
    packer.write_all(bytes).unwrap();
    packer.finish().unwrap()
}

fn zstd(bytes: &[u8]) -> Vec<u8> {
    compress_to_vec(bytes, CompressionLevel::Fastest)
}

/// Two megabytes that can be packed, but not to nearly nothing.
fn plain() -> Vec<u8> {
    let mut noise = 1_u32;
    let mut next = move || {
        noise = noise.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (noise >> 24) as u8
    };
    (0..500_000).flat_map(|_| [next(), 7, 7, 7]).collect()
}

async fn unpack(packed: &[u8], most: Option<u64>) -> Result<Vec<u8>> {
    let blocks: Vec<_> = packed.chunks(10_007).map(|block| Ok(Bytes::copy_from_slice(block))).collect();
    let reading = Reading::new(stream::iter(blocks).boxed(), Some(packed.len() as u64));
    let blocks: Vec<_> = unpacked(reading, Unpacking { most }).await?.into_stream().try_collect().await?;
    Ok(blocks.concat())
}

type Pack = fn(&[u8]) -> Vec<u8>;

const ALL: [(&str, Pack); 3] = [("gzip", gzip), ("xz", xz), ("zstd", zstd)];

#[tokio::test]
async fn what_was_packed_comes_out() {
    let plain = plain();
    for (name, pack) in ALL {
        assert!(unpack(&pack(&plain), None).await.unwrap() == plain, "{name}");
        assert_eq!(unpack(&pack(b""), None).await.unwrap(), b"", "{name}");
    }
}

#[tokio::test]
async fn several_packed_one_after_another_are_one() {
    let plain = plain();
    let (first, rest) = plain.split_at(700_000);
    for (name, pack) in ALL {
        assert!(unpack(&[pack(first), pack(rest)].concat(), None).await.unwrap() == plain, "{name}");
    }
    let skipped = [&0x184d_2a53_u32.to_le_bytes()[..], &3_u32.to_le_bytes(), b"any"].concat();
    let framed = [skipped.clone(), zstd(first), skipped, zstd(rest)].concat();
    assert!(unpack(&framed, None).await.unwrap() == plain);
}

#[tokio::test]
async fn what_is_not_packed_stays_as_it_is() {
    let plain = plain();
    assert!(unpack(&plain, None).await.unwrap() == plain);
    let reading = Reading::new(stream::iter([Ok(Bytes::from(plain))]).boxed(), Some(2_000_000));
    assert_eq!(unpacked(reading, Unpacking::default()).await.unwrap().length(), Some(2_000_000));
}

#[tokio::test]
async fn what_ends_too_early_is_found_wherever_that_is() {
    let plain: Vec<u8> = plain().into_iter().take(5000).collect();
    for (name, pack) in ALL {
        let packed = pack(&plain);
        // Before, nothing says that it is packed at all.
        for end in 6..packed.len() {
            let error = unpack(&packed[..end], None).await.expect_err(name);
            assert_eq!(error.kind(), ErrorKind::Corrupt, "{name} at {end}: {error}");
        }
    }
}

#[tokio::test]
async fn damage_is_found_by_the_checksums() {
    let plain: Vec<u8> = plain().into_iter().take(300_000).collect();
    for (name, pack) in ALL {
        let packed = pack(&plain);
        let mut found = 0;
        for place in (12..packed.len() - 12).step_by(packed.len() / 40) {
            let mut damaged = packed.clone();
            damaged[place] ^= 0x10;
            match unpack(&damaged, None).await {
                Err(error) => {
                    assert_eq!(error.kind(), ErrorKind::Corrupt, "{name} at {place}: {error}");
                    found += 1;
                }
                Ok(bytes) => assert!(bytes == plain, "{name} at {place}: wrong bytes"),
            }
        }
        assert!(found > 20, "{name}: {found}");
    }
}

#[tokio::test]
async fn garbage_behind_is_found() {
    for (name, pack) in ALL {
        let error = unpack(&[pack(b"12345"), b"garbage behind it".to_vec()].concat(), None).await.expect_err(name);
        assert_eq!(error.kind(), ErrorKind::Corrupt, "{name}: {error}");
    }
}

#[tokio::test]
async fn no_more_comes_than_is_allowed() {
    let zeros = vec![0; 50_000_000];
    for (name, pack) in ALL {
        let packed = pack(&zeros);
        assert!(packed.len() < 1_000_000, "{name}: {}", packed.len());
        let error = unpack(&packed, Some(1_000_000)).await.expect_err(name);
        assert_eq!(error.kind(), ErrorKind::QuotaExceeded, "{name}: {error}");
        assert_eq!(unpack(&packed, Some(50_000_000)).await.unwrap().len(), 50_000_000, "{name}");
    }
}

#[tokio::test]
async fn windows_that_take_much_memory_are_refused() {
    let mut options = XzOptions::with_preset(0);
    options.lzma_options.dict_size = 256 << 20;
    let mut packer = XzWriter::new(Vec::new(), options).unwrap();
    packer.write_all(b"12345").unwrap();
    let error = unpack(&packer.finish().unwrap(), None).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::QuotaExceeded, "{error}");
    // A frame whose window is 2^30 bytes (RFC 8878, 3.1.1.1.2), with a last block of five raw bytes.
    let frame = [&b"\x28\xb5\x2f\xfd\x00\xa0\x29\x00\x00"[..], b"12345"].concat();
    let error = unpack(&frame, None).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::QuotaExceeded, "{error}");
}

#[tokio::test]
async fn an_error_of_the_source_comes_out_as_it_was() {
    for (name, pack) in ALL {
        let packed = pack(&plain());
        let torn = || Err(Error::new(ErrorKind::NotFound, "the tape tore"));
        let blocks = vec![Ok(Bytes::from(packed[..packed.len() / 2].to_vec())), torn()];
        let reading = Reading::new(stream::iter(blocks).boxed(), None);
        let all = async { unpacked(reading, Unpacking::default()).await?.into_stream().try_collect::<Vec<_>>().await };
        let error = all.await.unwrap_err();
        assert_eq!((error.kind(), error.message()), (ErrorKind::NotFound, "the tape tore"), "{name}");
    }
}
