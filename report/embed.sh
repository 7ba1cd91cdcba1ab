#!/bin/sh
# SPDX-License-Identifier: MIT
# embed.sh FILE...: prints a C array for each, terminated, named for its file ("flame.js": flame_js), and for each script
# the hash by which a page allows it to run (flame_js_sha256).
set -eu

for file in "$@"; do
	name=$(basename "$file" | tr '.-' '__')
	printf 'static const char %s[] = {\n' "$name"
	od -An -v -t x1 "$file" | sed 's/ \(..\)/0x\1,/g'
	printf '0};\n'
	case $file in
	*.js) printf 'static const char %s_sha256[] = "%s";\n' "$name" \
		"$(sha256sum "$file" | cut -d ' ' -f 1 | tr a-f A-F | basenc --base16 -d | base64)" ;;
	esac
done
