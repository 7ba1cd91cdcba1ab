# SPDX-License-Identifier: MIT
# make            build/libcontend.so and build/contend
# make demo       installs what is missing, profiles a real server, shows its worst contention
# make check      installs what is missing, builds, runs all tests
# make stress     storms for about half an hour; writes what came of them into tests/stress/README.md
# make bench      the cost, measured on this machine: tables and plots in build/bench (QUICK=1: in a few minutes)
# make bench-servers  the cost for real servers, in half an hour
# make fuzz       the readers of foreign files under a fuzzer, FUZZ_SECONDS (900) each
# make install    to PREFIX (/usr/local), BINDIR, LIBDIR, INCLUDEDIR, DATADIR, all below DESTDIR; make uninstall
# make deb        a Debian package, build/contend_VERSION_amd64.deb; no root needed
# Variables: ARCH, another processor than this machine's (aarch64), by Debian's cross compiler, into build/ARCH; CC, CFLAGS, SANITIZE=address|undefined|thread (units only; fuzz: what is fuzzed), V=1 for full commands,
# LIBUNWIND_SRC=dir and JEMALLOC_SRC=dir for their sources (else fetched as Debian source packages).

ARCH     ?=
CC       ?= gcc
CFLAGS   ?= -O2 -g
SANITIZE ?=
VERSION  := 0.1.0

PREFIX     ?= /usr/local
BINDIR     ?= $(PREFIX)/bin
LIBDIR     ?= $(PREFIX)/lib
INCLUDEDIR ?= $(PREFIX)/include
DATADIR    ?= $(PREFIX)/share

# What is built for another architecture than this machine's lies in a folder of its own, as do that one's libraries.
ifneq ($(filter-out $(shell uname -m),$(ARCH)),)
CC       := $(ARCH)-linux-gnu-gcc
CXX      := $(ARCH)-linux-gnu-g++
endif
machine  := $(shell $(CC) -dumpmachine)
arch     := $(firstword $(subst -, ,$(machine)))
foreign  := $(filter-out $(shell uname -m),$(arch))
tools    := $(if $(foreign),$(arch)-linux-gnu-)
root     := build$(if $(foreign),/$(arch))
build    := $(root)$(if $(SANITIZE),/$(SANITIZE))

comma    := ,

ifneq ($(foreign),)
AR       := $(tools)ar
sysroot  := $(root)/sysroot/$(shell . /etc/os-release && echo $$VERSION_CODENAME)
sysroot_folders := $(sysroot)/usr/lib/$(arch)-linux-gnu $(sysroot)/lib/$(arch)-linux-gnu
sysroot_packages := libc6 libgcc-s1 libstdc++6 libprotobuf-c-dev zlib1g-dev zlib1g libiberty-dev libdw-dev libdw1 libelf-dev libelf1 \
	liblzma5 libbz2-1.0 libdebuginfod-dev libevent-dev libcurl4-gnutls-dev libncurses-dev libncursesw6 libtinfo6
debian_aarch64 := arm64
override CFLAGS += $(addprefix -isystem ,$(sysroot)/usr/include $(sysroot)/usr/include/$(arch)-linux-gnu)
override LDFLAGS += $(foreach d,$(sysroot_folders),-L$(d) -Wl$(comma)-rpath-link$(comma)$(d))
endif
library = $(if $(foreign),$(sysroot)/usr/lib/$(arch)-linux-gnu/$(1),$$($(CC) -print-file-name=$(1)))

ifeq ($(V),)
quiet = @printf '  %-7s %s\n' '$(1)' '$(patsubst $(CURDIR)/%,%,$@)';
else
quiet =
endif

flags_of_x86_64 := -mcx16 # the waiters' account changes 16 bytes at once
fuzzing    := address,undefined
sanitizers := $(if $(filter fuzz,$(SANITIZE)),fuzzer-no-link$(comma)$(fuzzing),$(SANITIZE))
override CFLAGS += -std=gnu17 -D_GNU_SOURCE -Wall -Wextra -Wmissing-prototypes -Wstrict-prototypes -MMD -MP \
	-fPIC -fvisibility=hidden -ftls-model=initial-exec -fasynchronous-unwind-tables \
	-fno-semantic-interposition $(flags_of_$(arch)) $(if $(SANITIZE),-fsanitize=$(sanitizers) -fno-sanitize-recover=all)

