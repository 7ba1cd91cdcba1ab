/* SPDX-License-Identifier: MIT */
#include <dwarf.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <elfutils/libdw.h>
#include <elfutils/libdwfl.h>

#include "debug_lines.h"
#include "debug_names.h"
#include "debug_view.h"
#include "sort.h"

/* Code of one compilation unit. */
struct range {
	Dwarf_Addr start, limit;
	Dwarf_Off unit;
};

struct debug_lines {
	Dwarf *dwarf;
	uint64_t shift; /* from positions to the DWARF's addresses */
	struct range *ranges;
	size_t range_count, range_room;
};

/* Where a frame stands in its source. */
struct place {
	const char *file;
	int line;
};

static bool add_range(struct debug_lines *lines, Dwarf_Addr start, Dwarf_Addr limit, Dwarf_Off unit)
{
	if (lines->range_count == lines->range_room) {
		size_t room = lines->range_room ? lines->range_room * 2 : 256;
		struct range *ranges = reallocarray(lines->ranges, room, sizeof(*ranges));

		if (!ranges)
			return false;
		lines->ranges = ranges;
		lines->range_room = room;
	}
	lines->ranges[lines->range_count++] = (struct range){.start = start, .limit = limit, .unit = unit};
	return true;
}

static int compare_ranges(const void *left, const void *right)
{
	const struct range *a = left, *b = right;

	return (a->start > b->start) - (a->start < b->start);
}

/* The units' own word: .debug_aranges, which libdw goes by, is not written by every compiler. */
static void collect_ranges(struct debug_lines *lines)
{
	Dwarf_CU *unit = NULL;
	Dwarf_Die die;

	while (dwarf_get_units(lines->dwarf, unit, &unit, NULL, NULL, &die, NULL) == 0) {
		Dwarf_Addr base, start, limit;
		ptrdiff_t next = 0;

		while ((next = dwarf_ranges(&die, next, &base, &start, &limit)) > 0)
			if (start < limit && !add_range(lines, start, limit, dwarf_dieoffset(&die)))
				return;
	}
	qsort(lines->ranges, lines->range_count, sizeof(*lines->ranges), compare_ranges);
}

static bool find_unit(const struct debug_lines *lines, Dwarf_Addr address, Dwarf_Die *out_unit)
{
	size_t count = sort_count_up_to(lines->ranges, sizeof(*lines->ranges), lines->range_count, address);

	return count > 0 && address < lines->ranges[count - 1].limit &&
	       dwarf_offdie(lines->dwarf, lines->ranges[count - 1].unit, out_unit);
}

/* What lies about where we cannot change the root may lead anywhere: then the file itself must do. */
static int find_nothing(Dwfl_Module *module, void **user, const char *name, Dwarf_Addr base, const char *file,
			const char *link, GElf_Word crc, char **out_name)
{
	(void)module, (void)user, (void)name, (void)base, (void)file, (void)link, (void)crc, (void)out_name;
	return -1;
}

static Dwfl_Module *report_file(const struct debug_file *file, bool alone)
{
	static char path[] = ":.debug:/usr/lib/debug", *path_pointer = path;
	static const Dwfl_Callbacks callbacks = {.find_elf = dwfl_build_id_find_elf,
						 .find_debuginfo = dwfl_standard_find_debuginfo,
						 .section_address = dwfl_offline_section_address,
						 .debuginfo_path = &path_pointer};
	static const Dwfl_Callbacks callbacks_alone = {.find_elf = dwfl_build_id_find_elf,
						       .find_debuginfo = find_nothing,
						       .section_address = dwfl_offline_section_address};
	Dwfl *dwfl = dwfl_begin(alone ? &callbacks_alone : &callbacks);
	Dwfl_Module *module;

	if (!dwfl)
		return NULL;
	dwfl_report_begin(dwfl);
	module = dwfl_report_elf(dwfl, file->path, file->path, file->descriptor, 0, true);
	dwfl_report_end(dwfl, NULL, NULL);
	return module;
}

/* Nothing is closed again: the process does not live much longer. */
static bool read_file(struct debug_lines *lines, const struct debug_object *object, const struct debug_file *file,
		      bool alone)
{
	Dwfl_Module *module = report_file(file, alone);
	GElf_Addr elf_bias, dwarf_bias;
	Elf *elf = module ? dwfl_module_getelf(module, &elf_bias) : NULL;

	lines->dwarf = elf ? dwfl_module_getdwarf(module, &dwarf_bias) : NULL;
	if (!lines->dwarf || !debug_file_find_shift(elf, object, file->is_object, &lines->shift))
		return false;
	lines->shift += elf_bias - dwarf_bias;
	collect_ranges(lines);
	return true;
}

struct debug_lines *debug_lines_open(const struct debug_view *view, const struct debug_object *object)
{
	struct debug_lines *lines = calloc(1, sizeof(*lines));
	struct debug_file ours, theirs;
	bool is_elsewhere = debug_view_is_elsewhere(view), has_ours, has_theirs, alone;

	if (!lines)
		return NULL;
	has_ours = is_elsewhere && debug_file_find_by_id(object, &ours);
	alone = !debug_view_enter(view, is_elsewhere);
	has_theirs = debug_file_find(alone ? view->root : "", object, &theirs);
	if (has_theirs && read_file(lines, object, &theirs, alone))
		return lines;
	if (!is_elsewhere)
		has_ours = debug_file_find_by_id(object, &ours);
	return has_ours && read_file(lines, object, &ours, alone) ? lines : NULL;
}

