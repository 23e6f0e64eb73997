/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * process.c: the process and its environment.
 *
 * getenv() and setenv() aren't safe against each other; Windows' calls are, so those made through here take turns.
 */
#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <unistd.h>

#include "process.h"
#include "text.h"

static pthread_mutex_t environment_lock = PTHREAD_MUTEX_INITIALIZER;

NATIVE_EXPORT HANDLE GetCurrentProcess(void)
{
    return (HANDLE)(intptr_t)-1;
}

NATIVE_EXPORT DWORD GetCurrentProcessId(void)
{
    return (DWORD)getpid();
}

NATIVE_EXPORT VOID ExitProcess(UINT code)
{
    exit((int)code);
}

char *environment_copy(const char *name)
{
    const char *value;
    char *copy;

    pthread_mutex_lock(&environment_lock);
    value = getenv(name);
    errno = ENOENT;
    copy = value ? strdup(value) : NULL;
    pthread_mutex_unlock(&environment_lock);
    return copy;
}

/* A copy of the value, to be given to free(). The last error is NO_ERROR then: an empty value's length is 0, too. */
static char *environment_value(LPCSTR name)
{
    char *value = name ? environment_copy(name) : NULL;

    SetLastError(value ? NO_ERROR : name && errno == ENOMEM ? ERROR_NOT_ENOUGH_MEMORY : ERROR_ENVVAR_NOT_FOUND);
    return value;
}

NATIVE_EXPORT DWORD GetEnvironmentVariableA(LPCSTR name, LPSTR buffer, DWORD size)
{
    char *value = environment_value(name);
    DWORD length = value ? text_return_utf8(value, buffer, size) : 0;

    free(value);
    return length;
}

NATIVE_EXPORT DWORD GetEnvironmentVariableW(LPCWSTR name, LPWSTR buffer, DWORD size)
{
    char *utf8 = text_to_utf8(name), *value = environment_value(utf8);
    DWORD length = value ? text_return_utf16(value, buffer, size) : 0;

    free(value);
    free(utf8);
    return length;
}

/* value NULL removes the variable. */
NATIVE_EXPORT BOOL SetEnvironmentVariableA(LPCSTR name, LPCSTR value)
{
    int failed;

    if (!name)
        return fail(ERROR_INVALID_PARAMETER);
    pthread_mutex_lock(&environment_lock);
    failed = value ? setenv(name, value, 1) : unsetenv(name);
    pthread_mutex_unlock(&environment_lock);
    return !failed || fail_errno();
}

NATIVE_EXPORT BOOL SetEnvironmentVariableW(LPCWSTR name, LPCWSTR value)
{
    char *name_utf8 = text_to_utf8(name), *value_utf8 = text_to_utf8(value);
    BOOL set = FALSE;

    if ((name_utf8 || !name) && (value_utf8 || !value))
        set = SetEnvironmentVariableA(name_utf8, value_utf8);
    free(name_utf8);
    free(value_utf8);
    return set;
}
