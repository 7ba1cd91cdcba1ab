/* SPDX-License-Identifier: MIT */
/* contend serve: the names of addresses, as `pprof -symbolize=remote` asks for them. */
#include <errno.h>
#include <event2/buffer.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "frame.h"
#include "symbols.h"
#include "tool.h"
#include "tool_serve.h"

/* "0x1234+0x5678": the shortest is two bytes. */
enum { ADDRESSES_LIMIT = SERVE_BODY_BYTES / 2 };

static uint64_t frame_of(const struct snapshot *snapshot, uint64_t address)
{
	for (size_t i = 1; i < snapshot->module_count; i++)
		if (address >= snapshot->modules[i].start && address < snapshot->modules[i].limit)
			return frame_make((uint32_t)i, address);
	return frame_make(FRAME_MODULE_UNKNOWN, address);
}

static size_t parse_addresses(const char *text, uint64_t *out_addresses)
{
	size_t count = 0;

	while (*text && count < ADDRESSES_LIMIT) {
		size_t bytes = strcspn(text, "+&");
		char *end;
		uint64_t address = strtoull(text, &end, 0);

		if (end == text + bytes && address && address <= FRAME_ADDRESS_MASK)
			out_addresses[count++] = address;
		text += bytes + (text[bytes] != '\0');
	}
	return count;
}

/* What lies in an object that is known. The snapshot is made to say that its one stack is that of these addresses. */
static int write_names(const struct tool_look *look, uint64_t *addresses, size_t count, FILE *out)
{
	struct snapshot_sample sample = {.depth = (uint32_t)count, .frames = addresses};
	struct snapshot snapshot = *look->snapshot;
	struct symbols *symbols;
	int error;

	for (size_t i = 0; i < count; i++)
		addresses[i] = frame_of(&snapshot, addresses[i]);
	snapshot.samples = &sample;
	snapshot.sample_count = count ? 1 : 0;
	error = symbols_resolve(&snapshot, look->root, &symbols);
	if (error)
		return error;
	for (size_t i = 0; i < count; i++)
		if (frame_module(addresses[i]) != FRAME_MODULE_UNKNOWN)
			fprintf(out, "%#" PRIx64 " %s\n", frame_address(addresses[i]),
				symbols_name(symbols, symbols_number(symbols, addresses[i])));
	symbols_free(symbols);
	return 0;
}

static char *asked_text(struct serve_request *request)
{
	struct evbuffer *body = evhttp_request_get_input_buffer(request->http);
	const char *query = evhttp_uri_get_query(evhttp_request_get_evhttp_uri(request->http));
	size_t bytes = evbuffer_get_length(body);
	char *text;

	if (evhttp_request_get_command(request->http) != EVHTTP_REQ_POST)
		return strdup(query ? query : "");
	text = calloc(bytes + 1, 1);
	if (text)
		evbuffer_copyout(body, text, bytes);
	return text;
}

static int write_reply(const struct tool_look *look, const char *asked, FILE *out)
{
	uint64_t *addresses = calloc(ADDRESSES_LIMIT, sizeof(*addresses));
	int error = -ENOMEM;

	fputs("num_symbols: 1\n", out);
	if (addresses)
		error = write_names(look, addresses, parse_addresses(asked, addresses), out);
	free(addresses);
	return error;
}

void serve_symbol(struct serve_request *request)
{
	struct rendered body = {0};
	struct process process;
	int error = -ENOMEM;
	char *asked;
	FILE *out;

	if (!serve_choose_process(request, &process))
		return;
	asked = asked_text(request);
	out = asked ? open_memstream(&body.bytes, &body.count) : NULL;
	if (out) {
		error = write_reply(&process.look, asked, out);
		fclose(out);
	}
	tool_look_free(&process.look);
	free(asked);
	if (!error) {
		serve_reply(request, "text/plain; charset=utf-8", &body);
		return;
	}
	free(body.bytes);
	serve_error(request, STATUS_FAILED, "process %d: %s", process.pid, tool_error_words(error));
}
