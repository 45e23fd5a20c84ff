"""Prints every public name of the official clients with its parameters, as one JSON object: name -> list of parameters.

A module's public names are those of its __all__, or else the functions and classes that it defines and that have no leading underscore.
Of a class: its constructor's parameters under the name of the class, its methods, properties and the attributes that they set.
"""

import ast
import dataclasses
import enum
import importlib
import inspect
import json
import pkgutil
import sys
import textwrap
import warnings

warnings.simplefilter("ignore")


def is_public(name):
    return not name.startswith("_")


def modules(package, left_out):
    """The package and its modules, but for internal ones."""
    yield package
    module = importlib.import_module(package)
    for info in pkgutil.iter_modules(module.__path__, package + "."):
        if not is_public(info.name.rpartition(".")[2]) or info.name in left_out:
            continue
        if info.ispkg:
            yield from modules(info.name, left_out)
        else:
            yield info.name


def members(name, module):
    named = getattr(module, "__all__", None)
    for key in named if named is not None else sorted(vars(module)):
        value = getattr(module, key, None)
        if value is None:  # a module that is named before it is imported
            continue
        if named is None and (not is_public(key) or getattr(value, "__module__", None) != name):
            continue
        yield key, value


def parameters(function):
    try:
        signature = inspect.signature(function)
    except (TypeError, ValueError):
        return []
    wanted = [p for p in signature.parameters.values() if p.name not in ("self", "cls") and is_public(p.name)]
    stars = {inspect.Parameter.VAR_POSITIONAL: "*", inspect.Parameter.VAR_KEYWORD: "**"}
    return [stars.get(p.kind, "") + p.name for p in wanted]


def set_attributes(method):
    """The public attributes of its object that a method sets."""
    for node in ast.walk(ast.parse(textwrap.dedent(inspect.getsource(inspect.unwrap(method))))):
        targets = node.targets if isinstance(node, ast.Assign) else [node.target] if isinstance(node, ast.AnnAssign) else []
        for target in targets:
            if isinstance(target, ast.Attribute) and isinstance(target.value, ast.Name) and target.value.id == "self" and is_public(target.attr):
                yield target.attr


def describe(path, value, found):
    if inspect.isclass(value):
        if issubclass(value, (BaseException, Warning)):
            found[path] = []
            return
        if issubclass(value, enum.Enum):
            found[path] = []
            for member in value:
                found[f"{path}.{member.name}"] = []
            return
        found[path] = parameters(value)
        # What comes from the language itself, or from a base outside the package, is no name of the package.
        own = {key: attribute for base in reversed(value.__mro__) if base.__module__.startswith("neptune_") for key, attribute in vars(base).items()}
        fields = {field.name for field in dataclasses.fields(value)} if dataclasses.is_dataclass(value) else set()
        if not dataclasses.is_dataclass(value):
            methods = [attribute for attribute in own.values() if inspect.isfunction(attribute)]
            found.update({f"{path}.{key}": [] for method in methods for key in set_attributes(method)})
        for key, attribute in sorted(own.items()):
            subscript = key in ("__getitem__", "__delitem__", "__enter__")
            if not (is_public(key) or subscript) or key in fields:
                continue
            if isinstance(attribute, property):
                found[f"{path}.{key}"] = []
            elif isinstance(attribute, (staticmethod, classmethod)) or inspect.isfunction(attribute):
                found[f"{path}.{key}"] = parameters(getattr(value, key))
    elif callable(value):
        found[path] = parameters(value)
    else:
        found[path] = []


LEFT_OUT = {
    # Written for the client itself: requests, caches, generated code. And modules whose names stand in the package, too.
    "neptune_fetcher.api",
    "neptune_fetcher.cache",
    "neptune_fetcher.internal",
    "neptune_fetcher.nql",
    "neptune_fetcher.read_only_project",
    "neptune_fetcher.read_only_run",
    "neptune_fetcher.util",
    "neptune_query.generated",
    "neptune_query.internal",
}

found = {}
described = set()
for package in ("neptune_fetcher", "neptune_query"):
    names = list(modules(package, LEFT_OUT))
    for name in sorted(names, key=lambda one: (one.endswith("alpha.exceptions"), one)):
        for key, value in members(name, importlib.import_module(name)):
            # The errors of neptune_fetcher.alpha are those of neptune_fetcher.
            if inspect.ismodule(value) or inspect.isclass(value) and value in described:
                continue
            if inspect.isclass(value):
                described.add(value)
            describe(f"{name}.{key}", value, found)
json.dump(found, sys.stdout, indent=1)
