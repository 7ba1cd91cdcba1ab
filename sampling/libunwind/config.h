/* SPDX-License-Identifier: MIT */
/* What libunwind's configure script would find on Linux x86-64 with glibc, as far as its remote half asks. */
#define HAVE_ELF_H    1
#define HAVE_ENDIAN_H 1
#define HAVE_LINK_H   1
#define SIZEOF_OFF_T  8

#define PACKAGE_STRING    "libunwind"
#define PACKAGE_BUGREPORT ""
