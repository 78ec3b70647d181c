//! The join between a generated client and the session.

/// Sends every call of a generated client through its [`Session`](crate::Session).
///
/// A service crate calls it once, with its `Client` and the function that `cargo xtask generate` wrote to look up the
/// [`OperationFacts`](crate::OperationFacts) of an operation.
#[macro_export]
macro_rules! service_hooks {
    ($client:ty, $facts:path) => {
        impl $crate::private::progenitor_client::ClientHooks<$crate::Session> for $client {
            async fn pre<E>(
                &self,
                request: &mut $crate::private::reqwest::Request,
                info: &$crate::private::progenitor_client::OperationInfo,
            ) -> ::std::result::Result<(), $crate::private::progenitor_client::Error<E>> {
                use $crate::private::progenitor_client::ClientInfo as _;
                let call = $crate::session::Call::new(info.operation_id, $facts(info.operation_id));
                match self.inner().prepare(request, self.baseurl(), &call) {
                    Ok(()) => Ok(()),
                    Err(error) => {
                        Err($crate::private::progenitor_client::Error::CommunicationError($crate::error::carry(error).await))
                    }
                }
            }

            async fn exec(
                &self,
                request: $crate::private::reqwest::Request,
                info: &$crate::private::progenitor_client::OperationInfo,
            ) -> $crate::private::reqwest::Result<$crate::private::reqwest::Response> {
                use $crate::private::progenitor_client::ClientInfo as _;
                let call = $crate::session::Call::new(info.operation_id, $facts(info.operation_id));
                match self.inner().execute(request, &call).await {
                    Ok(response) => Ok(response),
                    Err(error) => Err($crate::error::carry(error).await),
                }
            }
        }
    };
}
