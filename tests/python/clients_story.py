"""Runs the story of established clients, unmodified, against one cloud.

    clients_story.py CLOUDS_YAML OUTCOMES [PART ...]

Writes a line of JSON for each command into the file OUTCOMES: what it was, the exit status that it
must have, the one that it had, and what it said, without what may differ between two clouds.
`cargo xtask clients` runs it against the sandbox and against real servers, and compares. With PARTs
it tells only these modules of clients/story. The cloud should be fresh: some lists show all there is.
"""
import json
import os
import sys
import tempfile
import time
from pathlib import Path

import yaml

from clients import programs, story, web
from clients.commands import bound
from clients.normalise import Normaliser

CLOUDS = ("admin", "demo", "other", "viewer", "demo-appcred")


def environments(clouds_yaml, home):
    """The environment of each cloud: openstackclient and openstacksdk read clouds.yaml, glanceclient
    wants the same as variables."""
    entries = yaml.safe_load(Path(clouds_yaml).read_text())["clouds"]
    found = {}
    for cloud in CLOUDS:
        found[cloud] = {
            "PATH": os.environ.get("PATH", ""),
            # Clients keep schemas and lists of plugins there: none of another run.
            "HOME": str(home),
            "LANG": "C.UTF-8",
            "TZ": "UTC",
            # No terminal tells how wide it is.
            "COLUMNS": "160",
            "NO_PROXY": "*",
            "no_proxy": "*",
            "OS_CLIENT_CONFIG_FILE": str(clouds_yaml),
            "OS_CLOUD": cloud,
        }
        found[f"glance {cloud}"] = {
            **{key: value for key, value in found[cloud].items() if not key.startswith("OS_")},
            **{f"OS_{key.upper()}": str(value) for key, value in entries[cloud]["auth"].items()},
            "OS_REGION_NAME": entries[cloud]["region_name"],
        }
    return found


def main(clouds_yaml, outcomes, *parts):
    with (tempfile.TemporaryDirectory() as folder, web.serve(folder) as address,
          open(outcomes, "w", encoding="utf-8") as file):
        home = Path(folder, "home")
        home.mkdir()
        of_cloud = environments(clouds_yaml, home)
        normalise = Normaliser()
        names = {}

        def bind(name, value):
            names[name] = value
            normalise.know(value, name)

        for name, value in story.files(Path(folder)).items():
            bind(name, value)
        bind("web", address)
        known = programs.run(story.introduction, names, of_cloud["admin"])
        if known.status:
            sys.exit(f"cannot get to know the cloud: {known.stderr}")
        for line in known.stdout.splitlines():
            bind(*line.split(" ", 1))
        programs.preload("openstack", "image list --format json", of_cloud["demo"])
        programs.preload("glance", "image-list", of_cloud["glance demo"])
        for command in story.commands(parts):
            key = f"glance {command.cloud}" if command.program == "glance" else command.cloud
            begun = time.monotonic()
            outcome = programs.run(command, names, of_cloud[key])
            for name, value in bound(command, outcome.stdout).items():
                bind(name, value)
            json.dump({
                "program": command.program,
                "cloud": command.cloud,
                "command": command.title(),
                "wanted": command.status,
                "status": outcome.status,
                "seconds": round(time.monotonic() - begun, 2),
                "stdout": normalise(outcome.stdout),
                "stderr": normalise(outcome.stderr),
            }, file)
            file.write("\n")
            file.flush()


if __name__ == "__main__":
    main(*sys.argv[1:])
