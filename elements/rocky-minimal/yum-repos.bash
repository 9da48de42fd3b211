# Finds the repositories and packages of the image. Sourced by the hooks of yum-minimal; not a hook.

source "$(dirname "${BASH_SOURCE[0]}")/yum-repo-lines.bash"

mirror_repos() {
    enterprise_mirror_repos "$1"
}

yum_repos() {
    refuse_old_releases base-image
    find_repos
}

yum_packages() {
    printf '%s\n' basesystem bash ca-certificates rocky-release coreutils dnf e2fsprogs filesystem \
        glibc-minimal-langpack hostname iproute iputils kmod NetworkManager policycoreutils procps-ng rpm \
        selinux-policy-targeted shadow-utils sudo systemd systemd-udev util-linux
}
