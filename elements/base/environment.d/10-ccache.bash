# A cache of compilations in the chroot, where ccache is installed; it is kept between builds.
export DIB_CCACHE=${DIB_CCACHE:-0}
export CCACHE_DIR=/tmp/ccache
if [ -d /tmp/in_target.d ] && [ -d /usr/lib/ccache ]; then
    export PATH=/usr/lib/ccache:$PATH
fi
