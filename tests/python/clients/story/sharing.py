"""Images offered to another project: by one client, then by the other."""
from clients.commands import glance, openstack

COMMANDS = [
    openstack("demo", "image create --shared -f json gift", binds={"gift": "id"}),
    openstack("demo", "image create --private -f json diary", binds={"diary": "id"}),
    openstack("demo", "image add project {gift} {project_other}"),
    openstack("demo", "image add project {gift} {project_other}", status=1),
    openstack("demo", "image add project {diary} {project_other}", status=1),
    openstack("viewer", "image add project {gift} {project_admin}", status=1),
    openstack("demo", "image member list {gift}"),
    openstack("other", "image member get {gift} {project_other}"),
    openstack("other", "image list --shared --member-status pending -f json"),
    openstack("demo", "image set --accept --project {project_other} {gift}", status=1),
    openstack("other", "image set --accept {gift}"),
    openstack("other", "image list --shared -f json"),
    openstack("other", "image delete {gift}", status=1),
    glance("other", "member-list --image-id {gift}"),
    glance("other", "member-update {gift} {project_other} rejected"),
    glance("demo", "member-update {gift} {project_other} accepted", status=1),
    glance("demo", "member-get {gift} {project_other}"),
    glance("demo", "member-get {gift} {project_admin}", status=1),
    glance("demo", "member-create {gift} {project_admin}"),
    glance("demo", "member-create {gift} {project_admin}", status=1),
    glance("demo", "member-delete {gift} {project_admin}"),
    glance("demo", "member-delete {gift} {project_admin}", status=1),
    openstack("demo", "image remove project {gift} {project_other}"),
    # openstacksdk takes it for done.
    openstack("demo", "image remove project {gift} {project_other}"),
    openstack("other", "image show {gift}", status=1),
    openstack("demo", "image delete gift diary"),
]
