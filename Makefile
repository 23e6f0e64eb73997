# SPDX-License-Identifier: LGPL-2.1-or-later
# Products go to build/; ./configure writes build/config.mk first. `make help` lists the targets.

B := build
ifeq ($(filter help clean,$(MAKECMDGOALS)),)
ifeq ($(wildcard $B/config.mk),)
$(error run ./configure first (./configure --install-deps installs what it misses))
endif
include $B/config.mk
endif

# As many jobs as processors, where the command line doesn't say.
ifeq ($(filter -j% --jobserver%,$(MAKEFLAGS)),)
MAKEFLAGS += -j$(shell nproc)
endif

S := dlls/httpapi
WARN := -Wall -Wextra -Wno-missing-field-initializers
# What is built for use carries the compiler's and linker's defences: tests/suites/hardening looks for them.
HARDEN := -fstack-protector-strong $(HARDEN_CFLAGS)
HARDEN_LD := -Wl,-z,relro,-z,now,-z,noexecstack,-z,separate-code
# MinGW's stack protector would need a DLL beside ours, so the Windows half, which keeps no client's bytes, has none.
PE_HARDEN_LD := -Wl,--dynamicbase,--nxcompat
ELF_CFLAGS := -std=gnu11 -g -O2 -fPIC -pthread -fvisibility=hidden -D_GNU_SOURCE $(WARN) \
 -Iinclude -Iinclude/win32 -I$B $(LLHTTP_CFLAGS)
PE_CFLAGS := -std=gnu11 -g -O2 -D_WIN32_WINNT=0x0A00 -DHTTPAPI_LINKAGE= $(WARN) -Iinclude -I$B
ELF_LIBS := -lev -lidn2 $(LLHTTP_LIBS) -pthread

