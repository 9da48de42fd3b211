# pip and its like read these by themselves. The index is there for as long as the hooks run.
if [ -n "${KILN_PACKAGE_INDEX:-}" ]; then
    export PIP_INDEX_URL=$KILN_PACKAGE_INDEX
    export UV_DEFAULT_INDEX=$KILN_PACKAGE_INDEX
    unset PIP_EXTRA_INDEX_URL PIP_FIND_LINKS PIP_NO_INDEX
fi
export PIP_DISABLE_PIP_VERSION_CHECK=1
if [ -n "${DIB_PIP_RETRIES:-}" ]; then
    export PIP_RETRIES=$DIB_PIP_RETRIES
fi