static struct place place_of_address(Dwarf_Die *unit, Dwarf_Addr address)
{
	Dwarf_Line *line = dwarf_getsrc_die(unit, address);
	struct place place = {.file = line ? dwarf_linesrc(line, NULL, NULL) : NULL};

	if (line && dwarf_lineno(line, &place.line) != 0)
		place.line = 0;
	return place;
}

/* What two attributes of a function say of a place in the source; no file if they do not. The number of a file counts in the
 * unit that the attribute was found in. */
static struct place place_of_attributes(Dwarf_Die *function, unsigned file_name, unsigned line_name)
{
	struct place place = {0};
	Dwarf_Attribute attribute;
	Dwarf_Files *files;
	Dwarf_Word number;
	Dwarf_Die unit;

	if (dwarf_formudata(dwarf_attr_integrate(function, file_name, &attribute), &number) == 0 &&
	    dwarf_cu_die(attribute.cu, &unit, NULL, NULL, NULL, NULL, NULL, NULL) &&
	    dwarf_getsrcfiles(&unit, &files, NULL) == 0)
		place.file = dwarf_filesrc(files, number, NULL, NULL);
	if (dwarf_formudata(dwarf_attr_integrate(function, line_name, &attribute), &number) == 0 && number <= INT32_MAX)
		place.line = (int)number;
	return place;
}

/* Where it begins, if that is in the file of its line: that is the only file that a profile has a field for. */
static uint32_t start_line(Dwarf_Die *function, const char *file)
{
	struct place place = place_of_attributes(function, DW_AT_decl_file, DW_AT_decl_line);

	return place.file && file && strcmp(place.file, file) == 0 ? (uint32_t)place.line : 0;
}

struct visit {
	void (*found)(const struct debug_frame *frame, void *argument);
	void *argument;
	const char *directory; /* where the compiler ran: files are named from there; "" if that is not told */
};

/* *out_joined is to be freed. */
static const char *absolute_file(const struct visit *visit, const char *file, char **out_joined)
{
	if (!file || file[0] == '/' || visit->directory[0] != '/')
		return file ? file : "";
	return asprintf(out_joined, "%s/%s", visit->directory, file) < 0 ? "" : *out_joined;
}

static void visit_frame(const struct visit *visit, Dwarf_Die *function, struct place place, bool is_last)
{
	char *qualified = NULL, *joined = NULL;
	const char *name = function ? debug_names_find(function, &qualified) : "";
	struct debug_frame frame = {.name = qualified ? qualified : name,
				    .system_name = name,
				    .file = absolute_file(visit, place.file, &joined),
				    .line = place.line > 0 ? (uint32_t)place.line : 0,
				    .is_last = is_last};

	if (function)
		frame.start_line = start_line(function, place.file);
	visit->found(&frame, visit->argument);
	free(qualified);
	free(joined);
}

/* From the innermost scope outwards: the line of each function is where it called the one before. */
static void visit_scopes(const struct visit *visit, Dwarf_Die *scopes, int count, struct place place)
{
	for (int i = 0; i < count; i++) {
		int tag = dwarf_tag(&scopes[i]);

		if (tag == DW_TAG_subprogram) {
			visit_frame(visit, &scopes[i], place, true);
			return;
		}
		if (tag == DW_TAG_inlined_subroutine) {
			visit_frame(visit, &scopes[i], place, false);
			place = place_of_attributes(&scopes[i], DW_AT_call_file, DW_AT_call_line);
		}
	}
	visit_frame(visit, NULL, place, true);
}

/* A skeleton has the lines; what it stands for, in a .dwo file, has the functions. */
static Dwarf_Die unit_of_functions(const Dwarf_Die *unit)
{
	Dwarf_Die split;
	uint8_t type;

	if (dwarf_cu_info(unit->cu, NULL, &type, NULL, &split, NULL, NULL, NULL) == 0 && type == DW_UT_skeleton &&
	    split.addr)
		return split;
	return *unit;
}

void debug_lines_find(const struct debug_lines *lines, uint64_t position,
		      void (*found)(const struct debug_frame *frame, void *argument), void *argument)
{
	struct visit visit = {.found = found, .argument = argument};
	Dwarf_Addr own = position + lines->shift;
	Dwarf_Die unit, functions, innermost, *scopes = NULL;
	Dwarf_Attribute attribute;
	struct place place;
	int count;

	if (!find_unit(lines, own, &unit))
		return;
	place = place_of_address(&unit, own);
	if (!place.file || !place.line)
		return;
	visit.directory = dwarf_formstring(dwarf_attr(&unit, DW_AT_comp_dir, &attribute));
	if (!visit.directory)
		visit.directory = "";
	functions = unit_of_functions(&unit);
	count = dwarf_getscopes(&functions, own, &scopes);
	if (count > 0) {
		innermost = scopes[0];
		free(scopes);
		count = dwarf_getscopes_die(&innermost, &scopes);
	}
	visit_scopes(&visit, scopes, count, place);
	if (count > 0)
		free(scopes);
}
