# What the distributions need to find their apt sources. Sourced by their apt-sources.bash; not a hook.
#
# A source is one line as in DIB_APT_SOURCES_CONF: `<name>:deb [options] <uri> <suite> <components>`.

# Ends the build with a message for the user.
refuse() {
    printf "$DISTRO_NAME-minimal: %s\n" "$@" >&2
    exit 1
}

# Lists what the host's own apt takes from where: release, codename, suite, origin, URI. Asking takes apt a second.
# A target whose Release file was never fetched has no Origin, Codename or Suite.
host_targets=
list_host_targets() {
    local format='$(RELEASE)|$(CODENAME)|$(SUITE)|$(ORIGIN)|$(REPO_URI)'
    ! command -v apt-get >/dev/null ||
        host_targets=$(apt-get indextargets --format "$format" 'Created-By: Packages' 2>/dev/null)
}

# Prints the URI from which the host's own apt takes a suite of an origin (Debian, Ubuntu); nothing when it has none.
host_uri_of() {
    awk -F'|' -v origin="$1" -v suite="$2" '
        $4 != origin && $4 != "" && $4 != "$(ORIGIN)" { next }
        !found && ($1 == suite || $2 == suite || $3 == suite) { sub("/+$", "", $5); print $5; found = 1 }' <<<"$host_targets"
}

# Splits sources, as apt_sources prints them, into arrays: source_names, source_lines, uris, suites, components. The lock calls a
# source's package index index_names: after the suite, and where two repositories have a suite of one name, the second with its
# source's name. A repository without suites (`deb <uri> ./`) has no index that could be locked.
split_sources() {
    source_names=() source_lines=() uris=() suites=() components=() index_names=()
    local name line uri suite rest index
    local -A repositories=()
    while IFS=: read -r name line; do
        source_names+=("$name")
        source_lines+=("$line")
        rest=${line#deb }
        [[ $rest != \[* ]] || rest=${rest#*]}
        read -r uri suite rest <<<"$rest"
        index=${suite//\//_}
        if [[ $suite == */ ]]; then
            index=
        elif [ "${repositories[$index]:-$uri}" != "$uri" ]; then
            index="$index ($name)"
        fi
        [ -z "$index" ] || repositories[$index]=$uri
        uris+=("${uri%/}")
        suites+=("$suite")
        components+=("$rest")
        index_names+=("$index")
    done <<<"$1"
}
