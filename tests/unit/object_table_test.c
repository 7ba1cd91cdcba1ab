/* SPDX-License-Identifier: MIT */
/* The table of objects against what the loader says, where it can be asked. */
#include <dlfcn.h>
#include <stdlib.h>
#include <sys/auxv.h>

#include "check.h"
#include "object_table.h"

static const char early_library[] = "libnss_compat.so.2";
static const char late_library[] = "libnss_hesiod.so.2";

static void *open_library(const char *name, const char *symbol, void **out_address)
{
	void *library = dlopen(name, RTLD_NOW | RTLD_LOCAL);

	*out_address = library ? dlsym(library, symbol) : NULL;
	return library;
}

static void check_same(uint64_t address, const char *what)
{
	struct object ours, loaders;
	uint32_t our_bytes, loaders_bytes;

	if (!object_table_find(address, &ours) || !object_find(address, &loaders)) {
		ok(false, "%s is found", what);
		return;
	}
	is_u64(ours.load_bias, loaders.load_bias, "%s: load bias", what);
	is_u64(ours.unwind_header, loaders.unwind_header, "%s: unwind header", what);
	is_u64(ours.segment_count, loaders.segment_count, "%s: segments", what);
	ok(ours.low_address <= address && address < ours.high_address, "%s: between its limits", what);
	ok(object_segment(&ours, address, 1, PF_X) != NULL, "%s: in an executable segment", what);
	(void)object_build_id(&ours, &our_bytes);
	(void)object_build_id(&loaders, &loaders_bytes);
	is_u64(our_bytes, loaders_bytes, "%s: build id", what);
}

int main(void)
{
	void *early_address, *late_address;
	void *early = open_library(early_library, "_nss_compat_setpwent", &early_address);
	void *late;
	struct object object;

	object_init(_dl_find_object);
	ok(!object_table_find((uint64_t)main, &object), "nothing is found before start-up");
	object_table_init();
	object_table_init();
	check_same((uint64_t)main, "the program");
	check_same((uint64_t)qsort, "libc");
	check_same((uint64_t)dlsym(RTLD_DEFAULT, "__tls_get_addr"), "the loader");
	check_same(getauxval(AT_SYSINFO_EHDR), "the vDSO");
	check_same((uint64_t)early_address, "a library that was opened before");
	ok(!object_table_find((uint64_t)&object, &object), "no code");
	ok(!object_table_find(0, &object), "address 0");
	ok(!object_table_find(UINT64_MAX, &object), "the last address");

	late = open_library(late_library, "_nss_hesiod_setpwent", &late_address);
	ok(late && late_address, "another library is opened");
	ok(!object_table_find((uint64_t)late_address, &object), "it is not found");
	dlclose(early);
	object_table_forget_unloaded();
	ok(!object_table_find((uint64_t)early_address, &object), "one that was closed is not found");
	ok(object_table_find((uint64_t)qsort, &object), "the others are");
	return done();
}
