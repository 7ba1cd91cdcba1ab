/* SPDX-License-Identifier: MIT
 *
 * Goal: C and C++ constructors of a library that the program links, and of the program, may lock, start threads and contend
 * before a preloaded library is ready; their destructors too, after main.
 */
#include "hazard.h"

#include <mutex>

int startup_library_made();

static std::recursive_mutex recursive;
static struct Early {
	int seen;

	Early()
	{
		std::lock_guard<std::recursive_mutex> outer(recursive);
		std::lock_guard<std::recursive_mutex> inner(recursive);
		seen = startup_library_made();
	}
	~Early()
	{
		std::lock_guard<std::recursive_mutex> outer(recursive);
		hazard_contend(2, 50);
	}
} early;

int main()
{
	hazard_limit(30);
	need(early.seen == 2, "the library's constructors ran first: %d", early.seen);
	hazard_contend(4, 100);
	return 0;
}
