# Finds the repositories of the image, `<id>|<URL>` a line. Sourced by hooks; not a hook.

refuse() {
    printf 'opensuse-minimal: %s\n' "$@" >&2
    exit 1
}

zypper_repos() {
    local mirror=${DIB_DISTRIBUTION_MIRROR:-} repos line
    mirror=${mirror%/}
    if [ -n "${DIB_ZYPPER_REPOS:-}" ]; then
        repos=$(printf '%s\n' $DIB_ZYPPER_REPOS)
    elif [ -z "$mirror" ]; then
        refuse "it is not known where to take packages of openSUSE $DIB_RELEASE from." \
            'Set DIB_DISTRIBUTION_MIRROR to the URL of a mirror, or DIB_ZYPPER_REPOS to repositories (<id>|<URL> …).'
    elif [ "$DIB_RELEASE" = tumbleweed ]; then
        repos="oss|$mirror/tumbleweed/repo/oss"
    else
        repos="oss|$mirror/distribution/leap/$DIB_RELEASE/repo/oss
update|$mirror/update/leap/$DIB_RELEASE/oss"
    fi
    while read -r line; do
        [[ $line =~ ^[A-Za-z0-9_.-]+\|[a-z]+://[^[:space:]]+$ ]] || refuse "'$line' is no repository; give it as <id>|<URL>."
        [[ $line != *://*@* ]] || refuse 'A repository holds a password, which would end up in the image; give one without.'
        printf '%s\n' "${line%/}"
    done <<<"$repos"
}
