/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * httpapi-probe: which httpapi.dll does a program get here? Prints one line; exit code 0: ours, and its engine answers;
 * 1: another; 2: ours without its ELF half.
 *
 * The module's path proves nothing (Wine may show ours and run its own), so it asks for an export only ours has.
 */
#include <windows.h>
#include <stdio.h>

typedef const char *(WINAPI *version_function)(void);
typedef ULONG(WINAPI *initialize_function)(DWORD version, ULONG flags, void *reserved);

int main(void)
{
    HMODULE module = LoadLibraryW(L"httpapi.dll");
    version_function version;
    initialize_function initialize;

    if (!module) {
        printf("httpapi.dll can't be loaded: error %lu\n", GetLastError());
        return 1;
    }
    version = (version_function)(void *)GetProcAddress(module, "HttpApiLinuxVersion");
    initialize = (initialize_function)(void *)GetProcAddress(module, "HttpInitialize");
    if (!version || !initialize) {
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
