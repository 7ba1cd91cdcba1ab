/* SPDX-License-Identifier: MIT */
/* Who called whom in another process: libdw unwinds, we tell it where to begin and read the memory. */
#include <string.h>

#include "process_image_parts.h"

/* The numbers that DWARF gives the registers of x86-64. */
enum { REGISTER_BP = 6, REGISTER_SP = 7 };

static pid_t next_thread(Dwfl *dwfl, void *image, void **thread_argument)
{
	(void)dwfl, (void)image, (void)thread_argument;
	return 0;
}

static bool get_thread(Dwfl *dwfl, pid_t tid, void *image, void **out_thread_argument)
{
	(void)dwfl, (void)tid;
	*out_thread_argument = image;
	return true;
}

static bool read_memory(Dwfl *dwfl, Dwarf_Addr address, Dwarf_Word *out_word, void *argument)
{
	struct process_image *image = argument;

	(void)dwfl;
	return process_memory_read_word(image->memory, address, out_word);
}

/* The call, not the instruction behind it, is where the caller stands. */
static bool set_registers(Dwfl_Thread *thread, void *argument)
{
	const struct process_image *image = argument;
	const Dwarf_Word registers[] = {image->origin.bp, image->origin.sp};

	_Static_assert(REGISTER_SP == REGISTER_BP + 1, "they are set together");
	dwfl_thread_state_register_pc(thread, image->origin.pc - 1);
	return dwfl_thread_state_registers(thread, REGISTER_BP, 2, registers);
}

static const Dwfl_Thread_Callbacks thread_callbacks = {
	.next_thread = next_thread,
	.get_thread = get_thread,
	.memory_read = read_memory,
	.set_initial_registers = set_registers,
};

/* Ours are left out of stacks, as they are in the profiles. */
static bool is_own(Dwfl_Module *module)
{
	return strncmp(process_image_module_name(module), "libcontend", strlen("libcontend")) == 0;
}

/* Whatever is in no object we know is no caller: the stack was misread or it is code that no loader loaded. */
static int note_frame(Dwfl_Frame *frame, void *argument)
{
	struct process_image *image = argument;
	bool is_interrupted = false;
	Dwarf_Addr pc;
	Dwfl_Module *module;

	if (image->next == image->end || !dwfl_frame_pc(frame, &pc, &is_interrupted))
		return DWARF_CB_ABORT;
	pc -= !is_interrupted;
	module = process_image_module_at(image, pc);
	if (!module)
		return DWARF_CB_ABORT;
	if (!is_own(module))
		*image->next++ = pc;
	return DWARF_CB_OK;
}

unsigned process_image_walk(struct process_image *image, struct stack_origin origin, uint64_t *out_addresses,
			    unsigned limit)
{
	enum { ANY_THREAD = 1 };

	image->origin = origin;
	image->next = out_addresses;
	image->end = out_addresses + limit;
	process_memory_forget(image->memory);
	if (!process_image_module_at(image, origin.pc - 1))
		return 0;
	if (!image->has_threads)
		image->has_threads = dwfl_attach_state(image->dwfl, NULL, ANY_THREAD, &thread_callbacks, image);
	if (image->has_threads)
		dwfl_getthread_frames(image->dwfl, ANY_THREAD, note_frame, image);
	return image->next - out_addresses;
}
