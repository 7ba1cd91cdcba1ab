/* SPDX-License-Identifier: MIT
 * limit: 60
 * part of: matrix_test.sh
 *
 * Goal: getaddrinfo answers for numbers, for names of this host and for nonsense as without us: result, errno, and
 * every address found. No case asks the network.
 */
#include <arpa/inet.h>

#include "waiting_matrix.h"

static const struct {
	const char *name, *node, *service;
	int flags, family, type;
	bool has_no_hints;
} cases[] = {
	{"number", "127.0.0.1", "80", AI_NUMERICHOST, AF_UNSPEC, SOCK_STREAM, false},
	{"number-6", "::1", "80", AI_NUMERICHOST, AF_UNSPEC, SOCK_STREAM, false},
	{"number-all-types", "10.1.2.3", NULL, 0, AF_UNSPEC, 0, false},
	{"number-no-hints", "10.1.2.3", "8080", 0, 0, 0, true},
	{"number-other-family", "10.1.2.3", NULL, AI_NUMERICHOST, AF_INET6, 0, false},
	{"number-mapped", "10.1.2.3", NULL, AI_V4MAPPED, AF_INET6, SOCK_DGRAM, false},
	{"name-of-this-host", "localhost", "80", 0, AF_INET, SOCK_STREAM, false},
	{"canonical", "localhost", NULL, AI_CANONNAME, AF_INET, SOCK_STREAM, false},
	{"passive", NULL, "53", AI_PASSIVE, AF_INET, SOCK_DGRAM, false},
	{"not-passive", NULL, "53", 0, AF_INET, SOCK_DGRAM, false},
	{"name-not-number", "localhost", NULL, AI_NUMERICHOST, AF_UNSPEC, 0, false},
	{"nonsense", "999.999.999.999x", NULL, AI_NUMERICHOST, AF_UNSPEC, 0, false},
	{"neither", NULL, NULL, 0, AF_UNSPEC, 0, false},
	{"service-not-number", "127.0.0.1", "http", AI_NUMERICSERV, AF_INET, SOCK_STREAM, false},
	{"service-unknown", "127.0.0.1", "no-such-service", 0, AF_INET, SOCK_STREAM, false},
	{"bad-flags", "127.0.0.1", NULL, 1 << 30, AF_INET, 0, false},
	{"bad-family", "127.0.0.1", NULL, 0, 4242, 0, false},
	{"bad-type", "127.0.0.1", NULL, 0, AF_INET, 4242, false},
};
static size_t present; /* of them */
static struct addrinfo hints, *found;

static void set_case(struct waiting_cell *cell)
{
	found = NULL;
	hints = (struct addrinfo){.ai_flags = cases[present].flags,
				  .ai_family = cases[present].family,
				  .ai_socktype = cases[present].type};
	cell->at.name = cases[present].node;
	cell->at.service = cases[present].service;
	cell->at.hints = cases[present].has_no_hints ? NULL : &hints;
	cell->at.found = &found;
}

static void tell(struct waiting_cell *cell, char *out_text, size_t limit)
{
	size_t used = 0;

	if (cell->result)
		return;
	for (struct addrinfo *one = found; one && used < limit; one = one->ai_next) {
		char host[64] = "", port[16] = "";

		getnameinfo(one->ai_addr, one->ai_addrlen, host, sizeof(host), port, sizeof(port),
			    NI_NUMERICHOST | NI_NUMERICSERV);
		used += snprintf(out_text + used, limit - used, "%d %d %d %s %s %s; ", one->ai_family, one->ai_socktype,
				 one->ai_protocol, host, port, one->ai_canonname ? one->ai_canonname : "-");
	}
	freeaddrinfo(found);
}

int main(void)
{
	waiting_init();
	for (present = 0; present < MATRIX_COUNT(cases); present++) {
		const struct waiting_state state = {cases[present].name, set_case, KEEPS, false};

		waiting_run(RESOLVES, &state, 1, 0, tell);
	}
	return matrix_finish();
}
