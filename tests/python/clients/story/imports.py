"""Imports: by staging, from a web server, from store to store; and the tasks they leave."""
import time

from clients.commands import glance, library, openstack

# Longer than any import here takes on a busy machine.
SECONDS = 60


def settled(name):
    """A command that waits for the end of the image's import and tells it."""
    def import_ends(connection, names):
        end = time.monotonic() + SECONDS
        while True:
            image = connection.image.get_image(names[name])
            if "os_glance_import_task" not in image.properties:
                break
            assert time.monotonic() < end, f"the import of {name} does not end"
            time.sleep(0.1)
        for key, value in sorted(image.to_dict(ignore_none=True, original_names=True).items()):
            print(key, value)
    import_ends.__name__ = f"the_import_into_{name}_ends"
    return library("demo")(import_ends)


@library("demo", binds={"task": "task_id"})
def the_newest_task_of_the_web_import(demo, names):
    tasks = list(demo.image.get(f"/images/{names['fetched']}/tasks").json()["tasks"])
    for key in sorted(tasks[-1]):
        print(key, tasks[-1][key])
    print("task_id", tasks[-1]["id"])


COMMANDS = [
    openstack("demo", "image import info"),
    glance("demo", "import-info"),
    openstack("demo", "image create --disk-format raw -f json staged", binds={"staged": "id"}),
    openstack("demo", "image import {staged}", status=1),
    openstack("demo", "image stage --file {small} {staged}"),
    openstack("demo", "image stage --file {small} {staged}", status=1),
    openstack("demo", "image show -c status -c size {staged}"),
    openstack("demo", "image import --method copy-image --all-stores {staged}", status=1),
    glance("demo", "image-import --stores attic {staged}", status=1),
    glance("viewer", "image-import {staged}", status=1),
    openstack("demo", "image import {staged} --store fast slow"),
    settled("staged"),
    glance("demo", "image-tasks {staged}"),
    glance("admin", "image-tasks nobody", status=1),
    glance("demo", "image-create --name moved --disk-format raw --container-format bare", binds={"moved": "id"}),
    glance("demo", "image-stage --file {small} {moved}"),
    glance("demo", "image-import --import-method web-download {moved}", status=1),
    glance("demo", "image-import --import-method copy-image --stores slow {moved}", status=1),
    openstack("demo", "image import {moved}"),
    settled("moved"),
    glance("demo", "image-import --import-method copy-image --stores slow {moved}", status=1),
    openstack("admin", "image import --method copy-image --disallow-failure {moved} --store slow"),
    settled("moved"),
    glance("admin", "image-import --import-method copy-image --stores slow {moved}", status=1),
    glance("demo", "stores-delete --store slow {moved}", status=1),
    glance("admin", "stores-delete --store slow {moved}"),
    glance("admin", "stores-delete --store slow {moved}", status=1),
    glance("admin", "stores-delete --store attic {moved}", status=1),
    glance("admin", "stores-delete --store fast {moved}", status=1),
    openstack("demo", "image create --disk-format raw -f json fetched", binds={"fetched": "id"}),
    glance("demo", "image-import --import-method web-download --uri ftp://127.0.0.1/x {fetched}", status=1),
    glance("demo", "image-import --import-method web-download --uri http://example.com/x {fetched}", status=1),
    openstack("demo", "image import --method web-download --uri nonsense {fetched}", status=1),
    openstack("demo", "image import --method web-download --uri {web}/small {fetched}"),
    settled("fetched"),
    openstack("demo", "image create --disk-format raw -f json lost", binds={"lost": "id"}),
    openstack("demo", "image import --method web-download --uri {web}/nothing {lost}"),
    settled("lost"),
    glance("demo", "image-tasks {lost}"),
    the_newest_task_of_the_web_import,
    openstack("demo", "image task show {task}", status=1),
    openstack("admin", "image task show {task}"),
    openstack("demo", "image delete {staged} {moved} {fetched} {lost}"),
]
