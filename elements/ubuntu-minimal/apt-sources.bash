# Finds the apt sources of the image. Sourced by the hooks of debootstrap; not a hook.

source "$(dirname "${BASH_SOURCE[0]}")/apt-source-lines.bash"

# Prints the sources, one a line, or refuses.
apt_sources() {
    if [ -n "${DIB_APT_SOURCES_CONF:-}" ]; then
        printf '%s\n' "$DIB_APT_SOURCES_CONF" | sed -e 's/^[[:space:]]*//' -e '/^$/d'
        return
    fi
    local components=${DIB_UBUNTU_COMPONENTS//,/ }
    local mirror=${DIB_UBUNTU_DISTRIBUTION_MIRROR:-${DIB_DISTRIBUTION_MIRROR:-}} security=${DIB_UBUNTU_SECURITY_MIRROR:-}
    list_host_targets
    [ -n "$mirror" ] || mirror=$(host_uri_of Ubuntu "$DIB_RELEASE")
    [ -n "$security" ] || security=$(host_uri_of Ubuntu "$DIB_RELEASE-security")
    [ -n "$mirror" ] || refuse \
        "apt on this host has no source for Ubuntu '$DIB_RELEASE', so it is not known where to take packages from." \
        "Set DIB_DISTRIBUTION_MIRROR to the URI of an Ubuntu mirror, or DIB_APT_SOURCES_CONF to whole source lines."
    # A mirror that is given has the security updates as well.
    [ -z "${DIB_UBUNTU_DISTRIBUTION_MIRROR:-${DIB_DISTRIBUTION_MIRROR:-}}" ] || security=${DIB_UBUNTU_SECURITY_MIRROR:-$mirror}
    echo "default:deb ${mirror%/} $DIB_RELEASE $components"
    echo "updates:deb ${mirror%/} $DIB_RELEASE-updates $components"
    case $security in
    none) ;;
    '') echo "ubuntu-minimal: no source of security updates: set DIB_UBUNTU_SECURITY_MIRROR (or to none)" >&2 ;;
    *) echo "security:deb ${security%/} $DIB_RELEASE-security $components" ;;
    esac
}
