/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * temp.c: names for temporary files.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../../engine/clock.h"
#include "process.h"
#include "text.h"

/* TMPDIR or /tmp, with a slash at the end. To be given to free(). */
static char *temp_path(void)
{
    char *variable = environment_copy("TMPDIR"), *path = NULL;
    const char *directory = variable && *variable ? variable : "/tmp";
    int length = asprintf(&path, "%s%s", directory, directory[strlen(directory) - 1] == '/' ? "" : "/");

    free(variable);
    if (length >= 0)
        return path;
    SetLastError(ERROR_NOT_ENOUGH_MEMORY);
    return NULL;
}

NATIVE_EXPORT DWORD GetTempPathA(DWORD size, LPSTR buffer)
{
    char *path = temp_path();
    DWORD length = path ? text_return_utf8(path, buffer, size) : 0;

    free(path);
    return length;
}

NATIVE_EXPORT DWORD GetTempPathW(DWORD size, LPWSTR buffer)
{
    char *path = temp_path();
    DWORD length = path ? text_return_utf16(path, buffer, size) : 0;

    free(path);
    return length;
}

/* path/PREuuuu.TMP: three characters of the prefix, the low sixteen bits of the number. */
static bool compose(char name[MAX_PATH], LPCSTR path, LPCSTR prefix, UINT unique)
{
    size_t length = strlen(path);
    const char *slash = length && (path[length - 1] == '/' || path[length - 1] == '\\') ? "" : "/";

    return snprintf(name, MAX_PATH, "%s%s%.3s%04x.TMP", path, slash, prefix ? prefix : "", unique & 0xffff) < MAX_PATH;
}

/* Makes a file of a name that is free. The number, or 0 with the last error. */
static UINT create_unique(char name[MAX_PATH], LPCSTR path, LPCSTR prefix)
{
    UINT first = (UINT)(clock_ns() / 1000) & 0xffff;
    HANDLE file;

    for (UINT i = 0; i < 0x10000; i++) {
        UINT unique = (first + i) & 0xffff;

        if (!unique)
            continue;
        compose(name, path, prefix, unique);
        file = CreateFileA(name, GENERIC_WRITE, 0, NULL, CREATE_NEW, FILE_ATTRIBUTE_NORMAL, NULL);
        if (file != INVALID_HANDLE_VALUE) {
            CloseHandle(file);
            return unique;
        }
        if (GetLastError() != ERROR_FILE_EXISTS)
            return 0;
    }
    return 0;
}

static bool is_directory(LPCSTR path)
{
    struct stat st;

    return !stat(path, &st) && S_ISDIR(st.st_mode);
}

NATIVE_EXPORT UINT GetTempFileNameA(LPCSTR path, LPCSTR prefix, UINT unique, LPSTR name)
{
    char composed[MAX_PATH];

    if (!path || !compose(composed, path, prefix, unique))
        return (UINT)fail(path ? ERROR_BUFFER_OVERFLOW : ERROR_INVALID_PARAMETER);
    if (!(unique & 0xffff)) {
        if (!is_directory(path))
            return (UINT)fail(ERROR_DIRECTORY);
        unique = create_unique(composed, path, prefix);
    }
    if (unique)
        strcpy(name, composed);
    return unique & 0xffff;
}

NATIVE_EXPORT UINT GetTempFileNameW(LPCWSTR path, LPCWSTR prefix, UINT unique, LPWSTR name)
{
    char *path_utf8 = text_to_utf8(path), *prefix_utf8 = text_to_utf8(prefix), composed[MAX_PATH];

    unique = GetTempFileNameA(path_utf8, prefix_utf8, unique, composed);
    if (unique)
        text_return_utf16(composed, name, MAX_PATH);
    free(path_utf8);
    free(prefix_utf8);
    return unique;
}
