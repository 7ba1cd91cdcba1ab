/* SPDX-License-Identifier: MIT */
/* waits_noise: the calls of waits_noise.def, which do not wait, each in a function of its own.
 *
 * Prints   the names of those functions.
 */
#include "waits_holders.h"

enum { ROUNDS = 100 };

static const struct timespec no_time;
static struct awaited it_epoll, it_pipe, it_full_pipe, it_socket, it_full_socket, it_listener, it_full_listener,
	it_file, it_queue, it_full_queue, it_mqueue, it_semaphores;
static struct sembuf try_one = {.sem_op = -1, .sem_flg = IPC_NOWAIT};

/* clang-format off */
#define NOISE(name, object, call)                                                                                      \
	OWN_FRAME static void name(void)                                                                               \
	{                                                                                                              \
		struct awaited *it = &it_##object;                                                                     \
                                                                                                                       \
		(void)it;                                                                                              \
		must(call);                                                                                            \
	}
#include "waits_noise.def"
/* clang-format on */
#undef NOISE

static void unblock(const struct awaited *it)
{
	fcntl(it->fd, F_SETFL, fcntl(it->fd, F_GETFL) | O_NONBLOCK);
}

static void make_all(void)
{
	must(!make_epoll(&it_epoll) && !make_pipe(&it_pipe) && !make_full_pipe(&it_full_pipe));
	must(!make_socket(&it_socket) && !make_full_socket(&it_full_socket) && !make_listener(&it_listener));
	must(!make_full_listener(&it_full_listener) && !make_file(&it_file) && !make_mqueue(&it_mqueue));
	must(!make_message_queue(&it_queue) && !make_full_message_queue(&it_full_queue));
	must(!make_semaphores(&it_semaphores));
	fill(&it_full_pipe);
	fill(&it_full_socket);
	it_full_listener.fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	must(!flock(it_file.giver, LOCK_EX));
}

static void unblock_all(void)
{
	struct awaited *const all[] = {&it_pipe,          &it_full_pipe, &it_socket, &it_full_socket,
				       &it_full_listener, &it_listener,  &it_mqueue};

	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++)
		unblock(all[i]);
}

static void run(const char *name, void (*call)(void))
{
	for (int i = 0; i < ROUNDS; i++)
		call();
	puts(name);
}

static void *other_thread(void *unused)
{
	return unused;
}

int main(int argc, char **argv)
{
	int input[2];

	if (argc > 2)
		return child_main(argv);
	prepare_signals();
	unsetenv("LD_PRELOAD"); /* the child only lives */
	hazard_join(hazard_start(other_thread, NULL));
	make_all();
	unblock_all();
	must(!pipe2(input, O_CLOEXEC));
	it_file.child = start_child("hold", input[0], -1, -1);
#define NOISE(name, object, call) run(#name, name);
#include "waits_noise.def"
	close(input[1]);
	hazard_wait(it_file.child);
	unmake(make_message_queue, &it_queue);
	unmake(make_message_queue, &it_full_queue);
	unmake(make_semaphores, &it_semaphores);
	return 0;
}
