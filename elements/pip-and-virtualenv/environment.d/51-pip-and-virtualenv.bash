export DIB_INSTALLTYPE_pip_and_virtualenv=${DIB_INSTALLTYPE_pip_and_virtualenv:-package}
export DIB_PYTHON_PIP='/usr/bin/python3 -m pip'
export DIB_PYTHON_VIRTUALENV='/usr/bin/python3 -m venv'
export PIP_BREAK_SYSTEM_PACKAGES=1
