"""Merges the svc-map files of all elements for one distribution: prints `service: name` lines, sorted."""

import os
import sys

import yaml

FAMILIES = {
    **dict.fromkeys(("almalinux", "centos", "centos7", "fedora", "openeuler", "rhel", "rhel7", "rocky"), "redhat"),
    **dict.fromkeys(("debian", "ubuntu"), "debian"),
    "opensuse": "suse",
}


def main():
    distribution = os.environ["DISTRO_NAME"]
    names, origins, problems = {}, {}, []
    for element in sorted(set(os.environ["IMAGE_ELEMENT"].split())):
        folders = [os.path.join(parent, element) for parent in os.environ["ELEMENTS_PATH"].split(":")]
        folder = next((folder for folder in folders if os.path.isdir(folder)), None)
        path = os.path.join(folder or "", "svc-map")
        if folder is None or not os.path.exists(path):
            continue
        with open(path, encoding="utf-8") as file:
            services = yaml.safe_load(file) or {}
        for service, mapping in services.items():
            if service in names:
                problems.append(f"{path}: the element {origins[service]} maps the service {service} already")
                continue
            origins[service] = element
            for key in (distribution, FAMILIES.get(distribution), "default"):
                if key in mapping:
                    value = mapping[key]
                    names[service] = " ".join(value) if isinstance(value, list) else str(value)
                    break
    if problems:
        sys.exit("\n".join(["svc-map:", *problems]))
    for service, name in sorted(names.items()):
        print(f"{service}: {name}")


main()
