export DIB_OCTAVIA_AMP_USE_NFTABLES=${DIB_OCTAVIA_AMP_USE_NFTABLES:-True}
export DIB_OCTAVIA_AMP_USE_SSH=${DIB_OCTAVIA_AMP_USE_SSH:-True}

# The constraints serve pip alone: where the agent is a package, nothing is fetched for it.
if [ "${DIB_INSTALLTYPE_amphora_agent:-${DIB_DEFAULT_INSTALLTYPE:-source}}" = package ]; then
    export DIB_INSTALLTYPE_upper_constraints=${DIB_INSTALLTYPE_upper_constraints:-package}
fi
