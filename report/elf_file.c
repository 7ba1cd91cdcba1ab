/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "heap.h"
#include "kernel.h"
#include "elf_file.h"

enum {
	SECTIONS_LIMIT = 1 << 20,
	NOTES_LIMIT_BYTES = 64 * 1024,
	BUILD_ID_LEAST_BYTES = 2, /* the first is a directory, the rest a file name */
};

int elf_file_read(const struct elf_file *file, uint64_t offset, void *out_bytes, size_t bytes)
{
	char *at = out_bytes;

	if (offset > file->file_bytes || bytes > file->file_bytes - offset)
		return -ENOEXEC;
	while (bytes > 0) {
		long count = KERNEL_CALL(pread64, file->descriptor, at, bytes, offset);

		if (count == -EINTR)
			continue;
		if (count <= 0)
			return count ? (int)count : -ENOEXEC;
		at += count;
		offset += count;
		bytes -= count;
	}
	return 0;
}

int elf_file_read_string(const struct elf_file *file, uint32_t section, uint64_t offset, char *out_text, size_t limit)
{
	const Elf64_Shdr *strings;
	size_t bytes = limit - 1;
	int error;

	if (section >= file->section_count)
		return -ENOEXEC;
	strings = &file->sections[section];
	if (strings->sh_type != SHT_STRTAB || offset >= strings->sh_size)
		return -ENOEXEC;
	if (bytes > strings->sh_size - offset)
		bytes = strings->sh_size - offset;
	if (strings->sh_offset > file->file_bytes || offset > file->file_bytes - strings->sh_offset)
		return -ENOEXEC;
	if (bytes > file->file_bytes - strings->sh_offset - offset)
		bytes = file->file_bytes - strings->sh_offset - offset;
	error = elf_file_read(file, strings->sh_offset + offset, out_text, bytes);
	if (!error)
		out_text[bytes] = '\0';
	return error;
}

const Elf64_Shdr *elf_file_section(const struct elf_file *file, uint32_t type)
{
	for (size_t i = 0; i < file->section_count; i++)
		if (file->sections[i].sh_type == type && file->sections[i].sh_size > 0)
			return &file->sections[i];
	return NULL;
}

/* A file may have more sections than its header can count; then the first section header knows. */
static int elf_file_read_sections(struct elf_file *file, const Elf64_Ehdr *header)
{
	uint64_t count = header->e_shnum;
	Elf64_Shdr first;
	int error;

	if (header->e_shoff == 0)
		return 0;
	if (header->e_shentsize != sizeof(Elf64_Shdr))
		return -ENOEXEC;
	error = elf_file_read(file, header->e_shoff, &first, sizeof(first));
	if (error)
		return error;
	if (count == 0)
		count = first.sh_size;
	if (count > SECTIONS_LIMIT || count > file->file_bytes / sizeof(Elf64_Shdr))
		return -ENOEXEC;
	file->sections = heap_alloc_array(count, sizeof(Elf64_Shdr));
	if (!file->sections)
		return -ENOMEM;
	file->section_count = count;
	return elf_file_read(file, header->e_shoff, file->sections, count * sizeof(Elf64_Shdr));
}

static size_t note_align(size_t bytes)
{
	return (bytes + 3) & ~(size_t)3;
}

/* Looks for the GNU build id among the notes in `bytes` bytes. */
static void elf_file_find_build_id(struct elf_file *file, const char *notes, size_t bytes)
{
	Elf64_Nhdr note;

	while (bytes >= sizeof(note)) {
		memcpy(&note, notes, sizeof(note));
		size_t name_bytes = note_align(note.n_namesz);
		size_t total_bytes = sizeof(note) + name_bytes + note_align(note.n_descsz);

		if (total_bytes > bytes)
			return;
		if (note.n_type == NT_GNU_BUILD_ID && note.n_namesz == sizeof("GNU") &&
		    note.n_descsz >= BUILD_ID_LEAST_BYTES && note.n_descsz <= sizeof(file->build_id) &&
		    memcmp(notes + sizeof(note), "GNU", sizeof("GNU")) == 0) {
			memcpy(file->build_id, notes + sizeof(note) + name_bytes, note.n_descsz);
			file->build_id_bytes = note.n_descsz;
			return;
		}
		notes += total_bytes;
		bytes -= total_bytes;
	}
}

