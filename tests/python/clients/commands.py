"""What a story is made of: commands, as data."""
import re
import shlex
from dataclasses import dataclass, field
from typing import Callable


@dataclass(frozen=True)
class Command:
    """One command: the program, the cloud of clouds.yaml that it signs in to, and its words.

    Words may hold `{name}`, which stands for what an earlier command has bound, or for a file of
    the story. `status` is the exit status that the command must have: what fails by mistake would
    otherwise fail alike everywhere.
    """
    program: str
    cloud: str
    line: str = ""
    call: Callable | None = None
    status: int = 0
    binds: dict = field(default_factory=dict)
    stdin: str | None = None

    def words(self, names):
        return [word.format_map(names) for word in shlex.split(self.line)]

    def title(self):
        return self.line or self.call.__name__.replace("_", " ")


def openstack(cloud, line, **more):
    """A command line of python-openstackclient."""
    return Command("openstack", cloud, line, **more)


def glance(cloud, line, **more):
    """A command line of python-glanceclient."""
    return Command("glance", cloud, line, **more)


def library(cloud, **more):
    """Makes a function a command: it is given a connection of openstacksdk and the bound names,
    and prints what is to be compared."""
    return lambda function: Command("openstacksdk", cloud, call=function, **more)


def value_of(label):
    """Finds the value that an output has for a label: in a table, in JSON, or as `label value`."""
    label = re.escape(label)
    return re.compile(rf'(?m)^\| {label}\s+\| (\S+)\s*\||"{label}": "([^"]+)"|^{label} (\S+)$')


def bound(command, output):
    """The names that the command binds, with the values found in its output."""
    found = {}
    for name, label in command.binds.items():
        match = value_of(label).search(output)
        if match:
            found[name] = next(filter(None, match.groups()))
    return found
