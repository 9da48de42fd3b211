# Finds the apt sources of the image. Sourced by the hooks of debootstrap; not a hook.

source "$(dirname "${BASH_SOURCE[0]}")/apt-source-lines.bash"

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
        mirror=$(host_uri_of Debian "$DIB_RELEASE")
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
        updates=$(host_uri_of Debian "$DIB_RELEASE-updates")
        [ -z "$updates" ] || echo "updates:deb $updates $DIB_RELEASE-updates $components"
    fi
    local security=${DIB_DEBIAN_SECURITY_MIRROR:-}
    [ -n "$security" ] || security=$(host_uri_of Debian "$DIB_RELEASE-security")
    case $security in
    none) ;;
    '')
        echo "debian-minimal: no source of security updates: set DIB_DEBIAN_SECURITY_MIRROR (or to none)" >&2
        ;;
    *) echo "security:deb ${security%/} $DIB_RELEASE${DIB_DEBIAN_SECURITY_SUBPATH:--security} $components" ;;
    esac
}
