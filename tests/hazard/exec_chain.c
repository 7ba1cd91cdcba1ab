/* SPDX-License-Identifier: MIT
 *
 * Goal: a program that becomes another again and again, by every exec function, from the main thread and from another, keeps
 * its process number, arguments, environment and signal mask, whatever was recorded before.
 */
#include "hazard.h"

enum { LINKS = 16 };

static char number[16], pid_text[16];

static void become(int link)
{
	char self[] = "/proc/self/exe";
	char *arguments[] = {self, number, pid_text, NULL};
	int descriptor;

	snprintf(number, sizeof(number), "%d", link + 1);
	snprintf(pid_text, sizeof(pid_text), "%d", getpid());
	switch (link % 8) {
	case 0:
		execv(self, arguments);
		break;
	case 1:
		execve(self, arguments, environ);
		break;
	case 2:
		execvp(self, arguments);
		break;
	case 3:
		execvpe(self, arguments, environ);
		break;
	case 4:
		execl(self, self, number, pid_text, (char *)NULL);
		break;
	case 5:
		execle(self, self, number, pid_text, (char *)NULL, environ);
		break;
	case 6:
		execlp(self, self, number, pid_text, (char *)NULL);
		break;
	default:
		descriptor = open(self, O_RDONLY | O_CLOEXEC);
		fexecve(descriptor, arguments, environ);
	}
	need(false, "exec of kind %d", link % 8);
}

static void *become_in_thread(void *argument)
{
	become(*(int *)argument);
	return NULL;
}

int main(int argc, char **argv)
{
	int link = argc > 1 ? atoi(argv[1]) : 0;

	hazard_limit(20);
	if (argc > 1)
		need(argc == 3 && atoi(argv[2]) == getpid(), "the arguments came over, the process is the same");
	if (link == 0)
		setenv("HAZARD_KEPT", "kept", 1);
	need(!strcmp(getenv("HAZARD_KEPT"), "kept"), "the environment came over");
	hazard_contend(2, 20);
	if (link == LINKS)
		return 0;
	if (link % 3 == 2)
		hazard_join(hazard_start(become_in_thread, &link));
	become(link);
}
