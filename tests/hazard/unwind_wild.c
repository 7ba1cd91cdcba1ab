/* SPDX-License-Identifier: MIT
 *
 * Goal: contention below code whose unwind information is wrong in every way, or that has none: assembler with a frame pointer
 * used for data, code made at run time, a stack with a random end. The walk must stop; it must not crash and not run for ever.
 * processor: x86_64
 */
#include <sys/mman.h>

#include "hazard.h"

/* void name(void (*callback)(void)): calls it, with the given directives true of nothing. */
#define WILD(name, directives, before, after)                                                                          \
	void name(void (*callback)(void));                                                                             \
	__asm__(".text\n.globl " #name "\n.type " #name ", @function\n" #name ":\n" directives "\n" before             \
		"\n sub $8, %rsp\n call *%rdi\n add $8, %rsp\n" after "\n ret\n.cfi_endproc\n.size " #name             \
		", . - " #name "\n")

WILD(wild_far, ".cfi_startproc\n.cfi_def_cfa_offset 0x40000000", "", "");
WILD(wild_backwards, ".cfi_startproc\n.cfi_def_cfa_offset -4096", "", "");
WILD(wild_self, ".cfi_startproc\n.cfi_def_cfa_offset 0", "", "");
WILD(wild_unaligned, ".cfi_startproc\n.cfi_def_cfa_offset 13", "", "");
WILD(wild_bp_saved, ".cfi_startproc\n.cfi_def_cfa_offset 16\n.cfi_offset %rbp, 0x7ffffff0", "", "");
WILD(wild_by_bp, ".cfi_startproc\n.cfi_def_cfa %rbp, 16", "push %rbp\n mov $0x1234567812345678, %rbp\n push %rbp",
     "pop %rbp\n pop %rbp");
WILD(wild_by_rax, ".cfi_startproc\n.cfi_def_cfa %rax, 16", "xor %eax, %eax", "");
/* DW_CFA_def_cfa_expression: load from address 8, and one that never ends (branch to itself). */
WILD(wild_load, ".cfi_startproc\n.cfi_escape 0x0f, 0x02, 0x38, 0x06", "", "");
WILD(wild_loop, ".cfi_startproc\n.cfi_escape 0x0f, 0x03, 0x2f, 0xfd, 0xff", "", "");
/* Garbage where operations should be, operands that are not there, states restored that nobody saved. */
WILD(wild_garbage, ".cfi_startproc\n.cfi_escape 0x0f, 0x03, 0xff, 0xfe, 0xe1", "", "");
WILD(wild_empty, ".cfi_startproc\n.cfi_escape 0x0f, 0x02, 0x22, 0x22", "", "");
WILD(wild_remember, ".cfi_startproc\n.cfi_escape 0x0b, 0x0b", "", "");
WILD(wild_undefined, ".cfi_startproc\n.cfi_undefined %rip", "", "");

void wild_none(void (*callback)(void));
__asm__(".text\n.globl wild_none\n.type wild_none, @function\nwild_none:\n push %rbp\n mov $0x7, %ebp\n sub $16, %rsp\n call *%rdi\n"
	" add $16, %rsp\n pop %rbp\n ret\n.size wild_none, . - wild_none\n");

static struct hazard_rival rival;

static void contend(void)
{
	hazard_rival_meet(&rival, 5);
}

typedef void wild_function(void (*callback)(void));

static wild_function *make_code(void)
{
	static const unsigned char code[] = {
		0x48, 0x83, 0xec, 0x08, /* sub $8, %rsp */
		0xff, 0xd7,             /* call *%rdi */
		0x48, 0x83, 0xc4, 0x08, /* add $8, %rsp */
		0xc3,                   /* ret */
	};
	void *page = mmap(NULL, 4096, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	need(page != MAP_FAILED, "page for code");
	memcpy(page, code, sizeof(code));
	return (wild_function *)page;
}

int main(void)
{
	wild_function *made = make_code();
	wild_function *const functions[] = {
		wild_far,   wild_backwards, wild_self,      wild_unaligned, wild_bp_saved,
		wild_by_bp, wild_by_rax,    wild_load,      wild_loop,      wild_garbage,
		wild_empty, wild_remember,  wild_undefined, wild_none,      made,
	};

	hazard_limit(20);
	hazard_rival_start(&rival);
	for (int round = 0; round < 3; round++)
		for (size_t i = 0; i < sizeof(functions) / sizeof(*functions); i++)
			functions[i](contend);
	munmap((void *)made, 4096);
	contend();
	hazard_rival_stop(&rival);
	return 0;
}
