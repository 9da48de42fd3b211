case ${DISTRO_NAME:-} in
centos | fedora)
    export DIB_SIMPLE_INIT_NETWORKMANAGER=${DIB_SIMPLE_INIT_NETWORKMANAGER:-1}
    if [ "$DIB_SIMPLE_INIT_NETWORKMANAGER" = 0 ]; then
        echo "simple-init: on $DISTRO_NAME glean works with NetworkManager alone" >&2
        exit 1
    fi
    ;;
*) export DIB_SIMPLE_INIT_NETWORKMANAGER=${DIB_SIMPLE_INIT_NETWORKMANAGER:-0} ;;
esac
export DIB_CLOUD_INIT_DATASOURCES=None
export DIB_APT_MINIMAL_CREATE_INTERFACES=${DIB_APT_MINIMAL_CREATE_INTERFACES:-0}
export DIB_INSTALLTYPE_simple_init=${DIB_INSTALLTYPE_simple_init:-source}
# The repository is fetched where it is wanted, and not otherwise.
if [ "$DIB_INSTALLTYPE_simple_init" = repo ]; then
    export DIB_INSTALLTYPE_glean=source
else
    export DIB_INSTALLTYPE_glean=package
fi
