# Finds the repositories and packages of the image. Sourced by the hooks of yum-minimal; not a hook.

source "$(dirname "${BASH_SOURCE[0]}")/yum-repo-lines.bash"

mirror_repos() {
    enterprise_mirror_repos "$1"
}

yum_repos() {
    refuse_old_releases centos
    find_repos
}

# curl and libcurl are named: dnf would be content with their minimal forms, which exclude them from the image afterwards.
yum_packages() {
    printf '%s\n' basesystem bash ca-certificates centos-stream-release coreutils curl dnf e2fsprogs filesystem \
        glibc-minimal-langpack hostname iproute iputils kmod libcurl NetworkManager policycoreutils procps-ng rpm \
        selinux-policy-targeted shadow-utils sudo systemd systemd-udev util-linux
}
