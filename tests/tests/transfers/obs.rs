//! Files that become images by way of object storage.
