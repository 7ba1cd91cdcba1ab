#!/bin/bash
# SPDX-License-Identifier: MIT
# limit: 60
# leaves: some children are killed by signals, as is usual in pipelines
# Goal: the preload leaks into every child: shell pipelines, scripts, static and 32-bit programs, an empty environment. What
# they print and return is byte for byte what it is without us.
. "$ROOT/tests/hazard/common.sh"
printf '#include <stdio.h>\nint main(void) { puts("static"); return 0; }\n' >"$TMPDIR/static.c"
gcc -static -o "$TMPDIR/static" "$TMPDIR/static.c" || note 'no static libc here'

same 'a pipeline' sh -c 'seq 1 20000 | sort -R --random-source=/etc/passwd | sort -n | md5sum; echo $?'
same 'many small programs' bash -c 'for i in {1..60}; do /bin/echo $i | cat | tr 1 2; done'
same 'exit statuses' bash -c 'for i in 0 1 2 77 126 255; do (exit $i); echo $?; sh -c "exit $i"; echo $?; done'
cat >"$TMPDIR/become" <<'END'
#!/bin/sh
[ "$1" = 0 ] && exec /bin/echo "$2" $$
[ $(($1 % 2)) = 0 ] && exec sh "$0" $(($1 - 1)) "$2" || exec bash "$0" $(($1 - 1)) "$2"
END
same 'a chain of programs that become others' bash -c 'sh "$0" 20 $$ | { read -r outer inner; [ "$inner" -gt 0 ] && echo well; }' "$TMPDIR/become"
same 'a child killed by a signal' bash -c '(kill -TERM $BASHPID); echo $?; sh -c "kill -9 \$\$"; echo $?' 2>/dev/null
same 'a program that is not there' bash -c '/nonexistent 2>/dev/null; echo $?'
same 'an empty environment' env -i "LD_PRELOAD=${LIBCONTEND}" /bin/echo hello
same 'xargs' sh -c 'seq 1 200 | xargs -n 1 -P 4 echo | sort -n | md5sum'
same 'here-documents, substitution, background jobs' bash -c 'x=$(cat <<<hi); echo "$x" & wait; diff <(echo a) <(echo a); echo $?'
same 'descriptors of a child' bash -c 'exec 7</etc/passwd; sh -c "ls /proc/self/fd; cat <&7 | md5sum"'
same 'an environment with every variable of the shell' sh -c 'env | grep -v -e ^LD_PRELOAD= -e ^HAZARD -e ^CONTEND -e ^_= -e ^SHLVL= | sort'
[ -x "$TMPDIR/static" ] && same 'a static program' "$TMPDIR/static"
[ -x "$TMPDIR/static" ] && same 'a static program among others' sh -c "$TMPDIR/static | cat; echo \$?"

# The loader of a 32-bit program finds us to be of the wrong class, and says so once; the program runs. It may have others as
# children that are not.
cat >"$TMPDIR/narrow.s" <<'END'
	.globl _start
_start:	push $name
	call puts
	push $command
	call system
	movzbl %ah, %eax
	push %eax
	call exit
	.data
name:	.string "32 bits"
command: .string "echo a child of 64 bits; exit 5"
	.section .note.GNU-stack
END
if [ -e /lib32/libc.so.6 ]; then
	check 'a 32-bit program is built' gcc -m32 -nostdlib -no-pie -o "$TMPDIR/narrow" "$TMPDIR/narrow.s" /lib32/libc.so.6
	same 'a 32-bit child and its 64-bit child' sh -c "$TMPDIR/narrow | cat; $TMPDIR/narrow; echo \$?"
	none 'of which its loader says one line each, and we none' "$(grep -v 'wrong ELF class: ELFCLASS64): ignored' "$said")"
else
	skip 'a 32-bit child' 'libc6-i386 is not installed'
fi
printf '#!/bin/sh\necho "$0 $*" | sed "s@.*/@@"\n' >"$TMPDIR/script" && chmod +x "$TMPDIR/script"
same 'a script' "$TMPDIR/script" one two
command -v python3 >/dev/null && same 'python with threads and a pool' python3 -c '
import threading, subprocess, multiprocessing
lock = threading.Lock()
def work():
    for i in range(200):
        with lock: pass
threads = [threading.Thread(target=work) for i in range(8)]
[t.start() for t in threads]; [t.join() for t in threads]
with multiprocessing.Pool(2) as pool: print(sum(pool.map(abs, range(100))))
print(subprocess.run(["echo", "hi"], capture_output=True).stdout)'
command -v perl >/dev/null && same 'perl with a fork' perl -e '$|=1; if (my $p = fork) { waitpid $p, 0; print "parent $?\n" } else { print "child\n"; exit 3 }'
finish
