"""What operators look at: stores, use, tasks, the cache of image data."""
import time

from clients.commands import glance, library, openstack

SECONDS = 60


@library("admin")
def the_cache_has_fetched_what_was_queued(admin, names):
    end = time.monotonic() + SECONDS
    while True:
        cache = admin.image.get("/cache").json()
        if names["hot"] in [image["image_id"] for image in cache["cached_images"]]:
            break
        assert time.monotonic() < end, "the cache does not fetch the image"
        time.sleep(0.1)
    cached = [image for image in cache["cached_images"] if image["image_id"] == names["hot"]][0]
    print(sorted(cached), cached["size"], cached["hits"], cache["queued_images"])


COMMANDS = [
    openstack("demo", "image stores list"),
    openstack("demo", "image stores list --detail", status=1),
    openstack("admin", "image stores list --detail -f json"),
    glance("demo", "stores-info"),
    glance("admin", "stores-info --detail"),
    glance("demo", "usage"),
    openstack("demo", "image task list", status=1),
    openstack("admin", "image task list --status failure --type import"),
    openstack("admin", "image task show 00000000-0000-4000-8000-000000000000", status=1),
    glance("demo", "task-list", status=1),
    glance("admin", "task-show 00000000-0000-4000-8000-000000000000", status=1),
    glance("demo", "task-create --type import --input {{}}", status=1),
    glance("admin", "task-create --type nothing", status=1),
    glance("admin", "task-create --type import --input {{}}", status=1),
    openstack("demo", "image create --file {small} -f json hot", binds={"hot": "id"}),
    openstack("admin", "cached image list"),
    openstack("demo", "cached image list", status=1),
    openstack("demo", "cached image queue {hot}", status=1),
    openstack("admin", "cached image queue nobody", status=1),
    glance("demo", "cache-queue {hot}"),
    glance("admin", "cache-queue {hot}"),
    the_cache_has_fetched_what_was_queued,
    openstack("admin", "cached image delete {hot}"),
    openstack("admin", "cached image list"),
    glance("admin", "cache-list"),
    glance("demo", "cache-delete {hot}"),
    glance("admin", "cache-delete {hot}"),
    glance("demo", "cache-clear"),
    glance("admin", "cache-clear --target queue"),
    glance("admin", "cache-clean"),
    glance("admin", "cache-prune"),
    glance("demo", "cache-nodes-list {hot}"),
    glance("admin", "cache-nodes-list {hot}"),
    openstack("admin", "cached image clear --cache"),
    openstack("demo", "image delete {hot}"),
]
