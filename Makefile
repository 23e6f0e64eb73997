# SPDX-License-Identifier: LGPL-2.1-or-later
# Products go to build/; ./configure writes build/config.mk first. `make help` lists the targets.

B := build
ifeq ($(filter help clean,$(MAKECMDGOALS)),)
ifeq ($(wildcard $B/config.mk),)
$(error run ./configure first (./configure --install-deps installs what it misses))
endif
include $B/config.mk
endif

S := dlls/httpapi
WARN := -Wall -Wextra -Wno-missing-field-initializers
HARDEN := -fstack-protector-strong -D_FORTIFY_SOURCE=2
ELF_CFLAGS := -std=gnu11 -g -O2 -fPIC -pthread -fvisibility=hidden -D_GNU_SOURCE $(WARN) \
 -Iinclude -Iinclude/win32 -I$B $(LLHTTP_CFLAGS)
PE_CFLAGS := -std=gnu11 -g -O2 -D_WIN32_WINNT=0x0A00 -DHTTPAPI_LINKAGE= $(WARN) -Iinclude -I$B
ELF_LIBS := -lev $(LLHTTP_LIBS) -pthread

ENGINE := $(wildcard $S/engine/*.c)
API := $(wildcard $S/api/*.c)
NATIVE := $(wildcard $S/host/native/*.c)
SAMPLES := $(patsubst samples/%.c,%,$(wildcard samples/*.c))
HEADERS := $(wildcard include/*.h include/win32/*.h $S/*.h $S/*/*.h $S/host/native/*.h)

W := $B/wine
PE_DIR := $W/x86_64-windows
UNIX_DIR := $W/x86_64-unix
WINE_FILES := $(PE_DIR)/httpapi.dll $(PE_DIR)/httpev.dll $(UNIX_DIR)/httpev.so $W/libhttpapi.a
TOOLS := $(PE_DIR)/httpapi-probe.exe
LIB := $(DESTDIR)$(PREFIX)/lib/httpapi

all: wine native samples
wine: $(WINE_FILES) $(TOOLS)
native: $B/native/libhttpapi.so
samples: $(SAMPLES:%=$B/samples/%.exe) $(SAMPLES:%=$B/samples/%)

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
	$$(CC) -shared $$($(1)_FLAGS) -Wl,-soname,libhttpapi.so -Wl,-z,defs,-z,relro,-z,now -o $$@ $$^ $$(ELF_LIBS)
-include $$(shell find $B/$(1)/obj -name '*.d' 2>/dev/null)
endef
native_FLAGS := $(HARDEN)
asan_FLAGS := -fsanitize=address,undefined -fno-sanitize-recover=undefined -fno-omit-frame-pointer
tsan_FLAGS := -fsanitize=thread
$(foreach variant,native asan tsan,$(eval $(call elf_variant,$(variant))))

WINE_HOST := $(patsubst $S/%.c,$B/native/obj/%.o,$(wildcard $S/host/*.c))
$(WINE_HOST): $B/build_id.h

$W/obj/ntdll.so: $S/host/wine_ntdll.S
	@mkdir -p $(@D)
	$(CC) -shared -nostdlib -Wl,-soname,ntdll.so -o $@ $<

$(UNIX_DIR)/httpev.so: $(native_OBJS) $(WINE_HOST) $W/obj/ntdll.so
	@mkdir -p $(@D)
	$(CC) -shared -Wl,-soname,httpev.so -Wl,-z,defs,-z,relro,-z,now -o $@ $^ $(ELF_LIBS)

# --- PE
$W/obj/%.o: $S/pe/%.c $(HEADERS) $B/config.h $B/build_id.h
	@mkdir -p $(@D)
	$(MINGW_CC) $(PE_CFLAGS) -c -o $@ $<

$W/obj/version.o: $S/pe/version.rc $B/config.h
	@mkdir -p $(@D)
	$(WINDRES) -I$B $< $@

# Forwarders for every export, from the one list.
$W/obj/httpapi.def: $S/pe/httpapi.def.in $S/exports.h
	@mkdir -p $(@D)
	$(MINGW_CC) -E -P -x c -I$S $< | tr ';' '\n' >$@

PE_OBJS := $(patsubst $S/pe/%.c,$W/obj/%.o,$(wildcard $S/pe/*.c))
$(PE_DIR)/httpev.dll: $(PE_OBJS) $W/obj/version.o
	@mkdir -p $(@D)
	$(MINGW_CC) -shared -static-libgcc -o $@ $^ -lntdll
	winebuild --builtin $@

$(PE_DIR)/httpapi.dll $W/libhttpapi.a &: $W/obj/httpapi.def $W/obj/version.o
	@mkdir -p $(PE_DIR)
	$(MINGW_CC) -shared -nostdlib -Wl,--entry=0 -o $(PE_DIR)/httpapi.dll $W/obj/httpapi.def $W/obj/version.o
	$(MINGW_CC:gcc=dlltool) -k -d $W/obj/httpapi.def -D httpapi.dll -l $W/libhttpapi.a

$(PE_DIR)/%.exe: tools/%.c
	@mkdir -p $(@D)
	$(MINGW_CC) $(PE_CFLAGS) -o $@ $<

# --- samples, and the benchmarks' server: the same source for Windows and for ELF
define SAMPLE_RULES
$B/$1/%.exe: $1/%.c $(HEADERS) $(wildcard samples/*.h) $W/libhttpapi.a
	@mkdir -p $$(@D)
	$(MINGW_CC) -std=gnu11 -g -O2 $(WARN) -D_WIN32_WINNT=0x0A00 -Iinclude -o $$@ $$< $W/libhttpapi.a -lws2_32

$B/$1/%: $1/%.c $(HEADERS) $(wildcard samples/*.h) $B/native/libhttpapi.so
	@mkdir -p $$(@D)
	$(CC) -std=gnu11 -g -O2 $(WARN) -fshort-wchar -Iinclude -Iinclude/win32 -o $$@ $$< \
	 -L$B/native -lhttpapi -Wl,-rpath,'$$$$ORIGIN/../native' -pthread
endef
$(eval $(call SAMPLE_RULES,samples))
$(eval $(call SAMPLE_RULES,bench))

# --- tests: each room of tests/ brings its rules; the suites in tests/suites run what is built here
TESTS :=
-include $(wildcard tests/*/Makefile.inc winetest/Makefile.inc bench/Makefile.inc)

tests: $(TESTS)

check: all tests
	tests/run

demo: all
	tools/demo

bench: all
	bench/run

install: all
	install -d $(DESTDIR)$(PREFIX)/bin $(DESTDIR)$(PREFIX)/include/httpapi/win32
	install -d $(LIB)/x86_64-windows $(LIB)/x86_64-unix
	install tools/httpapi-wine $(DESTDIR)$(PREFIX)/bin/
	install -m 644 $(PE_DIR)/httpapi.dll $(PE_DIR)/httpev.dll $(TOOLS) $(LIB)/x86_64-windows/
	install -m 644 $(UNIX_DIR)/httpev.so $(LIB)/x86_64-unix/
	install -m 644 $W/libhttpapi.a $(LIB)/
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
	@echo 'winetest-exe   build/winetest/httpapi_test.exe, to run on a real Windows'
	@echo 'install        to PREFIX (DESTDIR is honoured); uninstall removes it'
	@echo 'clean          remove build/'

.PHONY: all wine native samples tests check demo bench install uninstall clean help
