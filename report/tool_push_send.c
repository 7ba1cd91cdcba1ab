/* SPDX-License-Identifier: MIT */
/* contend push: the way to the server: libcurl, which is loaded when it is needed: the other commands shall neither need it nor
 * wait for its twenty libraries. */
#define CURL_DISABLE_TYPECHECK
#include <curl/curl.h>
#include <dlfcn.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "tool.h"
#include "tool_push.h"

#undef curl_easy_setopt
#undef curl_easy_getinfo

#define CURL_FUNCTIONS(FUNCTION)                                                                                       \
	FUNCTION(curl_global_init)                                                                                     \
	FUNCTION(curl_easy_init)                                                                                       \
	FUNCTION(curl_easy_setopt)                                                                                     \
	FUNCTION(curl_easy_getinfo)                                                                                    \
	FUNCTION(curl_easy_cleanup)                                                                                    \
	FUNCTION(curl_easy_strerror)                                                                                   \
	FUNCTION(curl_multi_init)                                                                                      \
	FUNCTION(curl_multi_add_handle)                                                                                \
	FUNCTION(curl_multi_remove_handle)                                                                             \
	FUNCTION(curl_multi_perform)                                                                                   \
	FUNCTION(curl_multi_info_read)                                                                                 \
	FUNCTION(curl_multi_poll)                                                                                      \
	FUNCTION(curl_multi_cleanup)                                                                                   \
	FUNCTION(curl_slist_append)                                                                                    \
	FUNCTION(curl_slist_free_all)

static struct {
#define FUNCTION(name) __typeof__(name) *name;
	CURL_FUNCTIONS(FUNCTION)
#undef FUNCTION
} curl;

struct push_sender {
	const struct push_server *server;
	struct push_queue *queue;
	CURLM *multi;
	CURL *easy; /* of the first in the queue while it is on its way */
	struct curl_slist *headers;
	char error[CURL_ERROR_SIZE];
	char answer[256]; /* its beginning */
	size_t answer_bytes;
	unsigned failures; /* in a row */
	int64_t retry_ms;  /* not before then */
	struct push_counts counts;
};

int64_t push_now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * INT64_C(1000) + now.tv_nsec / 1000000;
}

static bool load_function(void *library, const char *name, void **out_function)
{
	*out_function = dlsym(library, name);
	return *out_function != NULL;
}

