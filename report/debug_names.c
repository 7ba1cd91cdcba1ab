/* SPDX-License-Identifier: MIT */
#include <dwarf.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "debug_names.h"

enum { REFERENCES_LIMIT = 16 };

/* What a function refers to for all that its copies have in common: where it was declared. Hostile files refer in circles. */
static Dwarf_Die declaration_of(const Dwarf_Die *function)
{
	static const unsigned references[] = {DW_AT_abstract_origin, DW_AT_specification};
	Dwarf_Die die = *function;

	for (int i = 0; i < REFERENCES_LIMIT; i++) {
		Dwarf_Attribute attribute;
		Dwarf_Die next;

		if (!dwarf_formref_die(dwarf_attr(&die, references[0], &attribute), &next) &&
		    !dwarf_formref_die(dwarf_attr(&die, references[1], &attribute), &next))
			break;
		die = next;
	}
	return die;
}

static bool is_name_space(Dwarf_Die *die)
{
	int tag = dwarf_tag(die);

	return tag == DW_TAG_namespace || tag == DW_TAG_class_type || tag == DW_TAG_structure_type ||
	       tag == DW_TAG_union_type;
}

static const char *own_name(Dwarf_Die *die)
{
	Dwarf_Attribute attribute;
	const char *name = dwarf_formstring(dwarf_attr(die, DW_AT_name, &attribute));

	if (name)
		return name;
	return dwarf_tag(die) == DW_TAG_namespace ? "(anonymous namespace)" : "(anonymous)";
}

/* NULL if it is in nothing that has a name. */
static char *qualify(Dwarf_Die *declaration, const char *name)
{
	Dwarf_Die *scopes = NULL;
	int count = dwarf_getscopes_die(declaration, &scopes);
	char *qualified = NULL;

	for (int i = 1; i < count && is_name_space(&scopes[i]); i++) {
		char *longer;

		if (asprintf(&longer, "%s::%s", own_name(&scopes[i]), qualified ? qualified : name) < 0)
			break;
		free(qualified);
		qualified = longer;
	}
	free(scopes);
	return qualified;
}

const char *debug_names_find(Dwarf_Die *function, char **out_qualified)
{
	static const unsigned linkages[] = {DW_AT_linkage_name, DW_AT_MIPS_linkage_name};
	Dwarf_Attribute attribute;
	const char *name = NULL;
	Dwarf_Die declaration;

	for (size_t i = 0; !name && i < sizeof(linkages) / sizeof(linkages[0]); i++)
		name = dwarf_formstring(dwarf_attr_integrate(function, linkages[i], &attribute));
	if (name)
		return name;
	name = dwarf_diename(function);
	if (!name)
		return "";
	declaration = declaration_of(function);
	*out_qualified = qualify(&declaration, name);
	return name;
}
