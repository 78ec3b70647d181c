"""What may differ between two clouds, and nothing else: each rule says why."""
import json
import re

# Digits only, so that a time in another form is still a difference.
_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{6})?")
_UUID = re.compile(r"\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b")
_RULE = re.compile(r"-{3,}")
_FILLING = re.compile(r" +(?=\|)")
_CONTINUED = re.compile(r"^\| +\| (.*?) +\|$")


class Normaliser:
    """Replaces what belongs to one cloud, or to one run, by names that both have."""

    def __init__(self):
        self._known = {}

    def know(self, text, name):
        """From now on `text` reads `<name>`; the first name of a text stays."""
        if text:
            self._known.setdefault(text, f"<{name}>")

    def __call__(self, text):
        # Before ids are replaced: a table breaks them in two.
        text = _sorted(_narrow(text))
        # Ids, ports and folders are each cloud's own. The longest first: one may begin another.
        for known in sorted(self._known, key=len, reverse=True):
            text = text.replace(known, self._known[known])
        # Ids that nobody has bound: requests, tasks, members that a list shows.
        text = _UUID.sub("<id>", text)
        # Clocks go on between two runs.
        return _TIME.sub(lambda time: re.sub(r"\d", "0", time[0]), text)


def _narrow(text):
    """A table is as wide as its longest value, and breaks what is too long for it: both follow from
    the length of addresses and folders."""
    lines = []
    for line in text.split("\n"):
        more = _CONTINUED.match(line)
        if more and lines and lines[-1].startswith("|"):
            lines[-1] = lines[-1].removesuffix(" |") + more[1] + " |"
        elif line.startswith(("|", "+-")):
            lines.append(_FILLING.sub(" ", _RULE.sub("---", line)))
        else:
            lines.append(line)
    # A break takes the place of a blank, or of none: JSON in a cell means the same without.
    return "\n".join(re.sub(r" ", "", line) if re.match(r"\| \S+ \| [\[{]", line) else line for line in lines)


def _sorted(text):
    """Members of a JSON object have no order, and neither have tags: Glance answers them in another
    one each time."""
    if not text.startswith(("{", "[")):
        return text
    try:
        value = json.loads(text)
    except ValueError:
        return text

    def order(value):
        if isinstance(value, dict):
            return {key: sorted(order(inner)) if key.lower() == "tags" and inner else order(inner)
                    for key, inner in value.items()}
        return [order(inner) for inner in value] if isinstance(value, list) else value
    return json.dumps(order(value), indent=2, sort_keys=True) + "\n"
