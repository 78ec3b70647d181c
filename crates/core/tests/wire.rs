//! The macros that generated code uses, from outside the crate as generated code sees them.

#![allow(clippy::unwrap_used, clippy::expect_used)] // A test stops at whatever it did not expect.

mod enums {
    cloudimg_core::open_enum! {
        /// How far an image is.
        pub enum ImageStatus {
            /// Empty.
            Queued = "queued",
            Active = "active",
        }
    }

    #[test]
    fn known_and_unknown_values_survive_a_round_trip() {
        let read: Vec<ImageStatus> = serde_json::from_str(r#"["active", "frozen", "queu\u0065d"]"#).unwrap();
        assert_eq!(read, [ImageStatus::Active, ImageStatus::Unlisted("frozen".into()), ImageStatus::Queued]);
        assert_eq!(serde_json::to_string(&read).unwrap(), r#"["active","frozen","queued"]"#);
        assert_eq!("frozen".parse::<ImageStatus>().unwrap().to_string(), "frozen");
        assert_eq!(ImageStatus::LISTED.len(), 2);
        assert!(serde_json::from_str::<ImageStatus>("7").is_err());
    }
}

mod objects {
    cloudimg_core::open_object! {
        /// An image.
        pub struct Image {
            /// Its id.
            required id: String = "id",
            /// Its name.
            optional name: String = "name",
            /// Its own link.
            optional self_: String = "self",
            /// Its tags.
            optional tags: Vec<String> = "tags",
        }
    }

    cloudimg_core::open_object! {
        /// A request.
        pub struct Create {
            /// The name.
            optional name: String = "name",
        }
    }

    #[test]
    fn listed_and_unlisted_members_survive_a_round_trip() {
        let text = r#"{"id":"1","self":"/v2","tags":[],"a/b~":"x","hw":null,"n":7}"#;
        let image: Image = serde_json::from_str(text).unwrap();
        assert_eq!((image.self_.as_deref(), image.tags.as_deref()), (Some("/v2"), Some(&[][..])));
        assert_eq!(image.extra.len(), 3);
        let value: serde_json::Value = serde_json::from_str(text).unwrap();
        assert_eq!(serde_json::to_value(&image).unwrap(), value);
    }

    #[test]
    fn null_is_absence_and_a_missing_member_is_named() {
        let image: Image = serde_json::from_str(r#"{"name":null,"id":"1"}"#).unwrap();
        assert_eq!(image, Image::new("1"));
        let error = serde_json::from_str::<Image>("{}").unwrap_err();
        assert!(error.to_string().contains("missing field `id`"), "{error}");
        assert!(serde_json::from_str::<Image>("[]").is_err());
        assert!(serde_json::from_str::<Image>(r#"{"id": 7}"#).is_err());
    }

    #[test]
    fn requests_are_built_by_setters() {
        let create = Create::new().name("n").set("hw_disk_bus", "scsi");
        assert_eq!(serde_json::to_string(&create).unwrap(), r#"{"name":"n","hw_disk_bus":"scsi"}"#);
        let image = Image::new("1").tags(vec!["a".to_owned()]).name("n");
        assert_eq!(serde_json::to_string(&image).unwrap(), r#"{"id":"1","name":"n","tags":["a"]}"#);
    }
}
