# Finds the repositories and packages of the image. Sourced by the hooks of yum-minimal; not a hook.

source "$(dirname "${BASH_SOURCE[0]}")/yum-repo-lines.bash"

mirror_repos() {
    local name
    for name in BaseOS AppStream; do
        echo "${name,,}|$1/$DIB_RELEASE/$name/$(rpm_architecture)/os"
    done
}

yum_repos() {
    case $DIB_RELEASE in
    7* | 8*) refuse "release $DIB_RELEASE has another form of rpm's database; it can be made from a base image: element base-image." ;;
    esac
    find_repos
}

yum_packages() {
    printf '%s\n' basesystem bash ca-certificates rocky-release coreutils dnf e2fsprogs filesystem \
        glibc-minimal-langpack hostname iproute iputils kmod NetworkManager policycoreutils procps-ng rpm \
        selinux-policy-targeted shadow-utils sudo systemd systemd-udev util-linux
}
