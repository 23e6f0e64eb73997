/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * interpose.c: NT calls on a request queue's handle go through the door; all others to Wine.
 *
 * Each ntdll function below is a stub that ends in a system call (stub.h). It becomes a jump to our function, and we call
 * the original in a copy.
 */
#include "early.h"
#include "event.h"
#include "port.h"
#include "stub.h"

#include <string.h>

#define FILE_COMPLETION_INFORMATION 30 /* { HANDLE port; ULONG_PTR key; } */

NTSTATUS NTAPI NtClose(HANDLE handle);

NTSTATUS(NTAPI *real_NtClose)(HANDLE);
NTSTATUS(NTAPI *real_NtDuplicateObject)(HANDLE, HANDLE, HANDLE, HANDLE *, ACCESS_MASK, ULONG, ULONG);
static NTSTATUS(NTAPI *real_NtSetInformationFile)(HANDLE, IO_STATUS_BLOCK *, void *, ULONG, ULONG);
static NTSTATUS(NTAPI *real_NtCancelIoFile)(HANDLE, IO_STATUS_BLOCK *);
static NTSTATUS(NTAPI *real_NtCancelIoFileEx)(HANDLE, IO_STATUS_BLOCK *, IO_STATUS_BLOCK *);

static BOOL ask(enum door_call call, struct door_handle *a)
{
    return !RtlDllShutdownInProgress() && !door_call(call, a) && a->ours;
}

static NTSTATUS NTAPI our_NtClose(HANDLE handle)
{
    struct door_handle a = {.handle = DOOR_PACK(handle)};

    if (!RtlDllShutdownInProgress() && !ask(DOOR_handle_closing, &a))
        port_closing(handle);
    return real_NtClose(handle);
}

static BOOL is_this_process(HANDLE process)
{
    return process == GetCurrentProcess() || GetProcessId(process) == GetCurrentProcessId();
}

/* Whether a handle of this process means something to us; *is_port says what. */
static BOOL is_ours(HANDLE handle, BOOL *is_port)
{
    struct door_handle a = {.handle = DOOR_PACK(handle)};

    *is_port = !ask(DOOR_handle_known, &a);
    return !*is_port || (!RtlDllShutdownInProgress() && port_is(handle));
}

static void add_handle(HANDLE source, HANDLE target, BOOL is_port)
{
    struct door_handle a = {.handle = DOOR_PACK(source), .other = DOOR_PACK(target)};

    if (is_port)
        port_duplicated(source, target);
    else
        ask(DOOR_handle_duplicated, &a);
}

static NTSTATUS NTAPI our_NtDuplicateObject(HANDLE source_process, HANDLE source, HANDLE target_process,
                                            HANDLE *target, ACCESS_MASK access, ULONG attributes, ULONG options)
{
    /* Of one of ours, the source is closed afterwards: it has to be known as long as it is a handle. */
    ULONG keep = options & ~(ULONG)DUPLICATE_CLOSE_SOURCE;
    NTSTATUS status;
    BOOL is_port;

    if (is_this_process(source_process))
        event_shared(source);
    if (!target || !is_this_process(source_process) || !is_this_process(target_process) || !is_ours(source, &is_port))
        return real_NtDuplicateObject(source_process, source, target_process, target, access, attributes, options);
    status = real_NtDuplicateObject(source_process, source, target_process, target, access, attributes, keep);
    if (status)
        return status;
    add_handle(source, *target, is_port);
    if (options & DUPLICATE_CLOSE_SOURCE)
        our_NtClose(source);
    return status;
}

static NTSTATUS done(IO_STATUS_BLOCK *io, NTSTATUS status)
{
    io->Status = status;
    io->Information = 0;
    return status;
}

/* The port that a queue is to be bound to: is there none? */
static BOOL lacks_port(const struct door_handle *a)
{
    struct door_handle known = {.handle = a->handle};

    return a->info_class == FILE_COMPLETION_INFORMATION && ask(DOOR_handle_known, &known) &&
           !port_is(*DOOR_UNPACK(HANDLE *, a->info));
}

