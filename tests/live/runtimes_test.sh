#!/bin/bash
# SPDX-License-Identifier: MIT
# limit: 120
# alone: waits are compared with the program's own clock
# What runtimes build on futexes: locks show their holders in the mutex profile, with what they made others wait; and conditions,
# semaphores, latches, parked threads do not, but in the profile `wake`. Each program prints what it knows of each scene:
# runtimes/stage.h.
. "${ROOT:-$PWD}/tests/live/common.sh"
sources=$ROOT/tests/live/runtimes
export CONTEND_WAKERS=1

# play NAME [SCENES]: runs the program $work/NAME and looks for each of its scenes, at least SCENES, in its profiles.
play()
{
	local name=$1 least=${2:-5} block mutex wake verdict kind has wants waited caused scenes=0

	check "$name: the program ends well" profiled "$name" "$work/$name"
	block=$(decoded "$name" last block)
	mutex=$(decoded "$name" last mutex)
	wake=$(decoded "$name" last wake)
	while read -r verdict kind has wants waited caused; do
		scenes=$((scenes + 1))
		near "$name, $wants waited as long as it says" "$(sum "$block" delay "$wants" "kind=$kind(,|$)")" "$waited" 5
		if [ "$verdict" = lock ]; then
			near "$name, $has is to blame for that" "$(sum "$mutex" delay "$has")" "$caused" 5
			near "$name, $has, each time" "$(sum "$mutex" count "$has")" 10 10
			is "$name, $has is no wake" "$(sum "$wake" count "$has")" 0
		else
			# Locks that it is made of may be contended for a moment, when the other is awake.
			check "$name, $has is not to blame" test "$(sum "$mutex" delay "$has")" -le $((waited / 50))
			[ "$verdict" = nobody ] || near "$name, $has ended that" "$(sum "$wake" delay "$has" "kind=$kind(,|$)")" "$waited" 5
		fi
	done <"$work/$name.out"
	at_least "$name: there were scenes" "$scenes" "$least"
}

# built NAME COMMAND...: makes $work/NAME; skips it, with the reason, where a package is missing.
built()
{
	local name=$1 package=$2

	shift 2
	if [ "$package" ] && [ "$(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null)" != installed ]; then
		skip "$name" "the package $package is not installed"
		return 1
	fi
	if ! "$@" -o "$work/$name" 2>"$work/$name.said"; then
		result 'not ok' "$name: it compiles" "$(cat "$work/$name.said")"
		return 1
	fi
}

cxx=(g++ -O2 -g -iquote "$ROOT/tests")
qt=/usr/include/$(gcc -print-multiarch)/qt5
built raw '' "${cxx[@]}" "$sources/raw.cc" -lpthread && play raw
built ring '' "${cxx[@]}" "$sources/ring.cc" -lpthread && play ring 1
grep -q io_uring "$work/ring.out" || skip io_uring 'the kernel gives no rings here'
built cxx20 '' "${cxx[@]}" -std=c++20 "$sources/cxx20.cc" -lpthread && play cxx20
glib=$(ldconfig -p | sed -n 's/.*libglib-2\.0\.so\.0 .*x86-64.* => //p' | head -n 1)
built glib libglib2.0-0 "${cxx[@]}" "$sources/glib.cc" "$glib" -lpthread && play glib 3
built absl libabsl-dev "${cxx[@]}" "$sources/absl.cc" -labsl_synchronization -labsl_time -lpthread && play absl
built qt qtbase5-dev "${cxx[@]}" -fPIC -w -isystem "$qt" -isystem "$qt/QtCore" "$sources/qt.cc" -lQt5Core -lpthread && play qt
built rust rustc /usr/bin/rustc -O "$sources/locks.rs" && play rust

# The crate as Debian packs it, its dependencies too.
parking_lot()
{
	local crate=$work/crate

	mkdir -p "$crate/src" "$crate/.cargo" && cp "$sources"/{stage,parking_lot}.rs "$crate/src/" &&
		printf '[package]\nname = "scenes"\nversion = "0.0.0"\nedition = "2021"\n[dependencies]\nparking_lot = "0.12"\n[[bin]]\nname = "scenes"\npath = "src/parking_lot.rs"\n' >"$crate/Cargo.toml" &&
		printf '[source.crates-io]\nreplace-with = "debian"\n[source.debian]\ndirectory = "/usr/share/cargo/registry"\n' >"$crate/.cargo/config.toml" &&
		(cd "$crate" && RUSTC=/usr/bin/rustc /usr/bin/cargo build --release --offline) && cp "$crate/target/release/scenes" "$2"
}
built parking_lot librust-parking-lot-dev parking_lot && play parking_lot

# Names need the waiters' stacks, which are taken whatever is kept of the block profile.
if [ -x "$work/rust" ]; then
	mapfile -t variables < <(preloaded coarse)
	check 'with a coarse rate the program ends well' env "${variables[@]}" CONTEND_BLOCK_RATE=10s "$work/rust"
	coarse=$(decoded coarse last mutex)
	for has in hold_mutex hold_to_read hold_to_write; do
		near "$has is to blame, too" "$(sum "$coarse" count "$has")" 10 10
	done
	is 'and nobody who notifies' "$(sum "$coarse" count 'notify_(one|all)')" 0
fi

# A newer Rust, with other names, where somebody has one.
if command -v rustc >/dev/null && [ "$(command -v rustc)" != /usr/bin/rustc ]; then
	built newer_rust '' rustc -O "$sources/locks.rs" && play newer_rust
else
	skip newer_rust "no other rustc than Debian's"
fi
finish
