/// Defines a struct over a JSON object that keeps the members it does not list, in its field `extra`.
///
/// Decoding is one pass without a buffer: known keys go to their fields, the rest to the map.
#[macro_export]
macro_rules! open_object {
    (
        $(#[$meta:meta])*
        pub struct $name:ident {
            $( $(#[$field_meta:meta])* $presence:ident $field:ident : $type:ty = $key:literal ),* $(,)?
        }
    ) => {
        $(#[$meta])*
        #[derive(Clone, Debug, PartialEq)]
        #[non_exhaustive]
        pub struct $name {
            $( $(#[$field_meta])* pub $field: $crate::open_object!(@held $presence $type), )*
            /// The members that the spec does not list, as they came.
            pub extra: $crate::wire::Extra,
        }

        $crate::open_object!(@new $name [] [] $( [$presence $field $type] )*);

        impl $name {
            $(
                $(#[$field_meta])*
                #[must_use]
                pub fn $field(mut self, value: impl ::std::convert::Into<$type>) -> Self {
                    self.$field = $crate::open_object!(@wrap $presence value.into());
                    self
                }
            )*

            /// Sets a member that the spec does not list.
            #[must_use]
            pub fn set(
                mut self,
                key: impl ::std::convert::Into<::std::string::String>,
                value: impl ::std::convert::Into<$crate::private::serde_json::Value>,
            ) -> Self {
                self.extra.insert(key, value);
                self
            }
        }

        impl ::std::convert::From<&$name> for $name {
            fn from(value: &$name) -> Self {
                value.clone()
            }
        }

        impl $crate::private::serde::Serialize for $name {
            fn serialize<S: $crate::private::serde::Serializer>(&self, to: S) -> ::std::result::Result<S::Ok, S::Error> {
                use $crate::private::serde::ser::SerializeMap as _;
                let mut map = to.serialize_map(::std::option::Option::None)?;
                $( $crate::open_object!(@write $presence map $key (&self.$field)); )*
                for (key, value) in self.extra.iter() {
                    map.serialize_entry(key, value)?;
                }
                map.end()
            }
        }

        const _: () = {
            #[allow(non_camel_case_types)]
            #[derive(Clone, Copy)]
            enum Listed {
                $( $field, )*
            }

            const LISTED: &[Listed] = &[$( Listed::$field ),*];
            static KEYS: $crate::wire::Keys<{ LISTED.len() }> = $crate::wire::Keys::new([$( $key ),*]);

            enum Key {
                Listed(Listed),
                Extra(::std::string::String),
            }

            impl<'de> $crate::private::serde::Deserialize<'de> for Key {
                #[inline]
                fn deserialize<D: $crate::private::serde::Deserializer<'de>>(from: D) -> ::std::result::Result<Self, D::Error> {
                    struct Text;
                    impl $crate::private::serde::de::Visitor<'_> for Text {
                        type Value = Key;

                        fn expecting(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
                            f.write_str("a member's name")
                        }

                        #[inline]
                        fn visit_str<E>(self, text: &str) -> ::std::result::Result<Key, E> {
                            ::std::result::Result::Ok(match KEYS.find(text) {
                                ::std::option::Option::Some(place) => Key::Listed(LISTED[place]),
                                ::std::option::Option::None => Key::Extra(text.to_owned()),
                            })
                        }
                    }
                    from.deserialize_identifier(Text)
                }
            }

            struct Fields {
                $( $field: ::std::option::Option<$type>, )*
                extra: $crate::wire::Extra,
            }

            impl ::std::default::Default for Fields {
                #[inline]
                fn default() -> Self {
                    Self { $( $field: ::std::option::Option::None, )* extra: $crate::wire::Extra::new() }
                }
            }

            impl Fields {
                // Kept out of the loop: within it the compiler would hold every field in pieces of its own and move them all about at each
                // turn, which doubles the time of reading an object.
                #[inline(never)]
                fn read<'de, A: $crate::private::serde::de::MapAccess<'de>>(
                    &mut self,
                    listed: Listed,
                    map: &mut A,
                ) -> ::std::result::Result<(), A::Error> {
                    match listed {
                        $( Listed::$field => self.$field = $crate::open_object!(@read $presence map), )*
                    }
                    ::std::result::Result::Ok(())
                }
            }

            impl<'de> $crate::private::serde::Deserialize<'de> for $name {
                fn deserialize<D: $crate::private::serde::Deserializer<'de>>(from: D) -> ::std::result::Result<Self, D::Error> {
                    struct Object;
                    impl<'de> $crate::private::serde::de::Visitor<'de> for Object {
                        type Value = $name;

                        fn expecting(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
                            f.write_str("an object")
                        }

                        fn visit_map<A: $crate::private::serde::de::MapAccess<'de>>(
                            self,
                            mut map: A,
                        ) -> ::std::result::Result<$name, A::Error> {
                            let mut fields = Fields::default();
                            while let ::std::option::Option::Some(key) = map.next_key::<Key>()? {
                                match key {
                                    Key::Listed(listed) => fields.read(listed, &mut map)?,
                                    Key::Extra(key) => fields.extra.push(key, map.next_value()?),
                                }
                            }
                            ::std::result::Result::Ok($name {
                                $( $field: $crate::open_object!(@take $presence (fields.$field) $key), )*
                                extra: fields.extra,
                            })
                        }
                    }
                    from.deserialize_map(Object)
                }
            }
        };
    };

    (@held required $type:ty) => { $type };
    (@held optional $type:ty) => { ::std::option::Option<$type> };
    (@wrap required $value:expr) => { $value };
    (@wrap optional $value:expr) => { ::std::option::Option::Some($value) };
    (@read required $map:ident) => { ::std::option::Option::Some($map.next_value()?) };
    (@read optional $map:ident) => { $map.next_value()? };
    (@take required ($field:expr) $key:literal) => {
        $field.ok_or_else(|| <A::Error as $crate::private::serde::de::Error>::missing_field($key))?
    };
    (@take optional ($field:expr) $key:literal) => { $field };
    (@write required $map:ident $key:literal ($value:expr)) => { $map.serialize_entry($key, $value)?; };
    (@write optional $map:ident $key:literal ($value:expr)) => {
        if let ::std::option::Option::Some(value) = $value {
            $map.serialize_entry($key, value)?;
        }
    };

    // `new` takes the required fields: they are gathered one by one.
    (@new $name:ident [$($required:tt)*] [$($optional:ident)*] [required $field:ident $type:ty] $($rest:tt)*) => {
        $crate::open_object!(@new $name [$($required)* ($field $type)] [$($optional)*] $($rest)*);
    };
    (@new $name:ident [$($required:tt)*] [$($optional:ident)*] [optional $field:ident $type:ty] $($rest:tt)*) => {
        $crate::open_object!(@new $name [$($required)*] [$($optional)* $field] $($rest)*);
    };
    (@new $name:ident [] [$($optional:ident)*]) => {
        impl $name {
            /// An object without any member.
            #[must_use]
            pub fn new() -> Self {
                Self { $( $optional: ::std::option::Option::None, )* extra: ::std::default::Default::default() }
            }
        }

        impl ::std::default::Default for $name {
            fn default() -> Self {
                Self::new()
            }
        }
    };
    (@new $name:ident [$( ($required:ident $type:ty) )+] [$($optional:ident)*]) => {
        impl $name {
            /// An object with the members that are always there.
            #[must_use]
            #[allow(clippy::too_many_arguments)]
            pub fn new($( $required: impl ::std::convert::Into<$type> ),+) -> Self {
                Self {
                    $( $required: $required.into(), )+
                    $( $optional: ::std::option::Option::None, )*
                    extra: ::std::default::Default::default(),
                }
            }
        }
    };
}