static NTSTATUS NTAPI our_NtSetInformationFile(HANDLE handle, IO_STATUS_BLOCK *io, void *info, ULONG length,
                                               ULONG info_class)
{
    struct door_handle a = {
        .handle = DOOR_PACK(handle), .info = DOOR_PACK(info), .info_class = info_class, .length = length};

    if (lacks_port(&a))
        return done(io, STATUS_INVALID_HANDLE);
    if (!ask(DOOR_handle_set_information, &a))
        return real_NtSetInformationFile(handle, io, info, length, info_class);
    if (info_class == FILE_COMPLETION_INFORMATION && !a.status)
        port_bound(*(HANDLE *)info);
    return done(io, a.status);
}

static NTSTATUS NTAPI our_NtCancelIoFile(HANDLE handle, IO_STATUS_BLOCK *io)
{
    struct door_handle a = {.handle = DOOR_PACK(handle), .this_thread = TRUE};

    if (ask(DOOR_handle_cancel, &a))
        return done(io, a.status);
    return real_NtCancelIoFile(handle, io);
}

static NTSTATUS NTAPI our_NtCancelIoFileEx(HANDLE handle, IO_STATUS_BLOCK *overlapped, IO_STATUS_BLOCK *io)
{
    struct door_handle a = {.handle = DOOR_PACK(handle), .other = DOOR_PACK(overlapped)};

    if (ask(DOOR_handle_cancel, &a))
        return done(io, a.status);
    return real_NtCancelIoFileEx(handle, overlapped, io);
}

struct patch {
    const char *name;
    void *ours;
    void **real;
};

#define PATCH(name) {#name, our_##name, (void **)&real_##name}

static const struct patch patches[] = {
    PATCH(NtClose), PATCH(NtDuplicateObject), PATCH(NtSetInformationFile), PATCH(NtCancelIoFile),
    PATCH(NtCancelIoFileEx), PATCH(NtRemoveIoCompletion), PATCH(NtRemoveIoCompletionEx), PATCH(NtSetIoCompletion),
    PATCH(NtWaitForSingleObject), PATCH(NtWaitForMultipleObjects), PATCH(NtSignalAndWaitForSingleObject),
    PATCH(NtSetEvent), PATCH(NtResetEvent), PATCH(NtClearEvent), PATCH(NtPulseEvent), PATCH(NtQueryEvent),
#define X(name, parameters, arguments) PATCH(name),
    FILE_OPERATIONS(X)
#undef X
};

#define PATCHES (sizeof patches / sizeof *patches)

static BOOL all_are_stubs(HMODULE ntdll)
{
    for (size_t i = 0; i < PATCHES; i++) {
        const BYTE *code = (const BYTE *)GetProcAddress(ntdll, patches[i].name);

        if (code && stub_is_known(code))
            continue;
        complain("ntdll.%s looks unfamiliar and stays as it is: completion ports, CancelIo and CloseHandle "
                 "don't work on request queues", patches[i].name);
        return FALSE;
    }
    return TRUE;
}

/* In memory that is written and then executed, never both at a time. NULL when there is none. */
static BYTE *copy_stubs(HMODULE ntdll)
{
    const SIZE_T size = PATCHES * STUB_SIZE;
    BYTE *copies = VirtualAlloc(NULL, size, MEM_COMMIT | MEM_RESERVE, PAGE_READWRITE);
    DWORD before;

    if (!copies)
        return NULL;
    for (size_t i = 0; i < PATCHES; i++)
        memcpy(copies + i * STUB_SIZE, (void *)GetProcAddress(ntdll, patches[i].name), STUB_SIZE);
    if (VirtualProtect(copies, size, PAGE_EXECUTE_READ, &before)) {
        FlushInstructionCache(GetCurrentProcess(), copies, size);
        return copies;
    }
    VirtualFree(copies, 0, MEM_RELEASE);
    return NULL;
}

void interpose_install(void)
{
    HMODULE ntdll = GetModuleHandleW(L"ntdll.dll");
    BYTE *copies;

    if (!all_are_stubs(ntdll))
        return;
    copies = copy_stubs(ntdll);
    if (!copies) {
        complain("no memory for copies of ntdll's stubs");
        return;
    }
    /* All originals first: one of our functions may call another's. */
    for (size_t i = 0; i < PATCHES; i++)
        *patches[i].real = copies + i * STUB_SIZE;
    for (size_t i = 0; i < PATCHES; i++)
        stub_redirect((BYTE *)GetProcAddress(ntdll, patches[i].name), patches[i].ours);
    early_find((const void *[]){(void *)GetProcAddress(ntdll, "NtRemoveIoCompletion"),
                                (void *)GetProcAddress(ntdll, "NtRemoveIoCompletionEx")}, 2);
}
