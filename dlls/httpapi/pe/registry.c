/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * registry.c: the parameters that an administrator gave http.sys, from the prefix's registry to the ELF half.
 *
 * Through ntdll alone: this runs while the DLL is loaded, when no other DLL need be ready.
 */
#include "pe.h"

#include <string.h>

#define KEY L"\\Registry\\Machine\\System\\CurrentControlSet\\Services\\HTTP\\Parameters"
#define LOG_FILES L"%SystemRoot%\\System32\\LogFiles"
#define VALUE_MAX 2048 /* bytes; what is longer is no parameter of ours */

/* KEY_VALUE_FULL_INFORMATION, which mingw's winternl.h lacks, and its number. */
struct full_information {
    ULONG TitleIndex, Type, DataOffset, DataLength, NameLength;
    WCHAR Name[];
};
#define FULL_INFORMATION 1

#ifndef STATUS_BUFFER_OVERFLOW
#define STATUS_BUFFER_OVERFLOW ((NTSTATUS)0x80000005)
#endif

typedef union {
    struct full_information info;
    char bytes[VALUE_MAX + sizeof(WCHAR)];
} value;

NTSTATUS NTAPI NtOpenKey(PHANDLE key, ACCESS_MASK access, POBJECT_ATTRIBUTES attributes);
NTSTATUS NTAPI NtEnumerateValueKey(HANDLE key, ULONG index, ULONG info_class, PVOID info,
                                   ULONG length, PULONG returned);
NTSTATUS NTAPI RtlUnicodeToUTF8N(char *utf8, ULONG size, ULONG *returned, const WCHAR *text, ULONG bytes);

/* `bytes` of UTF-16, as far as they fit behind a NUL's place. */
static void to_utf8(char *utf8, ULONG size, const WCHAR *text, ULONG bytes)
{
    ULONG n = 0;

    RtlUnicodeToUTF8N(utf8, size - 1, &n, text, bytes);
    utf8[n] = 0;
}

/* The ELF half wants a path of its own world, and knows no other place. */
static void set_log_directory(struct door_parameter *p, const WCHAR *path)
{
    p->kind = DOOR_PARAMETER_STRING;
    if (!unix_path_of(path, p->text, sizeof p->text)) {
        complain("ErrorLoggingDir isn't a full local path: there is no error log");
        p->text[0] = 0;
    }
}

static BOOL is_log_directory(const struct door_parameter *p)
{
    return p->kind == DOOR_PARAMETER_STRING && !_stricmp(p->name, "ErrorLoggingDir");
}

static void set_data(struct door_parameter *p, const value *v)
{
    const char *data = v->bytes + v->info.DataOffset;

    if (v->info.Type == REG_DWORD && v->info.DataLength == sizeof p->number) {
        p->kind = DOOR_PARAMETER_NUMBER;
        memcpy(&p->number, data, sizeof p->number);
    } else if (v->info.Type == REG_SZ || v->info.Type == REG_EXPAND_SZ) {
        p->kind = DOOR_PARAMETER_STRING;
        to_utf8(p->text, sizeof p->text, (const WCHAR *)data, v->info.DataLength);
    }
}

static void give(value *v)
{
    struct door_parameter p = {.kind = DOOR_PARAMETER_OTHER};

    to_utf8(p.name, sizeof p.name, v->info.Name, v->info.NameLength);
    set_data(&p, v);
    if (is_log_directory(&p)) {
        WCHAR *path = (WCHAR *)(v->bytes + v->info.DataOffset);

        path[v->info.DataLength / sizeof *path] = 0; /* there is room for it behind the value */
        set_log_directory(&p, path);
    }
    door_call(DOOR_parameter, &p);
}

static void give_standard_log_directory(void)
{
    struct door_parameter p = {.name = "ErrorLoggingDir"};

    set_log_directory(&p, LOG_FILES);
    door_call(DOOR_parameter, &p);
}

static HANDLE open_key(void)
{
    UNICODE_STRING name = {sizeof KEY - sizeof(WCHAR), sizeof KEY, KEY};
    OBJECT_ATTRIBUTES attributes;
    HANDLE key;

    InitializeObjectAttributes(&attributes, &name, OBJ_CASE_INSENSITIVE, NULL, NULL);
    return NtOpenKey(&key, KEY_QUERY_VALUE, &attributes) ? NULL : key;
}

void registry_read(void)
{
    HANDLE key = open_key();
    NTSTATUS status;
    ULONG length;
    value v;

    give_standard_log_directory();
    if (!key)
        return; /* nobody has set anything */
    for (ULONG i = 0;; i++) {
        status = NtEnumerateValueKey(key, i, FULL_INFORMATION, &v, VALUE_MAX, &length);
        if (!status)
            give(&v);
        else if (status != (NTSTATUS)STATUS_BUFFER_OVERFLOW)
            break;
    }
    NtClose(key);
}
