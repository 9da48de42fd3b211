# Before amphora-agent's default (True): naming this element is enough. A value that the user set wins.
export DIB_OCTAVIA_AMP_USE_SSH=${DIB_OCTAVIA_AMP_USE_SSH:-False}