ENGINE := $(wildcard $S/engine/*.c)
API := $(wildcard $S/api/*.c)
NATIVE := $(wildcard $S/host/native/*.c)
SAMPLES := $(patsubst samples/%.c,%,$(wildcard samples/*.c))
HEADERS := $(wildcard include/*.h include/win32/*.h $S/*.h $S/*/*.h $S/host/native/*.h)

W := $B/wine
LIB := $(DESTDIR)$(PREFIX)/lib/httpapi

# The pair of DLL and .so, once for each architecture of Wine's; configure says whether there is an i386. An architecture's
# programs end in EXE.
ARCHES := x86_64 $(if $(MINGW32_CC),i386)
x86_64_MINGW := $(MINGW_CC)
x86_64_VARIANT := native
x86_64_IMPLIB := $W/libhttpapi.a
x86_64_EXE := .exe
x86_64_PE_LD := $(PE_HARDEN_LD),--high-entropy-va
i386_MINGW := $(MINGW32_CC)
i386_VARIANT := i386
i386_IMPLIB := $W/libhttpapi32.a
i386_EXE := 32.exe
i386_PE_LD := $(PE_HARDEN_LD)
PAIR := $(foreach a,$(ARCHES),$W/$a-windows/httpapi.dll $W/$a-windows/httpev.dll $W/$a-unix/httpev.so)
IMPLIBS := $(foreach a,$(ARCHES),$($a_IMPLIB))
TOOLS := $(foreach a,$(ARCHES),$W/$a-windows/httpapi-probe.exe)
# $(call exes,NAME): its name for each architecture
exes = $(foreach a,$(ARCHES),$(addsuffix $($a_EXE),$1))

all: wine native samples
wine: $(PAIR) $(IMPLIBS) $(TOOLS)
native: $B/native/libhttpapi.so
samples: $(call exes,$(SAMPLES:%=$B/samples/%)) $(SAMPLES:%=$B/samples/%)

# Both halves carry the same build id, made from the sources: a mixed installation is noticed.
$B/build_id.h: $(HEADERS) $(ENGINE) $(API) $(wildcard $S/pe/* $S/host/*.c)
	@id=$$(cat $^ | cksum | cut -d' ' -f1); echo "#define BUILD_ID \"$$id\"" >$@

# --- ELF: the engine, the API and the native host, once for each variant
define elf_variant
$(1)_OBJS := $$(patsubst $S/%.c,$B/$(1)/obj/%.o,$(ENGINE) $(API)) $$(patsubst /%.c,$B/$(1)/obj/llhttp/%.o,$(LLHTTP_SOURCES))
$B/$(1)/obj/%.o: $S/%.c $B/config.h
	@mkdir -p $$(@D)
	$$(CC) $$(ELF_CFLAGS) $$($(1)_FLAGS) -MMD -MP -c -o $$@ $$<
$B/$(1)/obj/llhttp/%.o: /%.c
	@mkdir -p $$(@D)
	$$(CC) $$(ELF_CFLAGS) -w $$($(1)_FLAGS) -c -o $$@ $$<
$B/$(1)/libhttpapi.so: $$($(1)_OBJS) $$(patsubst $S/%.c,$B/$(1)/obj/%.o,$(NATIVE))
	$$(CC) -shared $$($(1)_FLAGS) -Wl,-soname,libhttpapi.so -Wl,-z,defs $(HARDEN_LD) -o $$@ $$^ $$(ELF_LIBS)
-include $$(shell find $B/$(1)/obj -name '*.d' 2>/dev/null)
endef
native_FLAGS := $(HARDEN)
asan_FLAGS := -fsanitize=address,undefined -fno-sanitize-recover=undefined -fno-omit-frame-pointer
tsan_FLAGS := -fsanitize=thread
# NULL + 0 is something for C2y, and for every compiler.
fuzz_FLAGS := -fsanitize=fuzzer-no-link,address,undefined -fno-sanitize=pointer-overflow -fno-sanitize-recover=undefined \
 -fno-omit-frame-pointer -Wno-bitwise-instead-of-logical
$B/fuzz/%: private CC = $(CLANG)
i386_FLAGS := -m32 -D_FILE_OFFSET_BITS=64 $(HARDEN)
$(foreach variant,native asan tsan i386 fuzz,$(eval $(call elf_variant,$(variant))))

# --- the pair: $(call wine_pair,ARCHITECTURE,VARIANT of the ELF objects)
define wine_pair
$1_HOST := $(patsubst $S/%.c,$B/$2/obj/%.o,$(wildcard $S/host/*.c))
$$($1_HOST): $B/build_id.h

$W/obj/$1/ntdll.so: $S/host/wine_ntdll.S $S/host/wine_abi.h
	@mkdir -p $$(@D)
	$(CC) $$($2_FLAGS) -shared -nostdlib -Wl,-soname,ntdll.so -o $$@ $$<

$W/$1-unix/httpev.so: $$($2_OBJS) $$($1_HOST) $W/obj/$1/ntdll.so
	@mkdir -p $$(@D)
	$(CC) $$($2_FLAGS) -shared -Wl,-soname,httpev.so -Wl,-z,defs $(HARDEN_LD) -o $$@ $$^ $(ELF_LIBS)

$W/obj/$1/%.o: $S/pe/%.c $(HEADERS) $B/config.h $B/build_id.h
	@mkdir -p $$(@D)
	$($1_MINGW) $(PE_CFLAGS) -c -o $$@ $$<

$W/obj/$1/version.o: $S/pe/version.rc $B/config.h
	@mkdir -p $$(@D)
	$($1_MINGW:gcc=windres) -I$B $$< $$@

# Lines "NAME SYMBOL" of the exports: where a caller puts the size of the parameters into the symbol, the compiler knows it.
$W/obj/$1/exports.names: $W/obj/$1/exports.o
	$($1_MINGW:gcc=nm) $$< | sed -n 's/.* T _\{0,1\}export_\(\([^@]*\).*\)/\2 \1/p' >$$@

# What httpev.dll exports, what httpapi.dll forwards to it, and what programs are linked with.
$W/obj/$1/httpev.def: EXPORT = \1 = export_\2
$W/obj/$1/httpapi.def: EXPORT = \1 = httpev.\1
$W/obj/$1/import.def: EXPORT = \2
$W/obj/$1/%.def: $W/obj/$1/exports.names
	{ echo EXPORTS; sed 's/\(.*\) \(.*\)/$$(EXPORT)/' $$<; } >$$@

$W/$1-windows/httpev.dll: $(patsubst $S/pe/%.c,$W/obj/$1/%.o,$(wildcard $S/pe/*.c)) $W/obj/$1/version.o $W/obj/$1/httpev.def
	@mkdir -p $$(@D)
	$($1_MINGW) -shared -static-libgcc $($1_PE_LD) -o $$@ $$^ -lntdll
	winebuild --builtin $$@

$W/$1-windows/httpapi.dll: $W/obj/$1/httpapi.def $W/obj/$1/version.o
	@mkdir -p $$(@D)
	$($1_MINGW) -shared -nostdlib -Wl,--entry=0 $($1_PE_LD) -o $$@ $$^

$($1_IMPLIB): $W/obj/$1/import.def
	@mkdir -p $$(@D)
	$($1_MINGW:gcc=dlltool) -k -d $$< -D httpapi.dll -l $$@

$W/$1-windows/%.exe: tools/%.c
	@mkdir -p $$(@D)
	$($1_MINGW) $(PE_CFLAGS) $($1_PE_LD) -o $$@ $$<
endef
$(foreach a,$(ARCHES),$(eval $(call wine_pair,$a,$($a_VARIANT))))

# --- samples, and the benchmarks' server: the same source for Windows and for ELF
define SAMPLE_EXE
$B/$1/%$($2_EXE): $1/%.c $(HEADERS) $(wildcard samples/*.h) $($2_IMPLIB)
	@mkdir -p $$(@D)
	$($2_MINGW) -std=gnu11 -g -O2 $(WARN) -D_WIN32_WINNT=0x0A00 -Iinclude $($2_PE_LD) -o $$@ $$< $($2_IMPLIB) -lws2_32
endef
define SAMPLE_RULES
$(foreach a,$(ARCHES),$(eval $(call SAMPLE_EXE,$1,$a)))
$B/$1/%: $1/%.c $(HEADERS) $(wildcard samples/*.h) $B/native/libhttpapi.so
	@mkdir -p $$(@D)
	$(CC) -std=gnu11 -g -O2 $(WARN) $(HARDEN) -fPIE -fshort-wchar -Iinclude -Iinclude/win32 -pie $(HARDEN_LD) -o $$@ $$< \
	 -L$B/native -lhttpapi -Wl,-rpath,'$$$$ORIGIN/../native' -pthread
endef
$(eval $(call SAMPLE_RULES,samples))
$(eval $(call SAMPLE_RULES,bench))

# --- tests: each room of tests/ brings its rules; the suites in tests/suites run what is built here
TESTS :=
-include $(wildcard tests/*/Makefile.inc winetest/Makefile.inc bench/Makefile.inc)

