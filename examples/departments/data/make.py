"""Makes packages.tsv from what a Debian machine knows of the packages in the archive.

    apt-get update
    apt-cache dumpavail | python3 make.py > packages.tsv

One line per package: section, name, short description. The choice depends on nothing but the input: at most
PACKAGES_PER_SECTION of each section, one per source package, in an order given by a hash of the name.
"""

import hashlib
import io
import sys

SECTIONS = ["database", "editors", "games", "graphics", "mail", "math", "science", "sound", "text", "web"]
PACKAGES_PER_SECTION = 330

# Packages with these endings or words are left out: they only accompany other packages.
ENDINGS_LEFT_OUT = ("-dev", "-doc", "-dbg", "-data", "-common", "-l10n")
WORDS_LEFT_OUT = ("transitional", "dummy package", "metapackage", "meta-package", "meta package")


def read_packages(lines):
    """Yields a dictionary of fields for each package."""
    package = {}
    for line in lines:
        line = line.rstrip("\n")
        if not line:
            yield package
            package = {}
        elif not line.startswith(" ") and ":" in line:
            field, value = line.split(":", 1)
            package[field] = value.strip()
    yield package


def is_wanted(package):
    description = package.get("Description", "").lower()
    return (
        package.get("Filename", "").startswith("pool/")  # in the archive, not only installed on this machine
        and package.get("Section") in SECTIONS
        and description != ""
        and not package["Package"].endswith(ENDINGS_LEFT_OUT)
        and not any(word in description for word in WORDS_LEFT_OUT)
    )


def source_of(package):
    """The source package: binary packages made from one source describe themselves in nearly the same words."""
    return package.get("Source", package["Package"]).split(" ")[0]


def order_of(package):
    return hashlib.sha256(package["Package"].encode("utf-8")).hexdigest()


def choose(packages):
    chosen = []
    sources = set()
    count = dict.fromkeys(SECTIONS, 0)
    for package in sorted(filter(is_wanted, packages), key=order_of):
        section = package["Section"]
        if source_of(package) not in sources and count[section] < PACKAGES_PER_SECTION:
            sources.add(source_of(package))
            count[section] += 1
            chosen.append(package)
    return sorted(chosen, key=lambda package: (package["Section"], package["Package"]))


def main():
    lines = io.TextIOWrapper(sys.stdin.buffer, encoding="utf-8")
    out = io.TextIOWrapper(sys.stdout.buffer, encoding="utf-8", newline="\n")
    out.write("section\tname\tdescription\n")
    for package in choose(read_packages(lines)):
        description = package["Description"].replace("\t", " ")
        out.write("\t".join([package["Section"], package["Package"], description]) + "\n")
    out.flush()


main()
