# Fetches one source, first into the cache and from there into the target root. Sourced by the hook; not a hook.

refuse() {
    echo "source-repositories: $*" >&2
    exit 1
}

without_password() {
    sed -E 's,(://)[^/@ ]*@,\1,' <<<"$1"
}

# The cache may belong to another user than the one who builds, which git refuses unless told.
prepare_git() {
    git_config=$(mktemp)
    trap 'rm -f "$git_config"' EXIT
    printf '[include]\n\tpath = %s/.gitconfig\n[safe]\n\tdirectory = *\n' "${HOME:-/root}" >"$git_config"
    export GIT_CONFIG_GLOBAL=$git_config GIT_TERMINAL_PROMPT=0
}

# Prints the commit that a ref names in a repository; nothing when it names none.
commit_of() {
    git -C "$1" rev-parse --quiet --verify "$2^{commit}" || true
}

# Brings the cached repository up to date and prints the commit of the ref.
update_cached_git() {
    local location=$1 ref=$2 cached=$3 attempt commit
    if [ ! -d "$cached" ]; then
        [ -z "${DIB_OFFLINE:-}" ] || refuse "offline, and $(without_password "$location") was never fetched"
        for attempt in 1 2 3 4 5; do
            rm -rf "$cached.tmp"
            if git clone --quiet --bare "$location" "$cached.tmp" >&2; then
                mv "$cached.tmp" "$cached"
                break
            fi
            [ "$attempt" -lt 5 ] || refuse "$(without_password "$location") cannot be cloned"
            sleep 5
        done
    fi
    commit=$(commit_of "$cached" "$ref")
    # A commit never changes; all other refs may have moved.
    if [ -z "${DIB_OFFLINE:-}" ] && [ "$commit" != "$ref" ]; then
        if [ "$ref" = '*' ] || ! git -C "$cached" fetch --quiet --force "$location" "+$ref:$ref" 2>/dev/null; then
            git -C "$cached" fetch --quiet --force --prune "$location" \
                '+refs/heads/*:refs/heads/*' '+refs/tags/*:refs/tags/*' >&2
        fi
        commit=$(commit_of "$cached" "$ref")
    fi
    [ "$ref" != '*' ] || commit=$(commit_of "$cached" HEAD)
    [ -n "$commit" ] || refuse "$(without_password "$location") has no ref '$ref'"
    echo "$commit"
}

fetch_git() {
    local location=$1 ref=$2 cached=$3 target=$4 commit
    commit=$(update_cached_git "$location" "$ref" "$cached")
    if [ -e "$target/.git" ]; then
        [ "$(git -C "$target" config remote.origin.url)" = "$cached" ] && [ "$(commit_of "$target" HEAD)" = "$commit" ] ||
            refuse "${target#"$TMP_MOUNT_PATH"} is there already, from another repository or at another ref"
        return
    fi
    # Only what leads to the commit, so that the result does not depend on what else the cache holds.
    git -C "$cached" update-ref refs/image-build/wanted "$commit"
    git -c init.defaultBranch=image-build init --quiet --template= "$target"
    git -C "$target" config core.logAllRefUpdates false
    git -C "$target" config remote.origin.url "$cached"
    git -C "$target" -c pack.threads=1 -c fetch.unpackLimit=1 fetch --quiet "file://$cached" \
        "+refs/image-build/wanted:refs/heads/fetch_${ref//[*]/all}"
    git -C "$target" symbolic-ref HEAD "refs/heads/fetch_${ref//[*]/all}"
    git -C "$target" reset --quiet --hard
    # git's index holds inode numbers and times; one read afresh holds neither.
    rm -f "$target/.git/index" "$target/.git/FETCH_HEAD" "$target/.git/ORIG_HEAD"
    git -C "$target" read-tree HEAD
}

# Downloads a file into the cache, unless it is there and the build is offline.
download() {
    local location=$1 cached=$2
    if [ -z "${DIB_OFFLINE:-}" ] || [ ! -s "$cached" ]; then
        [ -z "${DIB_OFFLINE:-}" ] || refuse "offline, and $(without_password "$location") was never downloaded"
        "$TMP_HOOKS_PATH/bin/cache-url" "$location" "$cached"
    fi
}

# The ref says which part of the tarball is wanted: '.' all of it, '*' what is in its folders, else the one folder.
fetch_tar() {
    local location=$1 ref=$2 cached=$3 target=$4 unpacked
    download "$location" "$cached"
    unpacked=$(mktemp -d -p "$TMP_MOUNT_PATH/tmp")
    tar -C "$unpacked" --no-same-owner -xzf "$cached"
    mkdir -p "$target"
    case $ref in
    .) cp -a "$unpacked/." "$target/" ;;
    '*') find "$unpacked" -mindepth 1 -maxdepth 1 -type d -exec cp -a {}/. "$target/" \; ;;
    *)
        [ -d "$unpacked/$ref" ] || refuse "$(without_password "$location") has no folder '$ref'"
        cp -a "$unpacked/$ref/." "$target/"
        ;;
    esac
    rm -rf "$unpacked"
}

fetch_file() {
    local location=$1 cached=$2 target=$3
    download "$location" "$cached"
    cp --no-preserve=ownership "$cached" "$target"
}
