/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * path.c: where a Windows folder lies for the ELF half.
 *
 * By kernel32's own export for that (winepath uses it), which is the same in all Wine versions; the function in ntdll.so
 * has changed its calling convention.
 */
#include "pe.h"

#include <string.h>

typedef char *(CDECL *get_unix_file_name)(LPCWSTR path);

static BOOL is_absolute(const WCHAR *path)
{
    WCHAR drive = path[0] | 0x20;

    return drive >= 'a' && drive <= 'z' && path[1] == ':' && path[2] == '\\';
}

/* Of a path of which all but the last part has to be there. */
static BOOL ask_wine(const WCHAR *path, char *unix_path, size_t size)
{
    get_unix_file_name get = (get_unix_file_name)(void *)GetProcAddress(GetModuleHandleW(L"kernel32.dll"),
                                                                        "wine_get_unix_file_name");
    char *found = get ? get(path) : NULL;
    BOOL fits = found && strlen(found) < size;

    if (fits)
        strcpy(unix_path, found);
    if (found)
        HeapFree(GetProcessHeap(), 0, found);
    return fits;
}

/* "\a\b" becomes "/a/b", in UTF-8, behind what is there. */
static BOOL append(char *unix_path, size_t size, const WCHAR *rest)
{
    size_t n = strlen(unix_path);
    int room = (int)(size - n);

    if (*rest && !WideCharToMultiByte(CP_UTF8, 0, rest, -1, unix_path + n, room, NULL, NULL))
        return FALSE;
    for (; unix_path[n]; n++)
        if (unix_path[n] == '\\')
            unix_path[n] = '/';
    return TRUE;
}

/* The last part that Wine knows, and what isn't there yet. */
static BOOL convert(const WCHAR *path, char *unix_path, size_t size)
{
    WCHAR front[MAX_PATH];
    size_t cut = wcslen(path);

    wcscpy(front, path);
    while (!ask_wine(front, unix_path, size)) {
        while (cut > 3 && front[--cut] != '\\')
            ;
        if (cut <= 3)
            return FALSE;
        front[cut] = 0;
    }
    return append(unix_path, size, path + cut);
}

BOOL unix_path_of(const WCHAR *path, char *unix_path, size_t size)
{
    WCHAR full[MAX_PATH];
    DWORD n = ExpandEnvironmentStringsW(path, full, MAX_PATH);
    PVOID before;
    BOOL redirected, done;

    if (!n || n > MAX_PATH || !is_absolute(full))
        return FALSE;
    /* system32 is the real one: on Windows a driver does this. */
    redirected = Wow64DisableWow64FsRedirection(&before);
    done = convert(full, unix_path, size);
    if (redirected)
        Wow64RevertWow64FsRedirection(before);
    return done;
}
