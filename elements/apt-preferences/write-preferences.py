"""Prints apt's preferences for the packages of a manifest: pins each to its version."""

import json
import sys


def main(path):
    try:
        with open(path, encoding="utf-8") as file:
            packages = json.load(file)["packages"]
        versions = sorted({(package["package"], package["version"]) for package in packages})
    except (OSError, ValueError, KeyError, TypeError) as error:
        sys.exit(f"apt-preferences: {path} (DIB_DPKG_MANIFEST) is not a manifest of packages: {error!r}")
    if not versions:
        sys.exit(f"apt-preferences: {path} (DIB_DPKG_MANIFEST) names no package")
    print("\n".join(f"Package: {name}\nPin: version {version}\nPin-Priority: 1001\n" for name, version in versions))


main(sys.argv[1])
