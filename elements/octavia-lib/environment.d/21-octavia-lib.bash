# A packaged agent has its library as a package, too: nothing is fetched.
if [ "${DIB_INSTALLTYPE_amphora_agent:-${DIB_DEFAULT_INSTALLTYPE:-source}}" = package ]; then
    export DIB_INSTALLTYPE_octavia_lib=${DIB_INSTALLTYPE_octavia_lib:-package}
fi
