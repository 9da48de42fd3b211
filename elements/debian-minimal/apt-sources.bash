# Finds the apt sources of the image. Sourced by root.d/08-bootstrap and lock.d/10-apt-indexes; not a hook.
#
# A source is one line as in DIB_APT_SOURCES_CONF: `<name>:deb [options] <uri> <suite> <components>`.

# Ends the build with a message for the user.
refuse() {
    printf 'debian-minimal: %s\n' "$@" >&2
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

# Prints the URI from which the host's own apt takes a suite of Debian; nothing when it has none.
host_uri_of() {
    awk -F'|' -v suite="$1" '
        $4 != "Debian" && $4 != "" && $4 != "$(ORIGIN)" { next }
        !found && ($1 == suite || $2 == suite || $3 == suite) { sub("/+$", "", $5); print $5; found = 1 }' <<<"$host_targets"
}

# Prints the sources, one a line, or refuses.
apt_sources() {
    if [ -n "${DIB_APT_SOURCES_CONF:-}" ]; then
        printf '%s\n' "$DIB_APT_SOURCES_CONF" | sed -e 's/^[[:space:]]*//' -e '/^$/d'
        return
    fi
    local components=${DIB_DEBIAN_COMPONENTS//,/ }
    list_host_targets
    local mirror=${DIB_DEBIAN_DISTRIBUTION_MIRROR:-${DIB_DISTRIBUTION_MIRROR:-}} given=yes
    if [ -z "$mirror" ]; then
        given=
        mirror=$(host_uri_of "$DIB_RELEASE")
    fi
    [ -n "$mirror" ] || refuse \
        "apt on this host has no source for Debian '$DIB_RELEASE', so it is not known where to take packages from." \
        "Set DIB_DISTRIBUTION_MIRROR to the URI of a Debian mirror (and DIB_DEBIAN_SECURITY_MIRROR to one of its" \
        "security updates), or DIB_APT_SOURCES_CONF to whole source lines."
    echo "default:deb ${mirror%/} $DIB_RELEASE $components"
    case $DIB_RELEASE in testing | unstable | sid) return ;; esac

    # Every mirror carries the updates; the host's own configuration may leave them out on purpose.
    if [ -n "$given" ]; then
        echo "updates:deb ${mirror%/} $DIB_RELEASE-updates $components"
    else
        local updates
        updates=$(host_uri_of "$DIB_RELEASE-updates")
        [ -z "$updates" ] || echo "updates:deb $updates $DIB_RELEASE-updates $components"
    fi
    local security=${DIB_DEBIAN_SECURITY_MIRROR:-}
    [ -n "$security" ] || security=$(host_uri_of "$DIB_RELEASE-security")
    case $security in
    none) ;;
    '')
        echo "debian-minimal: no source of security updates: set DIB_DEBIAN_SECURITY_MIRROR (or to none)" >&2
        ;;
    *) echo "security:deb ${security%/} $DIB_RELEASE${DIB_DEBIAN_SECURITY_SUBPATH:--security} $components" ;;
    esac
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
