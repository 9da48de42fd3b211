case ${DIB_INIT_SYSTEM:-} in
systemd | openrc | sysv | upstart) ;;
*)
    echo "DIB_INIT_SYSTEM is '${DIB_INIT_SYSTEM:-}'; the operating-system element must set it to one of" \
        'systemd, openrc, sysv, upstart' >&2
    exit 1
    ;;
esac
export DIB_INIT_SYSTEM
