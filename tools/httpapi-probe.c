/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * httpapi-probe: which httpapi.dll does a program get here? Prints one line; exit code 0: ours, and its engine answers;
 * 1: another; 2: ours, but not all of it.
 *
 *   httpapi-probe          the one in system32
 *   httpapi-probe beside   the one beside this program, which is what httpapi-wine would place in system32
 *
 * The module's path proves nothing (Wine may show ours and run its own), so it asks for an export only ours has.
 */
#include <windows.h>
#include <stdio.h>
#include <string.h>

typedef const char *(WINAPI *version_function)(void);
typedef ULONG(WINAPI *initialize_function)(DWORD version, ULONG flags, void *reserved);

static HMODULE load(BOOL beside)
{
    return LoadLibraryExW(L"httpapi.dll", NULL, beside ? 0 : LOAD_LIBRARY_SEARCH_SYSTEM32);
}

int main(int argc, char **argv)
{
    HMODULE module = load(argc > 1 && !strcmp(argv[1], "beside"));
    version_function version;
    initialize_function initialize;

    if (!module) {
        printf("none: httpapi.dll can't be loaded, error %lu\n", GetLastError());
        return 1;
    }
    version = (version_function)(void *)GetProcAddress(module, "HttpApiLinuxVersion");
    initialize = (initialize_function)(void *)GetProcAddress(module, "HttpInitialize");
    /* All exports of ours are httpev.dll's; another's would have this one. */
    if (!initialize) {
        printf("ours, but without httpev.dll: run `httpapi-wine install` again\n");
        return 2;
    }
    if (!version) {
        printf("Wine's own httpapi.dll\n");
        return 1;
    }
    if (initialize(2 /* version 2.0 */, 1 /* HTTP_INITIALIZE_SERVER */, NULL)) {
        printf("ours, %s, but without its ELF half\n", version());
        return 2;
    }
    printf("ours, %s, engine running\n", version());
    return 0;
}
