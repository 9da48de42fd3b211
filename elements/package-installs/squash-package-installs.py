"""Gathers the packages that all elements declare into one list for each point of the build.

Reads package-installs.yaml, package-installs.json and <phase>.d/package-installs-<element> of each element of the image,
translates the names with the element's pkg-map, and writes DIRECTORY/<phase>/install and DIRECTORY/<phase>/uninstall:
one package a line, sorted. Reports all mistakes at once.
"""

import json
import os
import re
import subprocess
import sys

import yaml

PHASES = ("pre-install.d", "install.d", "post-install.d")
CONDITION = re.compile(r"(\w+)\s*(!?=)\s*(.*)", re.DOTALL)

problems = []


def element_folders():
    """Yields (name, folder) of the image's elements; one name may have several folders in the element path."""
    for name in sorted(set(os.environ["IMAGE_ELEMENT"].split())):
        for parent in os.environ["ELEMENTS_PATH"].split(":"):
            folder = os.path.join(parent, name)
            if os.path.isdir(folder):
                yield name, folder


def read_declarations(path):
    """Yields (package, settings) of one file; a package may have a list of settings."""
    with open(path, encoding="utf-8") as file:
        try:
            document = yaml.safe_load(file) or {}
        except yaml.YAMLError as error:
            problems.append(f"{path}: {error}")
            return
    if not isinstance(document, dict):
        problems.append(f"{path}: not a map of package names")
        return
    for package, settings in document.items():
        for one in settings if isinstance(settings, list) else [settings]:
            if one is not None and not isinstance(one, dict):
                problems.append(f"{path}: {package}: neither empty nor a map")
                continue
            yield str(package), one or {}


def condition_holds(conditions, place):
    """Tells whether all of `VARIABLE=value` and `VARIABLE!=value` hold. A variable that is not set is a mistake."""
    holds = True
    for condition in conditions if isinstance(conditions, list) else [conditions]:
        match = CONDITION.fullmatch(str(condition))
        if match is None:
            problems.append(f"{place}: malformed condition `when: {condition}`")
            continue
        variable, operator, value = match.groups()
        if variable not in os.environ:
            problems.append(f"{place}: `when: {condition}`: the variable {variable} is not set")
            continue
        holds = holds and (os.environ[variable] == value) == (operator == "=")
    return holds


def is_wanted(settings, element, place):
    """Tells whether the settings of a package apply to this image."""
    architecture = os.environ["ARCH"]
    names = {key: [name.strip() for name in str(settings[key]).split(",")]
             for key in ("arch", "not-arch") if settings.get(key) is not None}
    if len(names) == 2:
        problems.append(f"{place}: both arch and not-arch")
    install_type = os.environ.get(
        "DIB_INSTALLTYPE_" + element.replace("-", "_"), os.environ.get("DIB_DEFAULT_INSTALLTYPE", "source"))
    python = str(settings.get("dib_python_version", ""))
    holds = condition_holds(settings["when"], place) if settings.get("when") is not None else True
    return (
        holds
        and ("arch" not in names or architecture in names["arch"])
        and ("not-arch" not in names or architecture not in names["not-arch"])
        and settings.get("installtype") in (None, install_type)
        and python in ("", os.environ.get("DIB_PYTHON_VERSION", ""))
    )


def collect(requests, kept):
    """Fills requests[phase, action] with (element, folder, package), and `kept` with what some element asks to stay."""
    for element, folder in element_folders():
        for name in ("package-installs.json", "package-installs.yaml"):
            path = os.path.join(folder, name)
            if not os.path.exists(path):
                continue
            for package, settings in read_declarations(path):
                phase = settings.get("phase", "install.d")
                if phase not in PHASES:
                    problems.append(f"{path}: {package}: no packages are installed in phase {phase}")
                    continue
                removed, temporary = "uninstall" in settings, "build-only" in settings
                # Asking for a package keeps others from removing it, even where this request itself does not apply.
                if not removed and not temporary:
                    kept.add((phase, package))
                if is_wanted(settings, element, f"{path}: {package}"):
                    if not removed or temporary:
                        requests[phase, "install"].add((element, folder, package))
                    if removed or temporary:
                        requests[phase, "uninstall"].add((element, folder, package))
        for phase in PHASES:
            path = os.path.join(folder, phase, f"package-installs-{element}")
            if os.path.exists(path):
                collect_plain_list(path, (element, folder, phase), requests, kept)


def collect_plain_list(path, origin, requests, kept):
    """The deprecated form: a name a line, `#` comments, a leading `-` to remove."""
    element, folder, phase = origin
    with open(path, encoding="utf-8") as file:
        for line in file:
            package = line.split("#")[0].strip()
            if package.startswith("-"):
                requests[phase, "uninstall"].add((element, folder, package[1:].strip()))
            elif package:
                kept.add((phase, package))
                requests[phase, "install"].add((element, folder, package))


def translate(wanted):
    """Names of packages, after each element's own pkg-map."""
    packages = set()
    by_map = {}
    for _, folder, package in wanted:
        by_map.setdefault(os.path.join(folder, "pkg-map"), []).append(package)
    for path, names in sorted(by_map.items()):
        if not os.path.exists(path):
            packages.update(names)
            continue
        tool = os.path.join(os.environ["TMP_HOOKS_PATH"], "bin", "pkg-map")
        done = subprocess.run([tool, "--missing-ok", "--pkg-map", path, "--", *sorted(names)],
                              stdout=subprocess.PIPE, text=True, check=False)
        if done.returncode != 0:
            problems.append(f"{path}: cannot be used")
        packages.update(done.stdout.split())
    return packages


def main(directory):
    requests = {(phase, action): set() for phase in PHASES for action in ("install", "uninstall")}
    kept = set()
    collect(requests, kept)
    lists = {}
    for (phase, action), wanted in requests.items():
        if action == "uninstall":
            wanted = {request for request in wanted if (phase, request[2]) not in kept}
        lists[phase, action] = sorted(translate(wanted))
    if problems:
        sys.exit("\n".join(["package-installs:", *problems]))
    for (phase, action), packages in lists.items():
        os.makedirs(os.path.join(directory, phase), exist_ok=True)
        with open(os.path.join(directory, phase, action), "w", encoding="utf-8") as file:
            file.writelines(f"{package}\n" for package in packages)


if __name__ == "__main__":
    main(sys.argv[1])
