#!/usr/bin/env bash
# usage: from_debian.sh PACKAGE PROGRAM DIRECTORY [NAME=PATH…]
# Unpacks a package of Debian's testing with its libraries into DIRECTORY/root, from the mirror that
# apt uses, and writes DIRECTORY/PROGRAM, which starts the PROGRAM of the package with them. Nothing
# is installed. NAME=PATH are variables for it; PATH is one of the package.
set -euo pipefail

package=$1 program=$2 directory=$(realpath -m "$3")
shift 3
suite=testing
root=$directory/root
if [[ ! -x $directory/$program ]]; then
    mirror=$(apt-get indextargets --format '$(REPO_URI)' \
        'Created-By: Packages' 'Origin: Debian' 'Label: Debian' | head -n 1)
    if [[ -z $mirror ]]; then
        echo "from_debian.sh: apt has no mirror of Debian (run apt-get update)" >&2
        exit 1
    fi
    rm -rf "$root"
    mkdir -p "$directory"
    # A mirror may be a snapshot, whose lists of packages were valid then.
    if ! mmdebstrap --quiet --variant=extract --aptopt='Acquire::Check-Valid-Until "false"' \
        "--include=$package,libc6,libstdc++6" "$suite" "$root" "$mirror"; then
        echo "from_debian.sh: $package of Debian's $suite could not be had from $mirror" >&2
        rm -rf "$root"
        exit 1
    fi
    # It brings its own libraries, and so its own loader.
    whole=$(find "$root/usr" -type f -name "$program" -perm -u+x \
        \( -path '*/lib/*' -o -path '*/libexec/*' -o -path '*/bin/*' \) | sort -r | head -n 1)
    loader=$(find "$root/usr/lib64" "$root/usr/lib" -name 'ld-linux-*.so.*' 2>/dev/null | head -n 1)
    libraries=$(dirname "$(find "$root/usr/lib" -name libc.so.6 | head -n 1)")
    if [[ -z $whole || -z $loader ]]; then
        echo "from_debian.sh: no $program in $package" >&2
        exit 1
    fi
    {
        echo '#!/bin/sh'
        for variable in "$@"; do echo "export ${variable%%=*}='$root/${variable#*=}'"; done
        echo "exec '$loader' --library-path '$libraries' '$whole' \"\$@\""
    } >"$directory/$program"
    chmod +x "$directory/$program"
fi
