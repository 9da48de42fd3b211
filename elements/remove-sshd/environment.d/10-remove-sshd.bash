# What the user said of the SSH server, before amphora-agent's default is there to hide it. Not the variable itself: the install
# phase reads that one, and would have to run again.
export DIB_KEEP_SSHD=${DIB_OCTAVIA_AMP_USE_SSH:-False}
