#!/bin/sh
# SPDX-License-Identifier: MIT
# machine.sh: what a figure depends on, of this machine, as lines "key<tab>value".
export LC_ALL=C

first() {
	sed -n "s/^$2[[:space:]]*: *//p" "$1" | head -n 1
}

line() {
	printf '%s\t%s\n' "$1" "${2:-unknown}"
}

line cpu "$(first /proc/cpuinfo 'model name')"
line cores "$(nproc)"
line memory_mib "$(awk '/^MemTotal:/ { printf "%d", $2 / 1024 }' /proc/meminfo)"
line hypervisor "$(grep -qw hypervisor /proc/cpuinfo && echo yes || echo no)"
line kernel "$(uname -sr)"
# shellcheck disable=SC1091 # there on every Debian
line system "$(. /etc/os-release && echo "$PRETTY_NAME")"
line libc "$(getconf GNU_LIBC_VERSION)"
line compiler "$(${CC:-gcc} --version | head -n 1)"
line load "$(cut -d ' ' -f 1 /proc/loadavg)"
