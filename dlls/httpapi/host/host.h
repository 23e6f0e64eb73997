/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * host.h: what api/ asks of the system it runs in.
 *
 * Two hosts implement it, and the linker picks one: wine.c (the NT objects of the Wine process that loaded
 * us) and native/ (our own events and completion ports on futexes). None of these functions is called with
 * an engine or api lock held, because under Wine each may be a round trip to wineserver; but host_port_open() and
 * host_parameters() are, under config_lock. Any thread that may run Windows code can call them (under Wine: a thread
 * made by Windows, never a bare pthread).
 */
#ifndef HTTPAPI_HOST_H
#define HTTPAPI_HOST_H

#include <windef.h>
#include <ntstatus.h>

#include "../engine/result.h"

struct late_packet;
struct packet;
struct port;

/*
 * Makes a manual-reset event that isn't signalled. Its handle serves as the request queue's handle, so that
 * programs can wait on it, duplicate it and close it. Owned by the program: it goes when the program closes it.
 */
NTSTATUS host_event_create(HANDLE *event);

void host_event_set(HANDLE event);
void host_event_reset(HANDLE event);

/*
 * The same for the event that a program gives with an operation, at its beginning and end. Whether it is signalled is told
 * to the program's waits; Wine itself may learn it a little later.
 */
void host_event_begin(HANDLE event);
void host_event_end(HANDLE event);

/*
 * The packets of a completion port, by its handle: what operations on queues leave there comes out of the program's waits
 * on the port. NULL when the handle isn't a port's, or without memory. The reference keeps it until host_port_release().
 */
struct port *host_port_open(HANDLE port);
void host_port_release(struct port *p);

/* The end of an operation: RESULT_GONE when the port is closed, RESULT_PENDING when the packet lies in *late (port.h). */
enum result host_port_push(struct port *p, const struct packet *packet, struct late_packet *late);

/*
 * A descriptor for the regular file behind a file handle, a duplicate that the caller closes with close().
 * STATUS_INVALID_HANDLE or STATUS_ACCESS_DENIED-like codes otherwise; *fd is then untouched.
 */
NTSTATUS host_file_fd(HANDLE file, int *fd);

/* Closes a handle that the host made for us, without our own hook on closing (see api/handle.h). */
void host_handle_close(HANDLE handle);

/*
 * Memory for what the program frees with HeapFree() from the process heap, or NULL. Under Wine it is the ELF half's
 * own: the PE half, whose heap that is, moves it (pe/exports.c). No locks.
 */
void *host_heap_alloc(size_t size);

/* The caller's Windows thread id: CancelIo() cancels only what the calling thread began. */
ULONG host_thread_id(void);

/*
 * What the host knows of engine/parameters.h, before parameters_start(): the native host reads a file. Under Wine the PE
 * half has brought the registry's values when it was loaded.
 */
void host_parameters(void);

/* AF_INET6 as the program's headers define it: 23 on Windows, the platform's own on the native host. */
extern const USHORT host_af_inet6;

#endif
