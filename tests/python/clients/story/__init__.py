"""The story: what the clients are told to do, in order. Each module is one part, told alone or after
the others; it clears away what it has made."""
import random
from pathlib import Path

import openstack

from clients.commands import library
from clients.story import data, images, imports, metadefs, operators, sdk, sharing

PARTS = {
    "images": images.COMMANDS,
    "data": data.COMMANDS,
    "sharing": sharing.COMMANDS,
    "imports": imports.COMMANDS,
    "operators": operators.COMMANDS,
    "metadefs": metadefs.COMMANDS,
    "sdk": sdk.COMMANDS,
}


def commands(parts):
    """The commands of the parts, or of all."""
    return [command for part in parts or PARTS for command in PARTS[part]]


def files(folder):
    """Makes the files that the commands name; returns their paths by name."""
    # The same bytes in each run: sums of them are compared.
    source = random.Random(20)
    made = {
        "small": source.randbytes(10_000),
        "large": source.randbytes(2 * 1024 * 1024 + 345_679),
        "namespace_file": NAMESPACE,
    }
    paths = {"folder": str(folder)}
    for name, content in made.items():
        path = Path(folder, name)
        path.write_bytes(content)
        paths[name] = str(path)
    return paths


NAMESPACE = b"""{
    "namespace": "Story::Shelf", "display_name": "Shelf", "description": "Where it lies",
    "visibility": "private", "protected": false,
    "resource_type_associations": [{"name": "OS::Glance::Image", "prefix": "shelf_"}],
    "properties": {"row": {"title": "Row", "type": "integer", "minimum": 1, "maximum": 9}},
    "objects": [{"name": "label", "description": "What is written on it", "required": ["text"],
                 "properties": {"text": {"title": "Text", "type": "string"}}}],
    "tags": [{"name": "dusty"}]
}
"""


@library("admin")
def introduction(admin, _names):
    """What clouds name each in their own way."""
    for cloud in ("admin", "demo", "other", "viewer"):
        known = openstack.connect(cloud=cloud)
        # Viewer has demo's project: that keeps the name of the first.
        print(f"project_{cloud} {known.current_project_id}")
        print(f"user_{cloud} {known.current_user_id}")
    print(f"image_url {admin.image.get_endpoint().removesuffix('/v2').rstrip('/')}")
    print(f"identity_url {admin.config.auth['auth_url'].removesuffix('/v3').rstrip('/')}")
    for store in admin.image.stores(details=True):
        if "data_dir" in store.properties:
            print(f"folder_of_{store.id} {store.properties['data_dir']}")
