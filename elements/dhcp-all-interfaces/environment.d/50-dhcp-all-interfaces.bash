export DIB_DHCP_TIMEOUT=${DIB_DHCP_TIMEOUT:-30}
# The bootstrap's own way to the same end, for Ethernet only.
export DIB_APT_MINIMAL_CREATE_INTERFACES=${DIB_APT_MINIMAL_CREATE_INTERFACES:-0}
