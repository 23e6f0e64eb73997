/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * pe.h: the PE half's side of the door.
 */
#ifndef HTTPAPI_PE_PE_H
#define HTTPAPI_PE_PE_H

#include <winsock2.h>
#include <windows.h>
#include <winternl.h>

#include <http.h>

#include "../door.h"

#ifndef STATUS_SUCCESS
#define STATUS_SUCCESS ((NTSTATUS)0)
#endif

/* The process ends and its other threads are gone, perhaps with a lock of the ELF half: nothing goes through the door. */
BOOLEAN NTAPI RtlDllShutdownInProgress(void);

/*
 * Calls the ELF half. STATUS_SUCCESS when the call was made; STATUS_ACCESS_VIOLATION (or another fault) when it ran
 * into memory that isn't there; STATUS_DLL_INIT_FAILED when there is no ELF half.
 */
NTSTATUS door_call(enum door_call call, void *args);

/* The result of an export, from its structure and from how the call itself went. */
ULONG door_result(enum door_call call, NTSTATUS status, uint32_t result);

/* Finds the ELF half and compares versions. One line on stderr says what is wrong with the set-up. */
BOOL door_open(HMODULE self);

/* Sends the process's NT calls on request queues through the door. One line on stderr when that can't be done. */
void interpose_install(void);

/* Tells the ELF half what the registry says of http.sys. While the DLL is loaded. */
void registry_read(void);

/*
 * The Unix path of a Windows one, which is absolute and may have %VARIABLES%; it needn't exist. False for another, and when
 * there is no room.
 */
BOOL unix_path_of(const WCHAR *path, char *unix_path, size_t size);

/* A line on stderr. */
void complain(const char *format, ...) __attribute__((format(gnu_printf, 1, 2)));

#endif
