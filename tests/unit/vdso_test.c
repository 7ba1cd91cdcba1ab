/* SPDX-License-Identifier: MIT */
/* Goal of this test: functions are found in the vDSO, and in images with either kind of hash table. */
#include <dlfcn.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "check.h"
#include "vdso.h"

static void test_vdso(void)
{
	void *vdso = dlopen("linux-vdso.so.1", RTLD_LAZY | RTLD_NOLOAD);
	int (*gettime)(clockid_t, struct timespec *) =
		(int (*)(clockid_t, struct timespec *))vdso_find("__vdso_clock_gettime");
	struct timespec now = {.tv_sec = 0};

	if (!vdso) {
		skip(3, "this kernel gives no vDSO");
		return;
	}
	ok((void *)gettime == dlsym(vdso, "__vdso_clock_gettime"), "__vdso_clock_gettime is where the loader finds it");
	ok(gettime && gettime(CLOCK_MONOTONIC, &now) == 0 && now.tv_sec > 0, "and tells the time");
	ok(!vdso_find("__vdso_no_such_function"), "a function that is not there is not found");
	dlclose(vdso);
}

/* An object's file in memory, as it lies on disk. */
static const void *map_file_of(const void *function, off_t *out_bytes)
{
	struct stat status = {.st_size = 0};
	void *image = MAP_FAILED;
	Dl_info info;
	int file;

	if (!dladdr(function, &info) || (file = open(info.dli_fname, O_RDONLY)) < 0)
		return NULL;
	if (fstat(file, &status) == 0)
		image = mmap(NULL, status.st_size, PROT_READ, MAP_PRIVATE, file, 0);
	close(file);
	*out_bytes = status.st_size;
	return image == MAP_FAILED ? NULL : image;
}

static void test_library(const char *name, const char *function_name)
{
	void *library = dlopen(name, RTLD_LAZY);
	void *function = library ? dlsym(library, function_name) : NULL;
	off_t bytes = 0;
	const void *image = function ? map_file_of(function, &bytes) : NULL;
	Dl_info info;

	if (!ok(image && dladdr(function, &info), "%s can be read", name))
		return;
	is_u64((char *)vdso_find_in(image, function_name) - (char *)image, (char *)function - (char *)info.dli_fbase,
	       "%s: %s is found", name, function_name);
	ok(!vdso_find_in(image, "no_such_function"), "%s: a function that is not there is not found", name);
	ok(!vdso_find_in(image, "malloc"), "%s: nor one that it only uses", name);
	munmap((void *)image, bytes);
	dlclose(library);
}

int main(void)
{
	static const char no_elf[4096] = "no ELF";

	test_vdso();
	test_library("libz.so.1", "zlibVersion"); /* has DT_GNU_HASH only */
	test_library("libm.so.6", "frexp");       /* has both */
	ok(!vdso_find_in(no_elf, "main"), "nothing is found in what is no ELF image");
	return done();
}
