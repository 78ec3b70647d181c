use super::*;

/// `magic` at `at` in a head of zeros.
fn head(parts: &[(usize, &[u8])]) -> Vec<u8> {
    let mut head = vec![0; HEAD];
    for (at, magic) in parts {
        head[*at..at + magic.len()].copy_from_slice(magic);
    }
    head
}

/// Version 3, no backing file, 64 KiB clusters, 1 GiB.
fn qcow2() -> Vec<u8> {
    let header: Vec<u8> = [b"QFI\xfb".to_vec(), 3u32.to_be_bytes().to_vec(), vec![0; 12], 16u32.to_be_bytes().to_vec()].concat();
    head(&[(0, &header), (24, &(1u64 << 30).to_be_bytes())])
}

fn vmdk(flags: u32) -> Vec<u8> {
    head(&[(0, b"KDMV"), (4, &3u32.to_le_bytes()), (8, &flags.to_le_bytes())])
}

#[test]
fn each_format_is_told_by_its_own_header() {
    let gpt = head(&[(510, b"\x55\xaa"), (512, b"EFI PART")]);
    let hybrid = head(&[(510, b"\x55\xaa"), (512, b"EFI PART"), (0x8000, b"\x01CD001\x01")]);
    let known: [(&str, Vec<u8>, Format); 24] = [
        ("qcow2", qcow2(), Format::Qcow2),
        ("qed", head(&[(0, b"QED\0")]), Format::Qed),
        ("sparse vmdk", vmdk(3), Format::Vmdk(Vmdk::Sparse)),
        ("stream optimised vmdk", vmdk(3 | 1 << 16 | 1 << 17), Format::Vmdk(Vmdk::StreamOptimized)),
        ("vmdk of ESX", head(&[(0, b"COWD")]), Format::Vmdk(Vmdk::Cowd)),
        ("vmdk in words", b"# Disk DescriptorFile\nversion=1\n".to_vec(), Format::Vmdk(Vmdk::Descriptor)),
        ("vmdk in words with a mark", b"\xef\xbb\xbf\r\n# Disk DescriptorFile".to_vec(), Format::Vmdk(Vmdk::Descriptor)),
        ("growing vhd", head(&[(0, b"conectix"), (512, b"cxsparse")]), Format::Vhd),
        ("vhdx", head(&[(0, b"vhdxfile")]), Format::Vhdx),
        ("vdi", head(&[(0, b"<<< Oracle VM VirtualBox Disk Image >>>\n"), (0x40, b"\x7f\x10\xda\xbe")]), Format::Vdi),
        ("ploop", head(&[(0, b"WithouFreSpacExt")]), Format::Ploop),
        ("iso", head(&[(0x8000, b"\x01CD001\x01")]), Format::Iso),
        ("udf", head(&[(0x8000, b"\x00BEA01\x01")]), Format::Iso),
        ("iso that boots from a stick", hybrid, Format::Iso),
        ("luks", head(&[(0, b"LUKS\xba\xbe\x00\x02")]), Format::Luks),
        ("gpt", gpt, Format::Gpt),
        ("mbr", head(&[(510, b"\x55\xaa")]), Format::Mbr),
        ("tar", head(&[(0, b"disk.ovf"), (257, b"ustar\x0000")]), Format::Tar),
        ("gzip", head(&[(0, b"\x1f\x8b\x08")]), Format::Gzip),
        ("xz", head(&[(0, b"\xfd7zXZ\0")]), Format::Xz),
        ("zstd", head(&[(0, b"\x28\xb5\x2f\xfd")]), Format::Zstd),
        ("bzip2", head(&[(0, b"BZh91AY&SY")]), Format::Bzip2),
        ("lz4", head(&[(0, b"\x04\x22\x4d\x18")]), Format::Lz4),
        ("zip", head(&[(0, b"PK\x03\x04")]), Format::Zip),
    ];
    for (name, head, format) in known {
        assert_eq!(sniff(&head), Some(format), "{name}");
        assert_eq!(sniff(&head[..2]), None, "{name}: too little to tell");
    }
}

#[test]
fn what_nothing_tells_of_is_nothing() {
    for head in [&b""[..], b"B", b"BZh", b"BZhello world", b"QFI", b"conect", b"\x1f\x8b", &[0; HEAD], &[7; 600]] {
        assert_eq!(sniff(head), None, "{head:?}");
    }
}

#[test]
fn frames_to_be_skipped_are_of_whom_they_come_before() {
    let skip = |next: &[u8]| [&0x184d_2a50_u32.to_le_bytes()[..], &4u32.to_le_bytes(), b"skip", next].concat();
    assert_eq!(sniff(&skip(b"\x28\xb5\x2f\xfd")), Some(Format::Zstd));
    assert_eq!(sniff(&skip(b"\x04\x22\x4d\x18")), None);
}

