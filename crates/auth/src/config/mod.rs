//! Settings of clouds: `clouds.yaml` and the files beside it, and `OS_*` variables, by the rules of openstacksdk.
//!
//! ```no_run
//! use cloudimg_auth::config::{Access, Loader};
//!
//! # fn story() -> Result<(), cloudimg_core::Error> {
//! let config = Loader::from_process().cloud(Some("mycloud"), None)?;
//! match config.access()? {
//!     Access::Keystone(settings) => println!("{} signs in at {}", config.name, settings.auth_url),
//!     other => println!("{} is used by {other:?}", config.name),
//! }
//! # Ok(())
//! # }
//! ```
//!
//! # An example
//! ```yaml
//! # ~/.config/openstack/clouds.yaml
//! clouds:
//!   mycloud:                      # OpenStack
//!     region_name: RegionOne
//!     auth:
//!       auth_url: https://cloud.example/identity/v3
//!       username: demo
//!       user_domain_name: Default
//!       project_name: demo
//!       project_domain_name: Default
//!       # password: in secure.yaml, which is laid over this file
//!   telekom:                      # Huawei Cloud, Open Telekom Cloud and their relatives, by access keys
//!     profile: otc                # brings the URL of IAM and the regions
//!     region_name: eu-de
//!     auth_type: aksk
//!     auth:
//!       access_key: AKEXAMPLE     # without keys they are looked for in HUAWEICLOUD_SDK_AK and so on
//!       project_id: 0123456789abcdef0123456789abcdef
//!       # secret_key: in secure.yaml
//!   cdn:                          # CDNetworks
//!     auth_type: cnc
//!     auth:
//!       access_key: example
//!       # secret_key: in secure.yaml
//! ```
//!
//! # Where files are looked for
//! In this order: the working directory, `$XDG_CONFIG_HOME/openstack` (without that variable `~/.config/openstack`), `~/.config/openstack`
//! (within a snap the one of the real home), each of `$XDG_CONFIG_DIRS` (without it `/etc/xdg`) with `/openstack`, `/etc/openstack`. In each
//! `NAME.yaml`, `NAME.yml`, `NAME.json`. Without `HOME` no home directory is searched. On macOS and Windows the folders are those that
//! openstacksdk takes there; only those of Linux were compared with it by running it.
//!
//! - `clouds`: the first file that is there is the only one. `OS_CLIENT_CONFIG_FILE` goes in front.
//! - `secure`: looked for on its own, `OS_CLIENT_SECURE_FILE` in front, and laid over the clouds, mapping by mapping.
//! - `clouds-public`: profiles under `public-clouds`.
//!
//! A file that cannot be read or is no YAML (1.1, as PyYAML reads it: `yes` is true, `010` is eight, `<<` merges) is passed over with a
//! warning. One of more than 1 MiB, with values more than 64 deep in each other or with more than 16 MiB once its aliases are written out
//! is an error.
//!
//! # Which cloud
//! The one that is asked for; else the one that `OS_CLOUD` names; else the one that `OS_*` variables make, as soon as any is set beside
//! those that choose (`OS_CLOUD`, `OS_REGION_NAME`, `OS_CLOUD_NAME`, `OS_CLIENT_CONFIG_FILE`, `OS_CLIENT_SECURE_FILE`); else the only one of
//! the file. A cloud of a file takes nothing from variables.
//!
//! Settings are laid upon each other: defaults, the profile, the cloud's own, those of its region. `auth` is merged key by key, all else is
//! replaced. `{region_name}` and other top-level settings are filled into `auth_url` and into texts outside `auth`.
//!
//! # Profiles
//! Those of `clouds-public.yaml`, and those of openstacksdk 4.22, of which `otc` is the one to know here. One that is not known gives a
//! warning. Nothing is fetched: profiles that are published at an address (`ovh`, `vexxhost`, URLs) give a warning, too.
//!
//! # Extensions
//! [`Loader::strict`] turns all of these off.
//!
//! - Without `auth_type` it follows from the keys: an application credential, a passcode, access keys, a token; else a password.
//! - `auth_type: aksk` and `auth_type: cnc`, see [`AkSkSettings`] and [`CncSettings`]. Their keys in `auth`: `access_key`, `secret_key`,
//!   `endpoint`, for `aksk` also `security_token`, `project_id`, `domain_id`, `iam_endpoint` (or `auth_url`), `profile`.
//! - `verify` and `insecure` as text (`OS_VERIFY=False`) mean what they say; openstacksdk takes `verify: "false"` for a file.
//! - `auth_plugin`, the older name of `auth_type`, counts. With openstacksdk the default wins over it.
//! - `allow_insecure_endpoints: true` lets the token go to services over plain http though the sign-in is https, which is refused else.
//! - An empty variable counts as unset; keys without a value count as absent.
//! - Keys within `auth` that belong to another way to sign in are passed over with a warning; others are an error, as ever.
//! - A user's or project's name needs its domain before anything is sent; a project of Huawei Cloud needs none.
//! - An `auth_url` without a scheme means https. Placeholders that name nothing are an error in `auth_url` only.
//! - `XDG_CONFIG_DIRS` may list several folders, `auth_methods` within `auth` may be text.
//!
//! Besides, in strict mode as well: keys of mappings are text as they are written (a cloud may be named `no`), and a key that stands twice
//! gives a warning (the last one counts).

mod access;
mod choose;
mod cloud;
mod files;
mod legacy;
mod loader;
mod place;
mod placeholders;
mod places;
mod plugins;
mod profiles;
mod regions;
mod resolve;
mod services;
mod sign_in;
mod sources;
mod tls;
mod value;
mod yaml;

#[cfg(test)]
mod tests;

pub use access::{Access, AkSkSettings, CncSettings};
pub use cloud::CloudConfig;
pub use loader::Loader;
pub use services::Retries;
pub use tls::Tls;
