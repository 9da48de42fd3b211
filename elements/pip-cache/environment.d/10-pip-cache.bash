export PIP_CACHE_DIR=/tmp/pip
# The name that pip had for it before version 6.
export PIP_DOWNLOAD_CACHE=/tmp/pip
