"""Where the installer has put the program."""

import os
import sys
import sysconfig


def find_program():
    """The path of the `reloadsafe` program that was installed together with this package.

    Raises FileNotFoundError, with the places that were looked at, where there is none.
    """
    name = "reloadsafe" + (sysconfig.get_config_var("EXE") or "")
    seen = []
    for directory in _directories():
        path = os.path.join(directory, name)
        if path not in seen:
            if os.path.isfile(path):
                return path
            seen.append(path)
    raise FileNotFoundError("the reloadsafe program is not in any of: " + ", ".join(seen))


def _directories():
    """Directories in which an installer puts programs, those nearest to this package first."""
    package = os.path.dirname(os.path.abspath(__file__))
    site = os.path.dirname(package)
    scripts = "Scripts" if os.name == "nt" else "bin"
    # `pip install --target DIR`: DIR/reloadsafe and DIR/bin.
    yield os.path.join(site, "bin")
    # `--prefix DIR`, and environments that overlay others (build isolation, say):
    # DIR/lib/python3.N/site-packages, on Windows DIR/Lib/site-packages.
    prefix = os.path.dirname(os.path.dirname(site))
    yield os.path.join(prefix, scripts)
    yield os.path.join(os.path.dirname(prefix), scripts)
    # The environment that runs.
    yield sysconfig.get_path("scripts")
    # Where a distributor lets `sys.prefix` and the default scheme differ.
    yield sysconfig.get_path("scripts", vars={"base": sys.base_prefix})
    # `pip install --user`.
    yield sysconfig.get_path("scripts", scheme=_user_scheme())


def _user_scheme():
    if sys.version_info >= (3, 10):
        return sysconfig.get_preferred_scheme("user")
    if os.name == "nt":
        return "nt_user"
    if sys.platform == "darwin" and sys._framework:
        return "osx_framework_user"
    return "posix_user"