/* Either flavour: which library it uses for TLS is no matter. */
static bool load_curl(void)
{
	void *library = dlopen("libcurl-gnutls.so.4", RTLD_NOW);

	if (!library)
		library = dlopen("libcurl.so.4", RTLD_NOW);
	if (!library)
		return false;
#define FUNCTION(name)                                                                                                 \
	if (!load_function(library, #name, (void **)&curl.name))                                                       \
		return false;
	CURL_FUNCTIONS(FUNCTION)
#undef FUNCTION
	return curl.curl_global_init(CURL_GLOBAL_DEFAULT) == 0;
}

struct push_sender *push_sender_new(const struct push_server *server, struct push_queue *queue)
{
	struct push_sender *sender = calloc(1, sizeof(*sender));

	if (!sender || !load_curl()) {
		tool_fail("push: libcurl cannot be loaded (package libcurl3-gnutls)");
		free(sender);
		return NULL;
	}
	sender->server = server;
	sender->queue = queue;
	sender->multi = curl.curl_multi_init();
	if (sender->multi)
		return sender;
	tool_fail("push: out of memory");
	free(sender);
	return NULL;
}

static size_t keep_answer(char *bytes, size_t size, size_t count, void *argument)
{
	struct push_sender *sender = argument;
	size_t room = sizeof(sender->answer) - 1 - sender->answer_bytes;
	size_t kept = size * count < room ? size * count : room;

	memcpy(sender->answer + sender->answer_bytes, bytes, kept);
	sender->answer_bytes += kept;
	return size * count;
}

static void add_header(struct push_sender *sender, const char *name, const char *value)
{
	struct curl_slist *headers;
	char line[1024];

	snprintf(line, sizeof(line), "%s: %s", name, value);
	headers = curl.curl_slist_append(sender->headers, line);
	if (headers)
		sender->headers = headers;
}

/* "user:password" or a token. No redirection is followed: it would get them, too. */
static void authorize(struct push_sender *sender)
{
	const char *secret = sender->server->secret;
	char bearer[512];

	if (sender->server->tenant)
		add_header(sender, "X-Scope-OrgID", sender->server->tenant);
	if (!secret)
		return;
	if (strchr(secret, ':')) {
		curl.curl_easy_setopt(sender->easy, CURLOPT_HTTPAUTH, (long)CURLAUTH_BASIC);
		curl.curl_easy_setopt(sender->easy, CURLOPT_USERPWD, secret);
		return;
	}
	snprintf(bearer, sizeof(bearer), "Bearer %s", secret);
	add_header(sender, "Authorization", bearer);
}

static void begin(struct push_sender *sender)
{
	const struct push_request *request = &sender->queue->first->request;

	sender->easy = curl.curl_easy_init();
	if (!sender->easy)
		return;
	sender->queue->is_first_taken = true;
	sender->answer_bytes = 0;
	sender->error[0] = '\0';
	add_header(sender, "Content-Type", request->content_type);
	add_header(sender, "Expect", ""); /* servers need not answer before the body */
	authorize(sender);
	curl.curl_easy_setopt(sender->easy, CURLOPT_URL, request->url);
	curl.curl_easy_setopt(sender->easy, CURLOPT_PROTOCOLS_STR, "http,https");
	curl.curl_easy_setopt(sender->easy, CURLOPT_POST, 1L);
	curl.curl_easy_setopt(sender->easy, CURLOPT_POSTFIELDS, request->body);
	curl.curl_easy_setopt(sender->easy, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)request->body_bytes);
	curl.curl_easy_setopt(sender->easy, CURLOPT_HTTPHEADER, sender->headers);
	curl.curl_easy_setopt(sender->easy, CURLOPT_USERAGENT, "contend");
	curl.curl_easy_setopt(sender->easy, CURLOPT_TIMEOUT, (long)PUSH_REQUEST_SECONDS);
	curl.curl_easy_setopt(sender->easy, CURLOPT_NOSIGNAL, 1L);
	if (sender->server->ca_file)
		curl.curl_easy_setopt(sender->easy, CURLOPT_CAINFO, sender->server->ca_file);
	curl.curl_easy_setopt(sender->easy, CURLOPT_ERRORBUFFER, sender->error);
	curl.curl_easy_setopt(sender->easy, CURLOPT_WRITEFUNCTION, keep_answer);
	curl.curl_easy_setopt(sender->easy, CURLOPT_WRITEDATA, sender);
	curl.curl_multi_add_handle(sender->multi, sender->easy);
}

static void end(struct push_sender *sender)
{
	curl.curl_multi_remove_handle(sender->multi, sender->easy);
	curl.curl_easy_cleanup(sender->easy);
	curl.curl_slist_free_all(sender->headers);
	sender->easy = NULL;
	sender->headers = NULL;
	sender->queue->is_first_taken = false;
}

/* Twice as long each time, up to a minute; or as the server wishes. Not all who failed together come back together. */
static int64_t retry_delay_ms(const struct push_sender *sender, int64_t wished_seconds)
{
	int64_t delay_ms = 1000;

	for (unsigned i = 1; i < sender->failures && delay_ms < PUSH_RETRY_MOST_MS; i++)
		delay_ms *= 2;
	delay_ms = delay_ms * (75 + random() % 50) / 100;
	if (wished_seconds * 1000 > delay_ms)
		delay_ms = wished_seconds * 1000;
	return delay_ms < PUSH_RETRY_MOST_MS ? delay_ms : PUSH_RETRY_MOST_MS;
}

/* The first line that the server said, fit for a terminal. */
static const char *answer_line(struct push_sender *sender)
{
	sender->answer[sender->answer_bytes] = '\0';
	sender->answer[strcspn(sender->answer, "\r\n")] = '\0';
	for (char *at = sender->answer; *at; at++)
		if ((unsigned char)*at < ' ' || (unsigned char)*at >= 0x7f)
			*at = '?';
	return sender->answer;
}

static bool is_worth_retrying(CURLcode code, long status)
{
	return code != CURLE_OK || status == 408 || status == 429 || status >= 500;
}

static void try_later(struct push_sender *sender, CURLcode code, long status)
{
	curl_off_t wished_seconds = 0;

	curl.curl_easy_getinfo(sender->easy, CURLINFO_RETRY_AFTER, &wished_seconds);
	sender->failures++;
	sender->retry_ms = push_now_ms() + retry_delay_ms(sender, wished_seconds);
	if (sender->failures > 1)
		return;
	if (code != CURLE_OK)
		tool_fail("push: %s: %s; will go on trying", sender->server->url,
			  sender->error[0] ? sender->error : curl.curl_easy_strerror(code));
	else
		tool_fail("push: %s: status %ld %s; will go on trying", sender->server->url, status,
			  answer_line(sender));
}

static void finish(struct push_sender *sender, CURLcode code)
{
	long status = 0;

	curl.curl_easy_getinfo(sender->easy, CURLINFO_RESPONSE_CODE, &status);
	if (is_worth_retrying(code, status)) {
		try_later(sender, code, status);
		end(sender);
		return;
	}
	if (status / 100 == 2) {
		sender->counts.sent++;
		if (sender->failures)
			tool_fail("push: %s: it is taking profiles again", sender->server->url);
	} else {
		sender->counts.refused++;
		tool_fail("push: %s refused a profile: status %ld %s", sender->server->url, status,
			  answer_line(sender));
	}
	sender->failures = 0;
	end(sender);
	push_queue_remove_first(sender->queue);
}

static void perform(struct push_sender *sender)
{
	const CURLMsg *message;
	int running, left;

	curl.curl_multi_perform(sender->multi, &running);
	while (sender->easy && (message = curl.curl_multi_info_read(sender->multi, &left)))
		if (message->msg == CURLMSG_DONE)
			finish(sender, message->data.result);
}

int64_t push_sender_step(struct push_sender *sender, bool is_urgent)
{
	enum { MOMENT_MS = 1000 };
	int64_t now_ms = push_now_ms();

	if (!sender->easy && sender->queue->first && (!sender->failures || sender->retry_ms <= now_ms))
		begin(sender);
	if (sender->easy)
		perform(sender);
	if (sender->easy || !sender->queue->first)
		return MOMENT_MS;
	if (is_urgent && sender->retry_ms > now_ms + MOMENT_MS)
		sender->retry_ms = now_ms + MOMENT_MS;
	return sender->failures ? sender->retry_ms - now_ms : 0;
}

void push_sender_wait(struct push_sender *sender, int descriptor, int64_t ms)
{
	struct curl_waitfd also = {.fd = descriptor, .events = CURL_WAIT_POLLIN};

	if (ms > 0)
		curl.curl_multi_poll(sender->multi, &also, 1, ms < INT_MAX ? (int)ms : INT_MAX, NULL);
}

struct push_counts push_sender_counts(const struct push_sender *sender)
{
	return sender->counts;
}

void push_sender_free(struct push_sender *sender)
{
	if (sender->easy)
		end(sender);
	curl.curl_multi_cleanup(sender->multi);
	free(sender);
}