tests: $(TESTS)

# What the native host's suites need, and tests/coverage: without Wine and sanitizers.
native-tests: native $(SAMPLES:%=$B/samples/%) $(filter-out %.exe %-asan %-tsan winetest-exe $B/fuzz/%,$(TESTS)) \
 $(FUZZ_TARGETS:%=$B/replay/%) $B/stress/stress-native $B/fuzz/wire/made

check: all tests
	tests/run

demo: all
	tools/demo

bench: all
	bench/run

coverage: $B/fuzz/wire/made
	tests/coverage

valgrind: $B/fuzz/wire/made $(FUZZ_TARGETS:%=$B/replay/%) $B/stress/stress-native
	tests/valgrind

fuzz: $(FUZZ_TARGETS:%=$B/fuzz/%) $B/fuzz/wire/made
	tests/fuzz/run $(or $(SECONDS),60) $(TARGET)

install: all
	install -d $(DESTDIR)$(PREFIX)/bin $(DESTDIR)$(PREFIX)/include/httpapi/win32
	for dir in $(sort $(dir $(PAIR:$W/%=%))); do \
	 install -d $(LIB)/$$dir && install -m 644 $W/$$dir* $(LIB)/$$dir || exit; done
	install tools/httpapi-wine $(DESTDIR)$(PREFIX)/bin/
	install -m 644 $(IMPLIBS) $(LIB)/
	install -m 644 include/http.h $(DESTDIR)$(PREFIX)/include/httpapi/
	install -m 644 include/win32/*.h $(DESTDIR)$(PREFIX)/include/httpapi/win32/
	install -m 644 $B/native/libhttpapi.so $(DESTDIR)$(PREFIX)/lib/

uninstall:
	rm -rf $(LIB) $(DESTDIR)$(PREFIX)/include/httpapi
	rm -f $(DESTDIR)$(PREFIX)/bin/httpapi-wine $(DESTDIR)$(PREFIX)/lib/libhttpapi.so

clean:
	rm -rf $B

help:
	@echo 'all (default)  everything below build/'
	@echo 'check          run all tests'
	@echo 'demo           run an unmodified server under Wine and ask it with curl'
	@echo 'bench          compare with nginx and with Wine'\''s own httpapi'
	@echo 'soak           two servers under attack for MINUTES=10, beside 500 clients that are checked'
	@echo 'fuzz           fuzz targets for SECONDS=60 each; TARGET=NAME for one'
	@echo 'coverage       which lines of the engine the tests and the fuzz targets reach'
	@echo 'valgrind       memcheck over the native library'
	@echo 'winetest-exe   build/winetest/httpapi_test.exe, to run on a real Windows'
	@echo 'install        to PREFIX (DESTDIR is honoured); uninstall removes it'
	@echo 'clean          remove build/'

.PHONY: all wine native samples tests native-tests check demo bench fuzz coverage valgrind install uninstall clean help
