//! The order of a sorted list, made here.

use std::cmp::Ordering;

use cloudimg_core::Result;

use crate::vmp::{Image, ImageSize, ImageState, ImageType, SortDirection, SortKey, wrong};

/// Refuses keys and directions that nobody knows how to sort by.
pub(super) fn check(order: &[(SortKey, SortDirection)]) -> Result<()> {
    for (key, direction) in order {
        if let SortKey::Unlisted(key) = key {
            return Err(wrong(format!("images cannot be sorted by `{key}`")));
        }
        if let SortDirection::Unlisted(direction) = direction {
            return Err(wrong(format!("`{direction}` is no direction: it is `asc` or `desc`")));
        }
    }
    Ok(())
}

/// Sorts by the first key, what is alike by the second, and so on; what is alike in all stays as it was.
pub(super) fn sort(images: &mut [Image], order: &[(SortKey, SortDirection)]) {
    images.sort_by(|one, other| {
        let mut by_key = order.iter().map(|(key, direction)| {
            let compared = compare(key, one, other);
            if *direction == SortDirection::Desc { compared.reverse() } else { compared }
        });
        by_key.find(|compared| compared.is_ne()).unwrap_or(Ordering::Equal)
    });
}

/// What is missing comes first.
fn compare(key: &SortKey, one: &Image, other: &Image) -> Ordering {
    match key {
        SortKey::Name => one.name.cmp(&other.name),
        // Written so that the order of the texts is that of the times.
        SortKey::CreatedAt => one.created_at.cmp(&other.created_at),
        SortKey::Type => one.type_.as_ref().map(ImageType::as_str).cmp(&other.type_.as_ref().map(ImageType::as_str)),
        SortKey::State => one.state.as_ref().map(ImageState::as_str).cmp(&other.state.as_ref().map(ImageState::as_str)),
        SortKey::Size => gigabytes(one).total_cmp(&gigabytes(other)),
        _ => Ordering::Equal,
    }
}

/// A size that is no number counts as none.
fn gigabytes(image: &Image) -> f64 {
    let size = match &image.size {
        Some(ImageSize::String(text)) => text.trim().parse().ok(),
        Some(ImageSize::Number(number)) => Some(*number),
        _ => None,
    };
    size.unwrap_or(f64::NEG_INFINITY)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_count_from_the_first_and_sizes_are_numbers() {
        let image = |id: &str, name: &str, size: &str| Image::new(id).name(name).size(ImageSize::String(size.to_owned()));
        let mut images =
            [image("a", "x", "9"), image("b", "y", "40"), image("c", "x", "12.5"), image("d", "y", ""), image("e", "x", "9")];
        images[3].size = Some(ImageSize::from(100.0));
        let mut ids = |order: &[(SortKey, SortDirection)]| {
            sort(&mut images, order);
            images.iter().map(|image| image.id.as_str()).collect::<String>()
        };
        use SortDirection::{Asc, Desc};
        assert_eq!(ids(&[(SortKey::Size, Asc)]), "aecbd");
        assert_eq!(ids(&[(SortKey::Name, Desc), (SortKey::Size, Asc)]), "bdaec");
        assert_eq!(ids(&[(SortKey::Name, Asc), (SortKey::Size, Desc)]), "caedb");
        assert_eq!(ids(&[(SortKey::State, Desc)]), "caedb", "what is alike stays as it was");
    }

    #[test]
    fn unknown_keys_are_refused() {
        assert!(check(&[("colour".into(), SortDirection::Asc)]).is_err());
        assert!(check(&[(SortKey::Name, "up".into())]).is_err());
        assert!(check(&[("size".into(), "desc".into())]).is_ok());
    }
}
