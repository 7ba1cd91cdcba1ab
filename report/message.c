/* SPDX-License-Identifier: MIT */
#include <stdarg.h>
#include <stdio.h>
#include <unistd.h>

#include "descriptor.h"
#include "kernel.h"
#include "process.h"
#include "libc_layout.h"
#include "message.h"
#include "own_descriptors.h"

enum { LINE_BYTES = 1024 };

static struct {
	bool is_verbose;
	bool is_known;
	struct descriptor_target standard_error;
} message;

void message_init(bool verbose)
{
	message.is_verbose = verbose;
	message.is_known = descriptor_target(STDERR_FILENO, &message.standard_error) == 0;
}

static bool is_still_ours(long descriptor)
{
	return message.is_known && descriptor_leads_to(descriptor, &message.standard_error);
}

/* Beyond the limit of its file sizes the program would be ended by a signal for a line of ours. */
static bool has_room(long descriptor, size_t bytes)
{
	uint64_t limit_bytes = process_file_limit_bytes();
	struct stat status;
	long offset;

	if (limit_bytes == UINT64_MAX || KERNEL_CALL(fstat, descriptor, &status) != 0 || !S_ISREG(status.st_mode))
		return true;
	offset = KERNEL_CALL(lseek, descriptor, 0, SEEK_CUR);
	if (offset < status.st_size)
		offset = status.st_size;
	return offset + bytes <= limit_bytes;
}

static void write_line(const char *line, size_t bytes)
{
	long descriptor = own_descriptors_borrow(STDERR_FILENO);

	if (is_still_ours(descriptor) && has_room(descriptor, bytes))
		KERNEL_CALL(write, descriptor, line, bytes);
	own_descriptors_give_back(descriptor);
}

static void say(const char *format, va_list arguments)
{
	static const char prefix[] = "contend: ";
	char line[LINE_BYTES];
	int length = snprintf(line, sizeof(line), "%s", prefix);
	int room = (int)sizeof(line) - length - 1;
	int text = vsnprintf(line + length, room, format, arguments);

	if (text < 0)
		return;
	length += text < room ? text : room - 1;
	line[length++] = '\n';
	write_line(line, length);
}

void message_say(const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	say(format, arguments);
	va_end(arguments);
}

void message_detail(const char *format, ...)
{
	va_list arguments;

	if (!message.is_verbose)
		return;
	va_start(arguments, format);
	say(format, arguments);
	va_end(arguments);
}

/* strerrordesc_np is too young for the libcs that we load into. The table that it reads is not: libc keeps it. */
extern const char *const libc_error_texts[] __attribute__((visibility("default")));
__asm__(".symver libc_error_texts, _sys_errlist@" LIBC_ERROR_TEXTS_VERSION);
enum { LIBC_ERROR_TEXTS = 134 };

const char *message_error(int error)
{
	return error >= 0 && error < LIBC_ERROR_TEXTS ? libc_error_texts[error] : "unknown error";
}
