#!/bin/sh
# libraries.sh FOLDER PACKAGE... - unpacks Debian packages for arm64, with all that
# they need, below FOLDER: what a cross compiler links and an emulator loads.
#
# apt works on lists and a state of its own in FOLDER, so that this machine's
# packages and its one architecture stay as they are, and no root is needed.
[ $# -ge 2 ] || { echo "usage: libraries.sh FOLDER PACKAGE..." >&2; exit 2; }
root=$1
shift
[ "$(cat "$root/packages" 2>/dev/null)" = "$*" ] && exit 0
command -v apt-get >/dev/null || { echo "arm64: needs apt-get, for the arm64 libraries $*" >&2; exit 1; }

mkdir -p "$root/apt/lists/partial" "$root/apt/archives/partial" || exit 1
root=$(cd "$root" && pwd)
: >"$root/apt/status"
arm64_apt() {
    apt-get -qq -o APT::Architecture=arm64 -o APT::Architectures::=arm64 -o APT::Sandbox::User=root \
        -o Dir::State="$root/apt" -o Dir::State::status="$root/apt/status" -o Dir::Cache="$root/apt" "$@"
}
echo "fetching for arm64: $*"
arm64_apt update && arm64_apt install -y --download-only --no-install-recommends "$@" >/dev/null || {
    echo "arm64: the sources in /etc/apt have no $* for arm64" >&2
    exit 1
}
for package in "$root"/apt/archives/*.deb; do
    dpkg -x "$package" "$root" || exit 1
done
rm -r "$root/apt"
echo "$*" >"$root/packages"
