/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * module.c: the modules that a program may look functions up in.
 */
#include <dlfcn.h>
#include <stdlib.h>

#include "../../engine/list.h"
#include "text.h"

struct module {
    const char *name; /* without .dll; NULL: the program itself */
    bool http;        /* has the functions whose names begin with Http, and only these */
};

/* A module's handle is its address here; other handles are compared, never followed. */
static const struct module modules[] = {
    {NULL, false}, {"httpapi", true}, {"kernel32", false}, {"kernelbase", false}, {"ntdll", false},
};

#define COUNT (sizeof modules / sizeof *modules)

static const struct module *module_of(HMODULE handle)
{
    for (size_t i = 0; i < COUNT; i++)
        if (handle == &modules[i])
            return &modules[i];
    return NULL;
}

/* "NAME" or "NAME.dll", in any case. */
static bool is_called(const char *name, const char *module)
{
    char full[32];

    strcpy(full, module);
    if (!lstrcmpiA(name, full))
        return true;
    strcat(full, ".dll");
    return !lstrcmpiA(name, full);
}

NATIVE_EXPORT HMODULE LoadLibraryA(LPCSTR name)
{
    for (size_t i = 1; name && i < COUNT; i++)
        if (is_called(name, modules[i].name))
            return (HMODULE)&modules[i];
    SetLastError(name ? ERROR_MOD_NOT_FOUND : ERROR_INVALID_PARAMETER);
    return NULL;
}

NATIVE_EXPORT HMODULE LoadLibraryW(LPCWSTR name)
{
    char *utf8 = text_to_utf8(name);
    HMODULE module = utf8 || !name ? LoadLibraryA(utf8) : NULL;

    free(utf8);
    return module;
}

NATIVE_EXPORT HMODULE GetModuleHandleA(LPCSTR name)
{
    return name ? LoadLibraryA(name) : (HMODULE)&modules[0];
}

NATIVE_EXPORT HMODULE GetModuleHandleW(LPCWSTR name)
{
    return name ? LoadLibraryW(name) : (HMODULE)&modules[0];
}

/* All modules stay loaded. */
NATIVE_EXPORT BOOL FreeLibrary(HMODULE handle)
{
    return module_of(handle) || fail(ERROR_MOD_NOT_FOUND);
}

/* A function of this library, not of one that it uses or of the program; NULL when there is none. */
static void *own_symbol(const char *name)
{
    Dl_info us, found;
    void *library, *symbol;

    if (!dladdr((void *)&modules, &us))
        return NULL;
    library = dlopen(us.dli_fname, RTLD_LAZY | RTLD_NOLOAD);
    symbol = dlsym(library ? library : RTLD_DEFAULT, name);
    if (library)
        dlclose(library);
    return symbol && dladdr(symbol, &found) && found.dli_fbase == us.dli_fbase ? symbol : NULL;
}

NATIVE_EXPORT FARPROC GetProcAddress(HMODULE handle, LPCSTR name)
{
    const struct module *module = module_of(handle);
    bool ordinal = (uintptr_t)name < 0x10000; /* nobody may rely on these */
    void *symbol = NULL;

    if (!module) {
        SetLastError(ERROR_INVALID_HANDLE);
        return NULL;
    }
    if (!ordinal && module->name && !strncmp(name, "Http", 4) == module->http)
        symbol = own_symbol(name);
    if (!symbol)
        SetLastError(ERROR_PROC_NOT_FOUND);
    return (FARPROC)symbol;
}
