/* SPDX-License-Identifier: MIT
 *
 * Goal: another preloaded library that locks and contends in its constructor works, before and behind us.
 */
#include "hazard.h"

int main(int argc, char **argv)
{
	(void)argv;
	hazard_limit(30);
	hazard_contend(2, 50);
	if (argc > 1) {
		need(getenv("HAZARD_CONSTRUCTED"), "the other preload is there");
		return 0;
	}
	hazard_run_with_preload("coexist_constructor_plugin");
	return 0;
}
