# SPDX-License-Identifier: MIT
# Sourced after common.sh, in $work, by tests of what is said of threads that wait.
#
#   start_waiting WAY [COUNT]   in $main a process whose threads wait like that (threads.c); it writes no profiles
#   end_waiting                 its end

start_waiting()
{
	CONTEND_EXIT=0 start_profiled threads "$live/threads" "$@"
	await says threads.out ready && exec 8>&9
	main=$pid
}

end_waiting()
{
	exec 8>&-
	finish_program 2>/dev/null
}