/* Notes that cannot be read are no notes: a build id is not needed to find names. */
static int elf_file_read_notes(struct elf_file *file, uint64_t offset, uint64_t bytes)
{
	char *notes;

	if (bytes > NOTES_LIMIT_BYTES)
		return 0;
	notes = heap_alloc(bytes);
	if (!notes)
		return -ENOMEM;
	if (elf_file_read(file, offset, notes, bytes) == 0)
		elf_file_find_build_id(file, notes, bytes);
	heap_free(notes);
	return 0;
}

/* By sections, because the segments of a separate debug file are not in it; by segments where there are no sections. */
static int elf_file_read_build_id(struct elf_file *file, const Elf64_Ehdr *header)
{
	int error = 0;

	for (size_t i = 0; i < file->section_count && !file->build_id_bytes && !error; i++)
		if (file->sections[i].sh_type == SHT_NOTE)
			error = elf_file_read_notes(file, file->sections[i].sh_offset, file->sections[i].sh_size);
	if (file->section_count > 0 || header->e_phentsize != sizeof(Elf64_Phdr))
		return error;
	for (size_t i = 0; i < header->e_phnum && !file->build_id_bytes && !error; i++) {
		Elf64_Phdr segment;

		error = elf_file_read(file, header->e_phoff + i * sizeof(segment), &segment, sizeof(segment));
		if (!error && segment.p_type == PT_NOTE)
			error = elf_file_read_notes(file, segment.p_offset, segment.p_filesz);
	}
	return error;
}

static int elf_file_load(struct elf_file *file)
{
	Elf64_Ehdr header;
	int error = elf_file_read(file, 0, &header, sizeof(header));

	if (error)
		return error;
	if (memcmp(header.e_ident, ELFMAG, SELFMAG) || header.e_ident[EI_CLASS] != ELFCLASS64 ||
	    header.e_ident[EI_DATA] != ELFDATA2LSB)
		return -ENOEXEC;
	error = elf_file_read_sections(file, &header);
	return error ? error : elf_file_read_build_id(file, &header);
}

int elf_file_open(const char *root, const char *path, struct elf_file *out_file)
{
	struct elf_file file = {0};
	struct stat status;
	int error;

	file.descriptor = descriptor_open_regular(root, path, O_RDONLY, &status);
	if (file.descriptor < 0)
		return file.descriptor == -EINVAL ? -ENOEXEC : file.descriptor;
	file.target = (struct descriptor_target){.device = status.st_dev, .inode = status.st_ino};
	file.file_bytes = status.st_size;
	error = elf_file_load(&file);
	if (error)
		elf_file_close(&file);
	else
		*out_file = file;
	return error;
}

int elf_file_open_debug(const char *root, const uint8_t *build_id, size_t build_id_bytes, struct elf_file *out_file)
{
	char path[sizeof("/usr/lib/debug/.build-id//.debug") + 2 * ELF_FILE_BUILD_ID_BYTES];
	int length;

	if (build_id_bytes < BUILD_ID_LEAST_BYTES || build_id_bytes > ELF_FILE_BUILD_ID_BYTES)
		return -ENOENT;
	length = snprintf(path, sizeof(path), "/usr/lib/debug/.build-id/%02x/", build_id[0]);
	for (size_t i = 1; i < build_id_bytes; i++)
		length += snprintf(path + length, 3, "%02x", build_id[i]);
	memcpy(path + length, ".debug", sizeof(".debug"));
	return elf_file_open(root, path, out_file);
}

void elf_file_close(struct elf_file *file)
{
	descriptor_close(file->descriptor, &file->target);
	heap_free(file->sections);
	*file = (struct elf_file){.descriptor = -1};
}
