"""Fills a freshly bootstrapped Keystone: its own URL and the image service in the
catalog, projects, users, their roles, an application credential of user demo.

    seed.py KEYSTONE_URL GLANCE_URL PASSWORD SECRET

Prints one JSON object: {"application_credential_id": "..."}. Needs nothing but
the standard library.
"""
import json
import sys
import urllib.request

keystone, glance, password, secret = sys.argv[1:]


def call(method, path, body=None, token=None):
    """One request to Identity v3; returns the answer's headers and JSON."""
    request = urllib.request.Request(
        f"{keystone}/v3{path}",
        method=method,
        data=None if body is None else json.dumps(body).encode(),
        headers={"Content-Type": "application/json"},
    )
    if token:
        request.add_header("X-Auth-Token", token)
    with urllib.request.urlopen(request, timeout=60) as answer:
        content = answer.read()
        return answer.headers, json.loads(content) if content else None


def sign_in(name, project):
    domain = {"id": "default"}
    headers, body = call("POST", "/auth/tokens", {"auth": {
        "identity": {"methods": ["password"], "password": {"user": {
            "name": name, "domain": domain, "password": password}}},
        "scope": {"project": {"name": project, "domain": domain}},
    }})
    return headers["X-Subject-Token"], body["token"]["user"]["id"]


admin, _ = sign_in("admin", "admin")


def create(kind, **members):
    _, body = call("POST", f"/{kind}s", {kind: members}, admin)
    return body[kind]["id"]


# Bootstrapping knew no port yet.
_, found = call("GET", "/endpoints", token=admin)
for endpoint in found["endpoints"]:
    call("PATCH", f"/endpoints/{endpoint['id']}",
         {"endpoint": {"url": f"{keystone}/v3"}}, admin)

_, found = call("GET", "/roles", token=admin)
roles = {role["name"]: role["id"] for role in found["roles"]}


def grant(role, user, project):
    if role not in roles:
        roles[role] = create("role", name=role)
    call("PUT", f"/projects/{projects[project]}/users/{users[user]}/roles/{roles[role]}",
         token=admin)


projects = {name: create("project", name=name, domain_id="default")
            for name in ("service", "demo", "other")}
users = {name: create("user", name=name, domain_id="default", password=password)
         for name in ("glance", "demo", "other", "viewer")}
for role, user, project in (
    ("admin", "glance", "service"),
    ("service", "glance", "service"),
    ("member", "demo", "demo"),
    ("member", "other", "other"),
    # May read what demo has, may change nothing.
    ("reader", "viewer", "demo"),
):
    grant(role, user, project)

image = create("service", type="image", name="glance")
for interface in ("public", "internal", "admin"):
    create("endpoint", service_id=image, interface=interface,
           region_id="RegionOne", url=glance)

# Only the user itself may make an application credential.
demo, demo_id = sign_in("demo", "demo")
_, made = call("POST", f"/users/{demo_id}/application_credentials",
               {"application_credential": {"name": "test", "secret": secret}}, demo)
json.dump({"application_credential_id": made["application_credential"]["id"]}, sys.stdout)
