"""Checks the OpenAPI documents in specs/ with tools that are not ours.

    python validate_specs.py [FILE ...]

Without arguments it takes every *.yaml in specs/. For each file it asks openapi-spec-validator, then
holds every example against its schema (`nullable` included: beside a type, and beside an `allOf` of one
member), and asks for an example of each JSON body that an operation takes or answers with on success.
One line a file; what is wrong follows, indented. Exit code 1 if anything is.
"""

import re
import sys
from pathlib import Path

import yaml
from jsonschema import Draft202012Validator
from openapi_spec_validator import OpenAPIV30SpecValidator

SPECS = Path(__file__).resolve().parents[2] / "specs"
METHODS = ("get", "put", "post", "delete", "options", "head", "patch", "trace")


class Loader(yaml.SafeLoader):
    """YAML as JSON has it: no dates, only true and false for booleans, no key twice."""

    def construct_mapping(self, node, deep=False):
        seen = set()
        for key, _ in node.value:
            name = self.construct_object(key, deep=True)
            if name in seen:
                raise yaml.constructor.ConstructorError(
                    None, None, f"the key {name!r} is there twice", key.start_mark
                )
            seen.add(name)
        return super().construct_mapping(node, deep)


Loader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if not tag.endswith((":timestamp", ":bool"))]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}
Loader.add_implicit_resolver(
    "tag:yaml.org,2002:bool", re.compile("^(?:true|True|TRUE|false|False|FALSE)$"), list("tTfF")
)


def json_schema(schema, sending):
    """An OpenAPI 3.0 schema as a JSON Schema; references point into `$defs`."""
    if isinstance(schema, list):
        return [json_schema(item, sending) for item in schema]
    if not isinstance(schema, dict):
        return schema
    if "$ref" in schema:
        return {"$ref": schema["$ref"].replace("#/components/schemas/", "#/$defs/")}
    out = {}
    for key, value in schema.items():
        if key in ("properties", "patternProperties"):
            out[key] = {name: json_schema(item, sending) for name, item in value.items()}
        elif key in ("items", "additionalProperties", "not", "allOf", "anyOf", "oneOf"):
            out[key] = json_schema(value, sending)
        elif key in ("type", "enum", "required", "pattern", "format") or key.startswith(("min", "max", "unique", "multiple")):
            out[key] = value
    if sending:
        fixed = {n for n, p in schema.get("properties", {}).items() if isinstance(p, dict) and p.get("readOnly")}
        out["required"] = [name for name in out.get("required", []) if name not in fixed]
    if schema.get("nullable"):
        out = {"anyOf": [{"type": "null"}, out]}
    return out


class Document:
    def __init__(self, spec):
        self.spec = spec
        self.examples = 0
        self.problems = []
        schemas = spec.get("components", {}).get("schemas", {})
        self.defs = {
            sending: {name: json_schema(schema, sending) for name, schema in schemas.items()}
            for sending in (False, True)
        }

    def deref(self, node):
        while isinstance(node, dict) and "$ref" in node:
            target = self.spec
            for part in node["$ref"].lstrip("#/").split("/"):
                target = target[part.replace("~1", "/").replace("~0", "~")]
            node = target
        return node

    def validator(self, schema, sending=False):
        return Draft202012Validator({**json_schema(schema, sending), "$defs": self.defs[sending]})

    def hold(self, place, schema, value, sending=False):
        self.examples += 1
        for error in self.validator(schema, sending).iter_errors(value):
            path = "/".join(str(part) for part in error.absolute_path)
            self.problems.append(f"{place}: at /{path}: {error.message[:200]}")

    def hold_all(self, place, node, sending=False):
        """The examples of a media type, a parameter or a header."""
        schema = node.get("schema")
        if schema is None:
            return
        if "example" in node:
            self.hold(f"{place} example", schema, node["example"], sending)
        for name, example in node.get("examples", {}).items():
            example = self.deref(example)
            if "value" in example:
                self.hold(f"{place} example {name}", schema, example["value"], sending)

    def content(self, place, node, sending=False, wanted=False):
        for media, entry in (node.get("content") or {}).items():
            self.hold_all(f"{place} {media}", entry, sending)
            if wanted and "json" in media and not ("example" in entry or "examples" in entry):
                self.problems.append(f"{place} {media}: no example")

    def response(self, place, node, wanted=False):
        if "$ref" in node:  # looked at among the components
            return
        self.content(place, node, wanted=wanted)
        for name, header in (node.get("headers") or {}).items():
            self.hold_all(f"{place} header {name}", self.deref(header))

    def walk_schema(self, place, schema):
        if not isinstance(schema, dict) or "$ref" in schema:
            return
        if "example" in schema:
            self.hold(f"{place} example", schema, schema["example"])
        for name, item in schema.get("properties", {}).items():
            self.walk_schema(f"{place}.{name}", item)
        for key in ("items", "additionalProperties", "not"):
            self.walk_schema(f"{place}.{key}", schema.get(key))
        for key in ("allOf", "anyOf", "oneOf"):
            for index, item in enumerate(schema.get(key, [])):
                self.walk_schema(f"{place}.{key}[{index}]", item)

    def check(self):
        components = self.spec.get("components", {})
        for name, schema in components.get("schemas", {}).items():
            self.walk_schema(f"schema {name}", schema)
        for name, node in components.get("responses", {}).items():
            self.response(f"response {name}", node)
        for name, node in components.get("parameters", {}).items():
            self.hold_all(f"parameter {name}", self.deref(node), sending=True)
        operations = 0
        for path, item in self.spec.get("paths", {}).items():
            for method in METHODS:
                if method not in item:
                    continue
                operations += 1
                operation = item[method]
                place = f"{method.upper()} {path}"
                for node in item.get("parameters", []) + operation.get("parameters", []):
                    if "$ref" in node:
                        continue
                    self.hold_all(f"{place} parameter {node['name']}", node, sending=True)
                if "requestBody" in operation:
                    self.content(f"{place} body", self.deref(operation["requestBody"]), sending=True, wanted=True)
                for status, node in operation.get("responses", {}).items():
                    self.response(f"{place} {status}", node, wanted=str(status).startswith("2"))
        return operations


def check_file(path):
    """What to say about the file: a summary, and a list of problems."""
    try:
        spec = yaml.load(path.read_text(encoding="utf-8"), Loader)
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        return "cannot be read", [" ".join(str(error).split())]
    if not isinstance(spec, dict) or not str(spec.get("openapi", "")).startswith("3.0."):
        return "is not OpenAPI 3.0", ["the member `openapi` must be 3.0.x"]
    problems = [
        f"{'/'.join(str(part) for part in error.absolute_path) or 'document'}: {error.message[:300]}"
        for error in OpenAPIV30SpecValidator(spec).iter_errors()
    ]
    if problems:
        return "is not valid", problems
    document = Document(spec)
    operations = document.check()
    return f"{operations} operations, {document.examples} examples", document.problems


def main(arguments):
    files = [Path(argument) for argument in arguments] or sorted(SPECS.glob("*.yaml"))
    if not files:
        print(f"no *.yaml in {SPECS}", file=sys.stderr)
        return 1
    failed = False
    for path in files:
        summary, problems = check_file(path)
        print(f"{path.name}: {summary}: {'FAILED' if problems else 'ok'}")
        for problem in problems:
            print(f"  {problem}")
        failed |= bool(problems)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