objects = $(patsubst %.c,$(build)/%.o,$(1))
sources = $(sort $(wildcard $(1)/*.c $(1)/$(arch)/*.c))
sampling  := $(call objects,$(call sources,sampling))
tool      := $(call objects,$(sort $(wildcard report/tool_*.c)))
report    := $(filter-out $(tool),$(call objects,$(sort $(wildcard report/*.c)))) $(build)/proto/profile.pb-c.o
interpose := $(call objects,$(call sources,interpose))
units     := $(patsubst %.c,$(build)/%,$(sort $(wildcard tests/unit/*_test.c)))

# Test programs: X.c or X.cc becomes X; X_library*.c a library that X is linked with, X_plugin*.c one that X may load. (All of
# tests/stress but plug-ins becomes one program.)
sources_of = $(sort $(foreach d,hazard live bench,$(wildcard tests/$(d)/*$(1))))
storms    := $(sort $(wildcard tests/stress/*.c))
is_shared  = $(findstring _plugin,$(notdir $(1)))$(findstring _library,$(notdir $(1)))
shared    := $(foreach f,$(call sources_of,.c) $(call sources_of,.cc) $(if $(foreign),,$(storms)),$(if $(call is_shared,$f),$(root)/$(basename $f).so))
libraries_of = $(filter $(root)/$(1)_library%,$(shared))
# A comment "processor: ..." in the source says that it is for that one only.
others    := $(if $(foreign),$(shell grep -lE '^ \* processor: ' tests/hazard/*.c tests/live/*.c | xargs -r grep -LxE ' \* processor: $(arch)'))
programs  := $(foreach f,$(filter-out $(others),$(call sources_of,.c) $(call sources_of,.cc)),$(if $(call is_shared,$f),,$(root)/$(basename $f)))

.DELETE_ON_ERROR:
.PHONY: all check stress demo bench bench-programs bench-servers fuzz fuzzers install-needs units programs install uninstall deb clean
all: $(root)/libcontend.so $(root)/contend $(root)/contend.1 $(root)/libcontend.7

# The architecture: which folder sees which. An include against the arrow does not compile. What differs between processors is in
# folders of their names, beside the rest.
with_arch = $(foreach d,$(1),$(d) $(wildcard $(d)/$(arch)))
$(build)/sampling/%.o:          sees := sampling
$(build)/sampling/frame_oracle.o: sees := sampling $(root)/private/include
$(build)/interpose/%.o:         sees := interpose sampling
$(build)/interpose/startup.o:   sees := interpose sampling report .
$(build)/report/%.o:            sees := report sampling . $(build)/proto
$(build)/report/tool_show_html.o $(build)/report/tool_show_svg.o: sees := report sampling . $(build)/proto $(build)/report
$(build)/report/symbol_search.o: sees := report sampling interpose # the names in functions.def
$(build)/report/lock_owner.o:    sees := report sampling interpose # how libc lays out what it locks
$(build)/proto/%.o:             sees := $(build)/proto
$(build)/tests/%.o:             sees := tests tests/unit interpose sampling report . $(build)/proto

$(build)/%.o: %.c
	@mkdir -p $(@D)
	$(call quiet,CC)$(CC) $(CFLAGS) $(addprefix -iquote ,$(call with_arch,$(sees))) -c -o $@ $<

# What assembler at the top of a file names, link-time optimization would not find.
$(build)/interpose/$(arch)/syscall_entry.o $(build)/report/message.o: override CFLAGS += -fno-lto

$(build)/report/tool_main.o: override CFLAGS += -DCONTEND_VERSION='"$(VERSION)"'
$(build)/report/tool_main.o: Makefile

$(build)/proto/profile.pb-c.c: proto/profile.proto
	@mkdir -p $(@D)
	$(call quiet,PROTOC)protoc-c --proto_path=proto --c_out=$(@D) $<
$(build)/proto/profile.pb-c.o: $(build)/proto/profile.pb-c.c
	$(call quiet,CC)$(CC) $(CFLAGS) -iquote $(@D) -c -o $@ $<
$(report) $(tool): | $(build)/proto/profile.pb-c.c

ifneq ($(foreign),)
$(sysroot): .ci/fetch-release
	$(call quiet,FETCH)rm -rf $@ && ARCHITECTURE=$(debian_$(arch)) sh $< $(@F) $(@D) $(sysroot_packages) >/dev/null && touch $@
.PHONY: sysroot
sysroot: $(sysroot)
$(report) $(tool) $(root)/private/libprotobuf-c.a $(root)/private/libz.a: | $(sysroot)
endif

# The two libraries that we build ourselves, position-independent, hidden and with their outside calls redirected.
$(root)/private/libunwind.o: sampling/libunwind.sh $(wildcard sampling/libunwind/*) .ci/fetch-source
	$(call quiet,BUILD)CC='$(CC)' SOURCES=build/private/src sh $< $@
$(root)/private/jemalloc.o: report/jemalloc.sh report/jemalloc/outside.c .ci/fetch-source
	$(call quiet,BUILD)CC='$(CC)' SOURCES=build/private/src sh $< $@

# The two that Debian builds position-independent, with their default allocators made ours.
$(root)/private/lib%.a:
	@mkdir -p $(@D)
	$(call quiet,COPY)$(tools)objcopy --redefine-sym malloc=heap_alloc --redefine-sym free=heap_free \
		$(call library,lib$*.a) $@

# What flame graphs are made of, embedded in the tool.
$(build)/report/flame_files.h: report/embed.sh $(wildcard report/flame*.html report/flame*.css report/flame*.js)
	@mkdir -p $(@D)
	$(call quiet,EMBED)sh $^ > $@
$(build)/report/tool_show_html.o $(build)/report/tool_show_svg.o: $(build)/report/flame_files.h

$(build)/sampling/frame_oracle.o: | $(root)/private/libunwind.o

$(build)/sampling.a: $(sampling)
$(build)/report.a: $(report)
$(build)/%.a:
	$(call quiet,AR)rm -f $@ && $(AR) rcs $@ $^

$(root)/libcontend.map: interpose/functions.def interpose/exports.sh sampling/$(arch)/libc_layout.h
	@mkdir -p $(@D)
	$(call quiet,MAP)sh interpose/exports.sh sampling/$(arch)/libc_layout.h > $@
# Of the reports only what the library calls: what only the command needs stays in the archive.
$(root)/libcontend.so: $(root)/libcontend.map $(interpose) $(sampling) $(build)/report/api.o $(root)/report.a \
		$(root)/private/libunwind.o $(root)/private/jemalloc.o $(root)/private/libprotobuf-c.a $(root)/private/libz.a
	$(call quiet,LINK)$(CC) $(CFLAGS) $(LDFLAGS) -shared -Wl,-soname,libcontend.so -Wl,--version-script,$< \
		-Wl,-z,defs -Wl,-z,now -Wl,-z,nodelete -Wl,-z,noexecstack -Wl,--exclude-libs,ALL -o $@ \
		$(filter %.o %.a,$^)

tool_links := -l:libprotobuf-c.a -l:libz.a -l:libiberty.a -l:libevent_extra.a -l:libevent_core.a -ldw -lelf -lncursesw -ltinfo \
	-lm
$(root)/contend: $(tool) $(root)/report.a $(root)/sampling.a $(root)/private/libunwind.o $(root)/private/jemalloc.o
	$(call quiet,LINK)$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $^ $(tool_links)

# The manual is made of the texts in report/install and of what `contend` says of itself.
$(root)/contend.1 $(root)/libcontend.7: $(root)/%: report/install/%.in report/install/manual.sh $(root)/contend
	$(call quiet,MAN)sh report/install/manual.sh $(root)/contend $(VERSION) $< > $@

# Mode, file, place: one list for install and uninstall.
installed := 755:$(root)/contend:$(BINDIR)/contend \
	644:$(root)/libcontend.so:$(LIBDIR)/libcontend.so \
	644:contend.h:$(INCLUDEDIR)/contend.h \
	644:$(root)/contend.1:$(DATADIR)/man/man1/contend.1 \
	644:$(root)/libcontend.7:$(DATADIR)/man/man7/libcontend.7 \
	644:report/install/completion.bash:$(DATADIR)/bash-completion/completions/contend
pkg_config := $(LIBDIR)/pkgconfig/contend.pc
install: all
	@for entry in $(installed); do \
		(IFS=:; set -- $$entry; install -v -D -m "$$1" "$$2" "$(DESTDIR)$$3") || exit; \
	done
	@sed 's|@PREFIX@|$(PREFIX)|; s|@INCLUDEDIR@|$(INCLUDEDIR)|; s|@VERSION@|$(VERSION)|' \
		report/install/contend.pc.in | install -v -D -m 644 /dev/stdin $(DESTDIR)$(pkg_config)
uninstall:
	rm -f $(foreach entry,$(installed),$(DESTDIR)$(lastword $(subst :, ,$(entry)))) $(DESTDIR)$(pkg_config)

deb: all
	@MAKE='$(MAKE)' sh report/install/deb.sh $(VERSION)

$(build)/tests/check.a: $(build)/tests/check.o $(build)/tests/check_threads.o
$(build)/tests/unit/%_test: $(build)/tests/unit/%_test.o $(root)/private/libunwind.o $(root)/private/jemalloc.o \
		$(build)/tests/check.a $(build)/report.a $(build)/sampling.a
	$(call quiet,LINK)$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $^ -l:libprotobuf-c.a -l:libz.a -lm -lpthread
units: $(units)

# Two plug-ins that the stack's test loads in turn: as any program is built, so that they differ in frame sizes only.
stack_plugins := $(patsubst %.c,$(build)/%.so,$(wildcard tests/unit/stack_plugin_*.c))
$(build)/tests/unit/stack_test: | $(stack_plugins)
$(stack_plugins): $(build)/%.so: %.c
	@mkdir -p $(@D)
	$(call quiet,CC)$(CC) -std=gnu17 $(program_flags) -fPIC -shared -o $@ $<

# Readers of foreign files under clang's fuzzer, in build/fuzz: `make fuzzers`.
fuzzers := $(patsubst %.c,build/fuzz/%,$(sort $(wildcard tests/fuzz/*_fuzz.c)))
ifeq ($(SANITIZE),fuzz)
fuzzers: $(fuzzers)
.SECONDARY: $(addsuffix .o,$(fuzzers))
$(build)/tests/fuzz/fuzz.a: $(call objects,$(filter-out %_fuzz.c,$(sort $(wildcard tests/fuzz/*.c))))
$(build)/tests/fuzz/tool_main.o: $(build)/report/tool_main.o
	$(call quiet,COPY)objcopy --redefine-sym main=contend_main $< $@
$(build)/tests/fuzz/%_fuzz: $(build)/tests/fuzz/%_fuzz.o $(build)/tests/fuzz/fuzz.a $(build)/tests/fuzz/tool_main.o \
		$(filter-out %/tool_main.o,$(tool)) $(build)/report.a $(build)/sampling.a $(root)/private/libunwind.o
	$(call quiet,LINK)$(CC) $(CFLAGS) $(LDFLAGS) -fsanitize=fuzzer,$(fuzzing) -o $@ $^ $(tool_links)
else
fuzzers:
	@$(MAKE) --no-print-directory SANITIZE=fuzz CC=clang fuzzers
endif

# As any program is built: no flag that only the library needs. A comment "flags: ..." in the source adds flags.
program_flags = -O2 -g -Wall -Wextra -D_GNU_SOURCE -iquote tests -MMD -MP -MF $@.d -MT $@ \
	$(patsubst sampling,sampling -iquote sampling/$(arch),$(shell sed -n 's/^ \* flags: //p' $<))
program_links = $(filter %.so %.o %.a,$^) -Wl,--no-as-needed -Wl,-rpath,'$$ORIGIN' -lpthread -ldl
.SECONDEXPANSION:
$(filter %.so,$(shared)): $(root)/%.so: $$(wildcard $$*.c $$*.cc)
	@mkdir -p $(@D)
	$(call quiet,CC)$(if $(filter %.cc,$<),$(CXX) -std=gnu++17,$(CC) -std=gnu17) $(program_flags) -fPIC -shared -Wl,-soname,$(@F) -o $@ $<
$(programs): $(root)/%: $$(wildcard $$*.c $$*.cc) $$(call libraries_of,$$*) $(root)/tests/check.a
	@mkdir -p $(@D)
	$(call quiet,CC)$(if $(filter %.cc,$<),$(CXX) -std=gnu++17,$(CC) -std=gnu17) $(program_flags) -o $@ $< $(program_links)
$(root)/tests/bench/stack: $(root)/sampling.a $(root)/private/libunwind.o
$(root)/tests/live/every_instruction: $(root)/report.a $(root)/sampling.a $(root)/private/libunwind.o $(root)/private/jemalloc.o
# All storms are one program, so that they can rage in one process. Again with ASan, whose runtime must come first: linked in.
storms := $(foreach f,$(storms),$(if $(call is_shared,$f),,$f))
asan   := -fsanitize=address -fno-omit-frame-pointer
$(root)/tests/stress/%.o: tests/stress/%.c
	@mkdir -p $(@D)
	$(call quiet,CC)$(CC) -std=gnu17 $(program_flags) $(addprefix -iquote ,$(call with_arch,sampling)) -c -o $@ $<
$(root)/tests/stress/asan/%.o: tests/stress/%.c
	@mkdir -p $(@D)
	$(call quiet,CC)$(CC) -std=gnu17 $(program_flags) $(addprefix -iquote ,$(call with_arch,sampling)) $(asan) -c -o $@ $<
$(root)/tests/stress/stress: $(patsubst %.c,$(root)/%.o,$(storms))
	$(call quiet,LINK)$(CC) -rdynamic -o $@ $(program_links) -l:libz.a
$(root)/tests/stress/stress_asan: $(patsubst tests/stress/%.c,$(root)/tests/stress/asan/%.o,$(storms))
	$(call quiet,LINK)$(CC) $(asan) -static-libasan -rdynamic -o $@ $(program_links) -l:libz.a
$(root)/tests/supervise: tests/supervise.c
	@mkdir -p $(@D)
	$(call quiet,CC)$(CC) -std=gnu17 $(program_flags) -o $@ $<
$(root)/tests/decode.o: | $(root)/proto/profile.pb-c.c
$(root)/tests/decode: $(root)/tests/decode.o $(root)/proto/profile.pb-c.o
	$(call quiet,LINK)$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $^ -l:libprotobuf-c.a -l:libz.a
bench-programs: $(filter $(root)/tests/bench/%,$(programs)) $(root)/tests/decode
programs: $(programs) $(shared) $(if $(foreign),,$(root)/tests/supervise $(root)/tests/decode $(root)/tests/stress/stress \
	$(root)/tests/stress/stress_asan)

# Programs of another architecture, as ones that can be started here.
ifneq ($(foreign),)
emulated := $(patsubst $(root)/%,$(root)/emulated/%,$(units) $(programs) $(root)/contend)
hosts    := supervise decode
.PHONY: emulated
$(root)/emulated/launch: tests/launch.c
	@mkdir -p $(@D)
	$(call quiet,CC)gcc -O2 -Wall -Wextra -D_GNU_SOURCE -DRELEASE='"$(notdir $(sysroot))"' -DEMULATOR='"qemu-$(arch)"' -static -o $@ $<
$(emulated): $(root)/emulated/launch
	@mkdir -p $(@D) && ln -f $< $@
emulated: $(emulated) $(root)/libcontend.so $(root)/contend units programs
	@$(MAKE) --no-print-directory ARCH= $(hosts:%=build/tests/%)
	@ln -sf $(hosts:%=$(CURDIR)/build/tests/%) $(root)/emulated/tests/
endif

install-needs:
	@sh .ci/install-needs
check: install-needs
	@bash tests/run.sh
demo: install-needs
	@bash tests/demo.sh
stress: install-needs
	@bash tests/stress/run.sh
bench:
	@sh .ci/install-needs bench
	@bash tests/bench/run.sh
bench-servers:
	@sh .ci/install-needs bench-servers
	@bash tests/bench/run.sh servers
fuzz: install-needs fuzzers
	@bash tests/fuzz/run.sh
clean:
	rm -rf build

-include $(shell find build -type f -name '*.d' 2>/dev/null)
