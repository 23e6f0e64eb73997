/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * wine.c: the Wine host. The NT objects of the process that loaded us, through the functions that Wine's ntdll.so
 * exports (wine_abi.h), and the table of calls that the PE half makes.
 *
 * The functions are resolved when Wine loads us. Only threads made by Windows may call them.
 */
#include <stdlib.h>
#include <string.h>

#include "../api/api.h"
#include "../api/handle.h"
#include "../engine/guard.h"
#include "../engine/stop.h"
#include "../engine/parameters.h"
#include "../engine/wait.h"
#include "build_id.h"
#include "config.h"
#include "host.h"
#include "wine_abi.h"
#include "wine_event.h"
#include "wine_port.h"


#define EVENT_ALL_ACCESS 0x1f0003
#define NOTIFICATION_EVENT 0 /* EVENT_TYPE: reset by hand */
#define FILE_READ_DATA 1

const USHORT host_af_inet6 = 23;

NTSTATUS host_event_create(HANDLE *event)
{
    return nt_create_event(event, EVENT_ALL_ACCESS, NULL, NOTIFICATION_EVENT, FALSE);
}

void host_event_set(HANDLE event)
{
    nt_set_event(event, NULL);
}

void host_event_reset(HANDLE event)
{
    nt_reset_event(event, NULL);
}

NTSTATUS host_file_fd(HANDLE file, int *fd)
{
    return nt_handle_to_fd(file, FILE_READ_DATA, fd, NULL);
}

void host_handle_close(HANDLE handle)
{
    nt_close(handle); /* the ELF side's function: the PE side's is the one that is interposed */
}

/* Until the PE half has moved it: see enter_release(). */
void *host_heap_alloc(size_t size)
{
    return malloc(size);
}

void host_parameters(void)
{
}

/* TEB.ClientId.UniqueThread */
ULONG host_thread_id(void)
{
    ULONG id;

#if defined(__x86_64__)
    __asm__("movl %%gs:0x48, %0" : "=r"(id));
#elif defined(__i386__)
    __asm__("movl %%fs:0x24, %0" : "=r"(id));
#else
#error "where is the thread's id?"
#endif
    return id;
}

/* The entries: STATUS_SUCCESS always; Wine itself returns another status when one of them faults. */

static NTSTATUS enter_attach(void *args)
{
    struct door_attach *a = args;

    nt_find_convention();
    log_open();
    guard_share_signals();
    service_chore = wine_events_settle;
    a->version = DOOR_VERSION;
    a->service_threads = api_service_threads();
    strncpy(a->build, BUILD_ID, sizeof a->build - 1);
    INFO("httpapi %s, build %s, engine libev + llhttp", VERSION, BUILD_ID);
    return STATUS_SUCCESS;
}

/* DWORDs are numbers and strings strings: the registry's other types are nobody's. */
static NTSTATUS enter_parameter(void *args)
{
    static const char where[] = "HKLM\\System\\CurrentControlSet\\Services\\HTTP\\Parameters";
    struct door_parameter *a = args;

    switch (a->kind) {
    case DOOR_PARAMETER_NUMBER: parameters_set_number(where, a->name, a->number); break;
    case DOOR_PARAMETER_STRING: parameters_set_string(where, a->name, a->text); break;
    default: parameters_mistyped(where, a->name);
    }
    return STATUS_SUCCESS;
}

static NTSTATUS enter_serve(void *args)
{
    service_run(((struct door_serve *)args)->index);
}

static NTSTATUS enter_stop_catch(void *args)
{
    ((struct door_stop *)args)->caught = stop_catch();
    return STATUS_SUCCESS;
}

static NTSTATUS enter_stop_await(void *args)
{
    (void)args;
    stop_await();
    return STATUS_SUCCESS;
}

static NTSTATUS enter_stop_expire(void *args)
{
    (void)args;
    stop_expire();
    return STATUS_SUCCESS;
}

static NTSTATUS enter_undocumented(void *args)
{
    FIXME("%s has no public prototype and does nothing", ((struct door_undocumented *)args)->name);
    return STATUS_SUCCESS;
}

static NTSTATUS enter_release(void *args)
{
    free((void *)(ULONG_PTR)((struct door_release *)args)->memory);
    return STATUS_SUCCESS;
}

static HANDLE to_handle(uint64_t value)
{
    return (HANDLE)(ULONG_PTR)value;
}

static NTSTATUS enter_handle_known(void *args)
{
    struct door_handle *a = args;

    a->ours = handle_known(to_handle(a->handle));
    return STATUS_SUCCESS;
}

static NTSTATUS enter_handle_closing(void *args)
{
    struct door_handle *a = args;

    a->ours = handle_closing(to_handle(a->handle));
    if (!a->ours)
        wine_event_closing(to_handle(a->handle));
    return STATUS_SUCCESS;
}

static NTSTATUS enter_handle_duplicated(void *args)
{
    struct door_handle *a = args;

    a->ours = handle_duplicated(to_handle(a->handle), to_handle(a->other));
    return STATUS_SUCCESS;
}

static NTSTATUS enter_handle_set_information(void *args)
{
    struct door_handle *a = args;

    a->ours = handle_set_information(to_handle(a->handle), a->info_class, (const void *)(ULONG_PTR)a->info,
                                     a->length, &a->status);
    return STATUS_SUCCESS;
}

static NTSTATUS enter_handle_cancel(void *args)
{
    struct door_handle *a = args;

    a->ours = handle_cancel(to_handle(a->handle), (const void *)(ULONG_PTR)a->other, a->this_thread, &a->status);
    return STATUS_SUCCESS;
}

static NTSTATUS enter_thread_ends(void *args)
{
    (void)args;
    handle_thread_ends();
    return STATUS_SUCCESS;
}

#define X(name, structure) \
    static NTSTATUS enter_##name(void *args) \
    { \
        return wine_##name(args); \
    }
DOOR_EVENTS(X)
DOOR_PORTS(X)
#undef X

#define X(name) \
    static NTSTATUS enter_##name(void *args) \
    { \
        struct door_##name *door_args = args; \
        door_args->result = API_CALL(name); \
        return STATUS_SUCCESS; \
    }
HTTPAPI_EXPORTS(X)
#undef X

typedef NTSTATUS (*unixlib_entry)(void *args);

__attribute__((visibility("default"))) const unixlib_entry __wine_unix_call_funcs[DOOR_CALLS] = {
#define X(name, structure) [DOOR_##name] = enter_##name,
    DOOR_INTERNAL(X)
#undef X
#define X(name) [DOOR_##name] = enter_##name,
    HTTPAPI_EXPORTS(X)
#undef X
};
