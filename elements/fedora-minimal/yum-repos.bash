# Finds the repositories and packages of the image. Sourced by the hooks of yum-minimal; not a hook.

source "$(dirname "${BASH_SOURCE[0]}")/yum-repo-lines.bash"

mirror_repos() {
    echo "fedora|$1/releases/$DIB_RELEASE/Everything/$(rpm_architecture)/os"
    [ "$DIB_RELEASE" = rawhide ] || echo "updates|$1/updates/$DIB_RELEASE/Everything/$(rpm_architecture)"
}

yum_repos() {
    find_repos
}

yum_packages() {
    printf '%s\n' basesystem bash ca-certificates coreutils dnf e2fsprogs fedora-release filesystem \
        glibc-minimal-langpack hostname iproute iputils kmod NetworkManager policycoreutils procps-ng rpm \
        selinux-policy-targeted shadow-utils sudo systemd systemd-udev util-linux
}
