/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * door.h: the calls between the Windows half (pe/) and the ELF half.
 *
 * A call is a number and a structure of fixed-width fields, the same for both compilers whatever their pointer
 * width; pointers travel as 64-bit numbers. Whoever changes a structure or a list raises DOOR_VERSION: halves of
 * different versions refuse to work together.
 */
#ifndef HTTPAPI_DOOR_H
#define HTTPAPI_DOOR_H

#include <stdint.h>

#include "exports.h"

#define DOOR_VERSION 7

/* Aligned alike: of itself, a 64-bit number is aligned to four bytes by 32-bit ELF compilers, and to eight by PE ones. */
typedef uint64_t __attribute__((aligned(8))) door_u64;
typedef int64_t __attribute__((aligned(8))) door_i64;

/* struct door_HttpAddUrl { door_u64 queue, url, reserved; uint32_t result; } ... */
#define DOOR_FIELD(type, name) door_u64 name;
#define X(name) \
    struct door_##name { \
        name##_PARAMS(DOOR_FIELD, DOOR_FIELD) \
        uint32_t result; \
        uint32_t padding; \
    };
HTTPAPI_EXPORTS(X)
#undef X

/* Both halves' versions; the ELF half answers with the number of service threads the PE half has to start. */
struct door_attach {
    uint32_t version;
    uint32_t service_threads;
    char build[64]; /* in: the PE half's build; out: the ELF half's */
};

enum door_parameter_kind { DOOR_PARAMETER_OTHER, DOOR_PARAMETER_NUMBER, DOOR_PARAMETER_STRING };

#define DOOR_PARAMETER_TEXT_MAX 780

/* A value of the registry's HTTP\Parameters key, behind attach and before any other call. Text is UTF-8 with a NUL. */
struct door_parameter {
    char name[64];
    uint32_t kind; /* enum door_parameter_kind */
    uint32_t number;
    char text[DOOR_PARAMETER_TEXT_MAX + 1];
};

/* A service thread: doesn't return. */
struct door_serve {
    uint32_t index;
    uint32_t padding;
};

/*
 * SIGTERM. The thread that sees to it calls the last two: stop_await returns when the program is to be told, stop_expire when
 * it is to be ended.
 */
struct door_stop {
    uint32_t caught; /* out of stop_catch: false when somebody else sees to it */
    uint32_t padding;
};

/* The calling thread is about to end. */
struct door_thread {
    uint64_t padding;
};

/* An export without a prototype was called: the ELF half logs it. */
struct door_undocumented {
    char name[64];
};

/* Memory that an export returned and the PE half has moved to the process heap. */
struct door_release {
    uint64_t memory;
};

/* NT calls on handles, see api/handle.h. `ours` is false when the call has to go on to the system. */
struct door_handle {
    door_u64 handle;
    door_u64 other;      /* duplicate: the new handle; cancel: the OVERLAPPED or 0 */
    door_u64 info;       /* set information: the buffer */
    uint32_t info_class;
    uint32_t length;
    uint32_t this_thread;
    int32_t status;
    uint32_t ours;
    uint32_t padding;
};

/* Where a completion port's packets are: host/wine_port.c. */
enum door_port_state { DOOR_PORT_OUTSIDE, DOOR_PORT_DRAINING, DOOR_PORT_RING };

#define DOOR_BATCH 64 /* packets in one call, at most */

struct door_packet {
    door_u64 key, value, bytes;
    int32_t status;
    uint32_t padding;
};

/*
 * Calls on completion ports. One that is OUTSIDE has to go on to the system and then say port_leave with the `port` it
 * was given, if any.
 *
 *   port_take        `count` packets at most, until the timeout; out: count, status. `other`: its pump should start now
 *   port_post        one packet; RING: done, status. DRAINING: goes to the system while the pump can't run
 *   port_pump        out: `port` for the pump thread that the caller is to start, or 0; count: calls that are outside
 *   port_serve       the pump: a packet of the system's, if there is one; state RING: posts need no pump from now on,
 *                    its own `handle`; out: count, calls that are outside; status after RING: is the port closed?
 *   port_forget      the pump ends
 *   port_closing     before the system's close; out: state RING when a pump has to be stopped, `other`: its handle
 *   port_duplicated  `other` is a new handle of the same port
 *   port_early       so many threads wait on Wine's ports past us: bound ports stay OUTSIDE until there are none
 *   port_watch       count 1: an alertable wait begins; out: port, and in `other` the event that packets set. 0: it ends
 */
