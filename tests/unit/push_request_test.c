/* SPDX-License-Identifier: MIT */
/* The bytes that go to Pyroscope, and the queue in which they wait. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "push_queue.h"

static struct push_request make(const struct push_target *target, enum profile which, const char *program, size_t bytes)
{
	struct push_profile profile = {.program = program,
				       .which = which,
				       .from_ns = INT64_C(1795252874484190481),
				       .until_ns = INT64_C(1795252876446593119),
				       .packed = "\x1f\x8b\0packed\r\n--",
				       .packed_bytes = bytes};
	struct push_request request = {0};

	ok(push_request_make(target, &profile, &request) == 0, "a request is made");
	return request;
}

/* What the body must be, with the boundary that the request chose. */
static void check_body(const struct push_request *request, const char *which, const char *types)
{
	static const char begin[] = "multipart/form-data; boundary=";
	const char *boundary = request->content_type + strlen(begin);
	char expected[2048];
	int bytes;

	ok(strncmp(request->content_type, begin, strlen(begin)) == 0, "its type is a form");
	is_u64(strlen(boundary), 60, "its boundary is long");
	bytes = snprintf(
		expected, sizeof(expected),
		"--%s\r\n"
		"Content-Disposition: form-data; name=\"profile\"; filename=\"profile.pprof\"\r\n"
		"Content-Type: application/octet-stream\r\n\r\n"
		"\x1f\x8b%cpacked\r\n--\r\n"
		"--%s\r\n"
		"Content-Disposition: form-data; name=\"sample_type_config\"; filename=\"sample_type_config.json\"\r\n"
		"Content-Type: application/octet-stream\r\n\r\n"
		"%s\r\n"
		"--%s--\r\n",
		boundary, '\0', boundary, types, boundary);
	is_u64(request->body_bytes, bytes, "%s: its body is as long as it should be", which);
	ok(request->body_bytes == (size_t)bytes && memcmp(request->body, expected, bytes) == 0,
	   "%s: and is what it should be, byte for byte", which);
}

static void check_requests(void)
{
	static const struct push_target plain = {.url = "http://host:4040"};
	static const struct push_target named = {
		.url = "https://host/path//", .name = "my app", .labels = "a=b,c=d e/\xc3\xa4&"};
	struct push_request mutex = make(&plain, PROFILE_MUTEX, "redis-check-rdb", 13);
	struct push_request block = make(&named, PROFILE_BLOCK, "unused", 13);
	struct push_request again = make(&plain, PROFILE_MUTEX, "a{b=\"c\"}\n", 13);

	is_str(mutex.url,
	       "http://host:4040/ingest?aggregationType=sum&from=1795252874484190481&name=redis-check-rdb%7B%7D&sampleRate=100"
	       "&spyName=contend&units=lock_nanoseconds&until=1795252876446593119",
	       "the address");
	is_str(block.url,
	       "https://host/path/ingest?aggregationType=sum&from=1795252874484190481"
	       "&name=my_app%7Ba%3Db%2Cc%3Dd%20e%2F%C3%A4%26%7D&sampleRate=100"
	       "&spyName=contend&units=lock_nanoseconds&until=1795252876446593119",
	       "with a path, a name and labels");
	ok(strstr(again.url, "&name=a_b__c___%7B%7D&") != NULL, "a program's name does not get out of its place");
	check_body(&mutex, "mutex",
		   "{\"contentions\":{\"units\":\"lock_samples\",\"display-name\":\"mutex_count\"},"
		   "\"delay\":{\"units\":\"lock_nanoseconds\",\"display-name\":\"mutex_duration\"}}");
	check_body(&block, "block",
		   "{\"contentions\":{\"units\":\"lock_samples\",\"display-name\":\"block_count\"},"
		   "\"delay\":{\"units\":\"lock_nanoseconds\",\"display-name\":\"block_duration\"}}");
	ok(strcmp(mutex.content_type, again.content_type) != 0, "no two boundaries are the same");
	push_request_free(&mutex);
	push_request_free(&block);
	push_request_free(&again);
}

/* With and without a maximum, the last type has the profile's own name. */
static void check_own_profiles(void)
{
	static const struct push_target plain = {.url = "http://host:4040"};
	struct push_request wake = make(&plain, PROFILE_WAKE, "server", 13);
	struct push_request hold = make(&plain, PROFILE_HOLD, "server", 13);

	check_body(&wake, "wake",
		   "{\"contentions\":{\"units\":\"lock_samples\",\"display-name\":\"wake_count\"},"
		   "\"delay\":{\"units\":\"lock_nanoseconds\",\"display-name\":\"wake\"},"
		   "\"maximum\":{\"units\":\"lock_nanoseconds\",\"display-name\":\"wake\"}}");
	check_body(&hold, "hold",
		   "{\"acquisitions\":{\"units\":\"lock_samples\",\"display-name\":\"hold_count\"},"
		   "\"held\":{\"units\":\"lock_nanoseconds\",\"display-name\":\"hold\"},"
		   "\"maximum\":{\"units\":\"lock_nanoseconds\",\"display-name\":\"hold\"}}");
	push_request_free(&wake);
	push_request_free(&hold);
}

static void check_labels(void)
{
	static const char *const good[] = {"a=b", "_x9=1", "host=server-1.example", "k=a b"};
	static const char *const bad[] = {"",        "a",   "=b",  "a=",    "9a=b", "a-b=c",
					  "a=b,c=d", "a={", "a=}", "a=b=c", "a=\""};

	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++)
		ok(push_label_is_valid(good[i]), "label %s", good[i]);
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		ok(!push_label_is_valid(bad[i]), "no label: '%s'", bad[i]);
}

static void add(struct push_queue *queue, char mark, size_t bytes)
{
	struct push_request request = {.url = strdup((char[]){mark, '\0'}), .body = malloc(bytes), .body_bytes = bytes};

	push_queue_add(queue, &request);
}

/* The marks of what waits, in order. */
static const char *marks(const struct push_queue *queue)
{
	static char text[32];
	size_t count = 0;

	for (const struct push_item *item = queue->first; item; item = item->next)
		text[count++] = item->request.url[0];
	text[count] = '\0';
	return text;
}

static void check_queue(void)
{
	struct push_queue queue;

	push_queue_init(&queue, 100);
	for (char mark = 'a'; mark <= 'd'; mark++)
		add(&queue, mark, 25);
	is_str(marks(&queue), "abcd", "what fits waits, oldest first");
	add(&queue, 'e', 26);
	is_str(marks(&queue), "cde", "the oldest give way");
	is_u64(queue.dropped, 2, "and are counted");
	queue.is_first_taken = true;
	add(&queue, 'f', 70);
	is_str(marks(&queue), "cf", "but not the one that is on its way");
	add(&queue, 'g', 80);
	is_str(marks(&queue), "cf", "what cannot fit beside it does not get in");
	is_u64(queue.dropped, 5, "all are counted");
	add(&queue, 'h', 75);
	is_str(marks(&queue), "ch", "full to the last byte");
	is_u64(queue.bytes, 100, "in bytes");
	push_queue_remove_first(&queue);
	push_queue_remove_first(&queue);
	add(&queue, 'i', 101);
	is_str(marks(&queue), "", "nor what is larger than the queue");
	is_u64(queue.dropped, 7, "nor is that forgotten");
	is_u64(queue.bytes + queue.count, 0, "nothing is left");
	add(&queue, 'j', 100);
	is_str(marks(&queue), "j", "and it works on");
	push_queue_remove_first(&queue);
}

int main(void)
{
	check_requests();
	check_own_profiles();
	check_labels();
	check_queue();
	return done();
}
