"""The safe subset of YAML that a question file may use: mappings, lists and text. Nothing else.

No tags, no anchors or aliases, no duplicate keys; `yes`, `1.0` and `null` stay the text they are.
"""

from pathlib import Path
from typing import Any

import yaml

from tools.text_file import read_text
from transcripts.errors import InputError, Problem

MAX_DEPTH = 8
_LOADER = getattr(yaml, "CBaseLoader", yaml.BaseLoader)
_PLAIN_TAGS = {f"tag:yaml.org,2002:{kind}" for kind in ("str", "seq", "map")}


def read_yaml(path: Path) -> Any:  # noqa: ANN401 - what a file holds is any tree of dicts, lists and text
    """Read one YAML document into dicts, lists and text; InputError with file and line when it has more."""
    return _Plain(path).value(_compose(path))


def line_of(path: Path, *steps: str | int) -> int:
    """The line where the value reached by `steps` stands, or as near to it as the file goes."""
    node = _compose(path)
    for step in steps:
        if isinstance(node, yaml.MappingNode):
            children = {key.value: value for key, value in node.value}
        elif isinstance(node, yaml.SequenceNode):
            children = dict(enumerate(node.value))
        else:
            break
        if step not in children:
            break
        node = children[step]
    return int(node.start_mark.line) + 1


def _compose(path: Path) -> Any:  # noqa: ANN401 - the node graph has no types
    text = read_text(path)
    try:
        _check_depth(path, text)
        return yaml.compose(text, Loader=_LOADER)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        problem = Problem("yaml", getattr(error, "problem", None) or "")
        line = mark.line + 1 if mark else 1
        raise InputError("error.yaml", path=path, line=line, problem=problem) from error


def _check_depth(path: Path, text: str) -> None:
    """Refuse deep nesting before composing: libyaml's composer is recursive, and overflows the C stack."""
    depth = 0
    for event in yaml.parse(text, Loader=_LOADER):
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
            if depth > MAX_DEPTH:
                raise InputError("error.yaml_deep", path=path, line=getattr(event.start_mark, "line", 0) + 1)
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1


class _Plain:
    """Turns the node graph into plain values and refuses what the subset does not have."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._seen: set[int] = set()

    def value(self, node: yaml.Node) -> Any:  # noqa: ANN401
        if id(node) in self._seen:  # only an alias leads to the same node twice
            self._refuse(node, "error.yaml_alias")
        if node.tag not in _PLAIN_TAGS:
            self._refuse(node, "error.yaml_tag")
        self._seen.add(id(node))
        if isinstance(node, yaml.ScalarNode):
            return node.value
        if isinstance(node, yaml.SequenceNode):
            return [self.value(item) for item in node.value]
        return self._mapping(node)

    def _mapping(self, node: yaml.Node) -> dict[str, Any]:
        result: dict[str, Any] = {}
        for key_node, value_node in node.value:
            key = key_node.value
            if not isinstance(key, str):
                self._refuse(key_node, "error.yaml_key")
            if key in result:
                self._refuse(key_node, "error.yaml_duplicate", key=key)
            result[key] = self.value(value_node)
        return result

    def _refuse(self, node: yaml.Node, error: str, /, **values: object) -> None:
        raise InputError(error, path=self._path, line=node.start_mark.line + 1, **values)
