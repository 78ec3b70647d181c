"""The data of images: sent, fetched, kept back, refused."""
from clients.commands import glance, openstack

COMMANDS = [
    openstack("demo", "image create --file {small} --tag data -f json map", binds={"map": "id"}),
    openstack("demo", "image set --property scale=25000 {map}"),
    openstack("demo", "image save --file {folder}/map {map}"),
    glance("viewer", "image-download --file {folder}/map {map}", status=1),
    openstack("demo", "image create --file {folder}/nothing -f json none", status=1),
    openstack("viewer", "image set --deactivate {map}"),
    openstack("demo", "image show -c status {map}"),
    openstack("demo", "image set --deactivate {map}"),
    openstack("demo", "image show -c status {map}"),
    openstack("demo", "image save --file {folder}/map {map}", status=1),
    glance("demo", "image-download --file {folder}/map {map}", status=1),
    glance("viewer", "image-reactivate {map}", status=1),
    glance("demo", "image-reactivate {map}"),
    glance("demo", "image-upload --file {small} {map}", status=1),
    # Data in a call of its own: uWSGI may close the connection after a chunked body, and image-create
    # would ask for the image on it.
    glance("demo", "image-create --name plan --disk-format raw --container-format bare", binds={"plan": "id"}),
    glance("demo", "image-upload --store slow --file {large} {plan}"),
    glance("demo", "image-show {plan}"),
    glance("demo", "image-create --name lost --disk-format raw --container-format bare --file {small} --store attic",
           status=1),
    glance("demo", "image-create --name piped --disk-format raw --container-format bare", binds={"piped": "id"}),
    glance("demo", "image-upload {piped}", stdin="{small}"),
    glance("demo", "image-show {piped}"),
    glance("demo", "image-create --name bare --disk-format qcow2 --container-format bare", binds={"empty": "id"}),
    glance("demo", "image-download --file {folder}/empty {empty}", status=1),
    glance("demo", "image-upload --file {small} {empty}", status=1),
    glance("demo", "image-download --file {folder}/plan {plan}"),
    glance("demo", "image-list --include-stores --tag data"),
    glance("demo", "stores-delete --store fast {plan}", status=1),
    openstack("demo", "image delete {map} {plan} {piped} {empty}"),
]