struct door_port {
    door_u64 handle;
    door_u64 other;
    door_u64 port;
    door_u64 packets; /* struct door_packet */
    door_i64 timeout; /* as NT calls have it */
    uint32_t has_timeout;
    uint32_t count;
    int32_t status;
    uint32_t state;   /* enum door_port_state */
};

/*
 * A wait on handles, of which some may be request queues' or operations' events: host/wine_event.c.
 *
 *   event_wait      out: `over`, and the `index` of the one that ended it; else the wait goes on to the system
 *   event_waited    afterwards, when event_wait gave a `wait`
 */
struct door_wait {
    door_u64 handles; /* HANDLE */
    door_u64 wait;
    uint32_t count;
    uint32_t all;
    uint32_t alertable;
    uint32_t over;
    uint32_t index;
    uint32_t padding;
};

/* SHARE: it gets another handle. QUERY: somebody asks Wine, or hands it to an operation of Wine's. Both go on to the system. */
enum door_event_change { DOOR_EVENT_SET, DOOR_EVENT_CLEAR, DOOR_EVENT_PULSE, DOOR_EVENT_SHARE, DOOR_EVENT_QUERY };

/* A program's call on an event. `done` is false when it has to go on to the system. */
struct door_event {
    door_u64 event;
    door_u64 previous; /* LONG, or 0 */
    uint32_t change;   /* enum door_event_change */
    int32_t status;
    uint32_t done;
    uint32_t padding;
};

/* X(name, structure) */
#define DOOR_EVENTS(X) \
    X(event_wait, door_wait) X(event_waited, door_wait) X(event_change, door_event)
#define DOOR_PORTS(X) \
    X(port_take, door_port) X(port_post, door_port) X(port_leave, door_port) X(port_pump, door_port) \
    X(port_serve, door_port) X(port_forget, door_port) X(port_closing, door_port) X(port_duplicated, door_port) \
    X(port_early, door_port) X(port_watch, door_port)
#define DOOR_INTERNAL(X) \
    X(attach, door_attach) X(parameter, door_parameter) X(serve, door_serve) \
    X(undocumented, door_undocumented) X(release, door_release) \
    X(handle_known, door_handle) X(handle_closing, door_handle) X(handle_duplicated, door_handle) \
    X(handle_set_information, door_handle) X(handle_cancel, door_handle) \
    X(stop_catch, door_stop) X(stop_await, door_stop) X(stop_expire, door_stop) \
    X(thread_ends, door_thread) \
    DOOR_EVENTS(X) DOOR_PORTS(X)

enum door_call {
#define X(name, structure) DOOR_##name,
    DOOR_INTERNAL(X)
#undef X
#define X(name) DOOR_##name,
    HTTPAPI_EXPORTS(X)
#undef X
    DOOR_CALLS
};

/* A value of any type up to 64 bits, to and from a field. */
#define DOOR_PACK(value) \
    __extension__({ \
        __typeof__(value) door_v = (value); \
        uint64_t door_w = 0; \
        __builtin_memcpy(&door_w, &door_v, sizeof door_v); \
        door_w; \
    })
#define DOOR_UNPACK(type, field) \
    __extension__({ \
        type door_v; \
        __builtin_memcpy(&door_v, &(field), sizeof door_v); \
        door_v; \
    })

/* Pieces to build parameter lists with: name##_PARAMS(DOOR_PROTO_F, DOOR_PROTO_R) and so on. */
#define DOOR_PROTO_F(type, name) type name
#define DOOR_PROTO_R(type, name) , type name
#define DOOR_ARG_F(type, name) name
#define DOOR_ARG_R(type, name) , name
#define DOOR_UNPACK_F(type, name) DOOR_UNPACK(type, door_args->name)
#define DOOR_UNPACK_R(type, name) , DOOR_UNPACK(type, door_args->name)
#define DOOR_PACK_FIELD(type, name) .name = DOOR_PACK(name),

#endif
