# What the distributions need to find their repositories. Sourced by their yum-repos.bash; not a hook.

# Ends the build with a message for the user.
refuse() {
    printf "$DISTRO_NAME-minimal: %s\n" "$@" >&2
    exit 1
}

# How rpm names the architecture.
rpm_architecture() {
    case $ARCH in
    amd64 | x86_64) echo x86_64 ;;
    arm64 | aarch64) echo aarch64 ;;
    ppc64el | ppc64le) echo ppc64le ;;
    *) echo "$ARCH" ;;
    esac
}

# The repositories of a mirror of CentOS Stream, or of what is built like it.
enterprise_mirror_repos() {
    local name
    for name in BaseOS AppStream; do
        echo "${name,,}|$1/$DIB_RELEASE/$name/$(rpm_architecture)/os"
    done
}

# Ends the build for releases with another form of rpm's database. $1: the element that makes them.
refuse_old_releases() {
    case $DIB_RELEASE in
    7* | 8*) refuse "release $DIB_RELEASE has another form of rpm's database; it can be made from a base image: element $1." ;;
    esac
}

# Whether this host runs the distribution and release that the image is to have.
host_is_alike() {
    local id version
    id=$(sed -n 's/^ID="\?\([^"]*\)"\?$/\1/p' /etc/os-release)
    version=$(sed -n 's/^VERSION_ID="\?\([^"]*\)"\?$/\1/p' /etc/os-release)
    [ "$id" = "$DISTRO_NAME" ] && [ "${version%%.*}" = "${DIB_RELEASE%%[-.]*}" ]
}

# Prints what the host itself uses, `<id>|<URL>` a line: enabled repositories with a baseurl.
host_repos() {
    cat /etc/yum.repos.d/*.repo 2>/dev/null |
        awk -v release="${DIB_RELEASE%%-*}" -v stream="$DIB_RELEASE" -v architecture="$(rpm_architecture)" '
            function finish() { if (id != "" && url != "" && enabled) print id "|" url }
            /^\[/ { finish(); id = $0; gsub(/[][]/, "", id); url = ""; enabled = 1 }
            /^enabled *= *0/ { enabled = 0 }
            /^baseurl *=/ {
                url = $0; sub(/^baseurl *= */, "", url); sub(/[ ,].*/, "", url)
                gsub(/\$releasever/, release, url); gsub(/\$basearch/, architecture, url); gsub(/\$stream/, stream, url)
                if (url ~ /\$/) url = ""
            }
            END { finish() }'
}

# Prints the repositories: given ones, those below the mirror as the distribution's function `mirror_repos` lays them out, the host's.
find_repos() {
    local repos
    if [ -n "${DIB_YUM_REPOS:-}" ]; then
        repos=$(printf '%s\n' $DIB_YUM_REPOS)
    elif [ -n "${DIB_DISTRIBUTION_MIRROR:-}" ]; then
        repos=$(mirror_repos "${DIB_DISTRIBUTION_MIRROR%/}")
    elif host_is_alike; then
        repos=$(host_repos)
    fi
    [ -n "${repos:-}" ] || refuse \
        "it is not known where to take packages of $DISTRO_NAME $DIB_RELEASE from, and this host does not run it." \
        'Set DIB_DISTRIBUTION_MIRROR to the URL of a mirror, or DIB_YUM_REPOS to repositories (<id>|<URL> …).'
    local line
    while read -r line; do
        [[ $line =~ ^[A-Za-z0-9_.-]+\|[a-z]+://[^[:space:]]+$ ]] || refuse "'$line' is no repository; give it as <id>|<URL>."
        [[ $line != *://*@* ]] || refuse 'A repository holds a password, which would end up in the image; give one without.'
        printf '%s\n' "${line%/}"
    done <<<"$repos"
}