#[test]
fn a_vhd_of_fixed_size_is_told_by_its_footer() {
    let mut end = vec![7; 2048];
    end[1536..1544].copy_from_slice(b"conectix");
    assert_eq!(sniff_end(&end), Some(Format::Vhd));
    assert_eq!(sniff_end(&end[..2000]), None);
    end[1536..1545].copy_from_slice(b"\x07conectix");
    assert_eq!(sniff_end(&end), Some(Format::Vhd));
    assert_eq!(sniff_end(b"conectix"), None);
}

fn bare(disk_format: &str, head: &[u8], tail: Option<&[u8]>) -> Result<Option<Format>, String> {
    expect(Declared { disk_format, container_format: "bare" }, head, tail).map_err(|misfit| misfit.to_string())
}

#[test]
fn data_of_another_format_are_refused_with_what_to_take() {
    let plain = vec![7; HEAD];
    let mut fixed = vec![0; TAIL];
    fixed[..8].copy_from_slice(b"conectix");
    let mbr = head(&[(510, b"\x55\xaa")]);
    for (declared, head, tail, advice) in [
        ("raw", &qcow2(), None, "disk_format qcow2"),
        ("raw", &vmdk(3), None, "disk_format vmdk"),
        ("raw", &plain, Some(&fixed[..]), "disk_format vhd"),
        ("raw", &mbr, Some(&fixed[..]), "disk_format vhd"),
        ("qcow2", &plain, None, "disk_format raw"),
        ("qcow2", &mbr, None, "disk_format raw"),
        ("qcow2", &head(&[(0, b"vhdxfile")]), None, "disk_format vhdx"),
        ("vhd", &plain, Some(&plain[..TAIL]), "disk_format raw"),
        ("vhd", &mbr, Some(&plain[..TAIL]), "disk_format raw"),
        ("raw", &head(&[(0, b"LUKS\xba\xbe")]), Some(&fixed[..]), "disk_format vhd"),
        ("iso", &vec![0; HEAD], None, "nothing but zeros"),
        ("raw", &head(&[(0, b"\x1f\x8b\x08")]), None, "`ImageData::unpacked()`"),
        ("qcow2", &head(&[(0, b"\x04\x22\x4d\x18")]), None, "unpack them first"),
        ("raw", &head(&[(257, b"ustar")]), None, "container_format ova"),
        ("vmdk", &b"# Disk DescriptorFile\n".to_vec(), None, "in other files"),
        ("raw", &head(&[(0, b"QED\0")]), None, "convert it to qcow2"),
    ] {
        let refusal = bare(declared, head, tail).unwrap_err();
        assert!(refusal.contains(advice), "{declared}: {refusal}");
    }
}

#[test]
fn data_that_may_be_right_are_let_pass() {
    let plain = vec![7; HEAD];
    let iso = head(&[(0x8000, b"\x01CD001\x01")]);
    let luks = head(&[(0, b"LUKS\xba\xbe")]);
    let mut fixed = vec![0; TAIL];
    fixed[..8].copy_from_slice(b"conectix");
    for (declared, head, tail) in [
        ("raw", &plain, None),
        ("raw", &iso, None),
        ("raw", &luks, None),
        ("raw", &head(&[(512, b"EFI PART")]), Some(&plain[..TAIL])),
        ("iso", &iso, None),
        ("qcow2", &qcow2(), None),
        ("vhd", &plain, Some(&fixed[..])),
        ("vhd", &head(&[(510, b"\x55\xaa")]), Some(&fixed[..])),
        ("vhd", &iso, Some(&fixed[..])),
        // Of a stream nobody sees the end before it is sent.
        ("vhd", &plain, None),
        ("vhd", &head(&[(510, b"\x55\xaa")]), None),
        ("ploop", &head(&[(510, b"\x55\xaa")]), None),
        ("ami", &plain, None),
        ("something new", &qcow2(), None),
    ] {
        assert!(bare(declared, head, tail).is_ok(), "{declared}: {:?}", bare(declared, head, tail));
    }
}

#[test]
fn what_lies_within_a_container_is_not_looked_at() {
    let gzip = head(&[(0, b"\x1f\x8b\x08")]);
    let tar = head(&[(257, b"ustar")]);
    let within = |container_format, head: &[u8]| expect(Declared { disk_format: "qcow2", container_format }, head, None);
    assert!(within("compressed", &gzip).is_ok() && within("ova", &tar).is_ok() && within("docker", &tar).is_ok());
    let refusal = within("ova", &qcow2()).unwrap_err();
    assert!(refusal.to_string().contains("but the data are qcow2"), "{refusal}");
}
