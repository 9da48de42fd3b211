# Reads the source-repository files of all elements. Sourced by extra-data.d/98 and lock.d/50; not a hook.

refuse() {
    echo "source-repositories: $*" >&2
    exit 1
}

without_password() {
    sed -E 's,(://)[^/@ ]*@,\1,' <<<"$1"
}

# Calls a function for each line that is wanted, with NAME TYPE DESTINATION LOCATION REF, after variables had their say.
each_source() {
    local call=$1 file line fields
    [ -z "${NO_SOURCE_REPOSITORIES:-}" ] || return 0
    shopt -s nullglob
    for file in "$TMP_HOOKS_PATH"/source-repository-*; do
        [[ $file != *~ ]] || continue
        while read -r line <&3 || [ -n "$line" ]; do
            [[ ! $line =~ ^[[:space:]]*(#|$) ]] || continue
            # Lines may name variables, as in diskimage-builder.
            set -f
            eval "fields=($line)"
            set +f
            one_source "${fields[@]}"
        done 3<"$file"
    done
}

one_source() {
    [ $# -ge 4 ] || refuse "$file: a line needs a name, type, destination and location: $*"
    local name=$1 type=$2 destination=$3 location=$4 ref=${5:-}
    local suffix=${name//[!A-Za-z0-9]/_} variable
    variable=DIB_INSTALLTYPE_$suffix
    [ "${!variable:-${DIB_DEFAULT_INSTALLTYPE:-source}}" = source ] || return 0

    variable=DIB_REPOTYPE_$suffix
    type=${!variable:-$type}
    variable=DIB_REPOREF_$suffix
    ref=${!variable:-$ref}
    variable=DIB_REPOLOCATION_$suffix
    if [ -n "${!variable:-}" ]; then
        location=${!variable}
    elif [ "$type" = git ] && [ -n "${DIB_GITREPOBASE:-}" ]; then
        location=${DIB_GITREPOBASE%/}/${location#*://*/}
    fi
    [[ $destination == /* ]] || refuse "$file: $name: the destination '$destination' is not an absolute path"
    case $type in
    git) ref=${ref:-master} ;;
    tar) ref=${ref:-*} ;;
    file) ;;
    package) refuse "$file: $name comes as a package only: set DIB_INSTALLTYPE_$suffix=package" ;;
    *) refuse "$file: $name: a repository of type '$type' cannot be fetched" ;;
    esac
    "$call" "$name" "$type" "$destination" "$location" "$ref"
}
