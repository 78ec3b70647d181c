//! Cases: each a test of its own for each shape of answers, and all of them together for the count of operations.

use futures::future::LocalBoxFuture;

use crate::world::World;

/// A case, by its name.
pub(crate) type Case = (&'static str, for<'w> fn(&'w World) -> LocalBoxFuture<'w, ()>);

/// Makes tests of these functions, and the list `CASES` of them.
macro_rules! cases {
    ($($name:ident),* $(,)?) => {
        pub(crate) const CASES: &[crate::cases::Case] = &[
            $( (concat!(module_path!(), "::", stringify!($name)), |world| Box::pin($name(world))) ),*
        ];

        mod enveloped {
            $( #[tokio::test] async fn $name() { super::$name(&crate::world::World::enveloped().await).await } )*
        }

        mod plain {
            $( #[tokio::test] async fn $name() { super::$name(&crate::world::World::plain().await).await } )*
        }
    };
}
