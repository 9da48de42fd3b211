export DIB_OCTAVIA_AMP_USE_NFTABLES=${DIB_OCTAVIA_AMP_USE_NFTABLES:-True}
export DIB_OCTAVIA_AMP_USE_SSH=${DIB_OCTAVIA_AMP_USE_SSH:-True}

# Where an agent from source has its libraries from: the Python package index, or the distribution's packages.
export DIB_AMPHORA_AGENT_LIBRARIES=${DIB_AMPHORA_AGENT_LIBRARIES:-index}
if [ "$DIB_AMPHORA_AGENT_LIBRARIES" != index ] && [ "$DIB_AMPHORA_AGENT_LIBRARIES" != distribution ]; then
    echo "amphora-agent: DIB_AMPHORA_AGENT_LIBRARIES is 'index' or 'distribution', not '$DIB_AMPHORA_AGENT_LIBRARIES'" >&2
    exit 1
fi

# The constraints serve pip's index alone: nothing is fetched for an agent, or for libraries, from packages.
if [ "${DIB_INSTALLTYPE_amphora_agent:-${DIB_DEFAULT_INSTALLTYPE:-source}}" = package ] ||
    [ "$DIB_AMPHORA_AGENT_LIBRARIES" = distribution ]; then
    export DIB_INSTALLTYPE_upper_constraints=${DIB_INSTALLTYPE_upper_constraints:-package}
fi
