/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * calls.h: the calls of the C library that fail on purpose, and how.
 *
 * calls.c defines functions of these names. The program comes before the libraries in the order in which symbols are looked
 * up, so that they stand between the C library and everybody: our own objects, libev, libidn2. A call counts when the
 * counting is on and its thread isn't the test's own.
 */
#ifndef TESTS_INJECT_CALLS_H
#define TESTS_INJECT_CALLS_H

#include <errno.h>
#include <stdatomic.h>
#include <stdbool.h>

/*
 * X(name, ways): how it may fail, by errno or
 *
 *   ONE_BYTE  it takes or gives one byte
 *   NOTHING   it gives zero and has done nothing: a spurious wake-up, a file that is shorter than it was
 *
 * What a caller has to take in its stride (is_harmless()) may not be seen by program or client.
 */
#define CALLS(X) \
    X(malloc, ENOMEM) \
    X(calloc, ENOMEM) \
    X(realloc, ENOMEM) \
    X(aligned_alloc, ENOMEM) \
    X(strdup, ENOMEM) \
    X(mmap, ENOMEM) \
    X(mremap, ENOMEM) \
    X(mprotect, ENOMEM) \
    X(pthread_create, EAGAIN) \
    X(pthread_key_create, EAGAIN) \
    X(pthread_setspecific, ENOMEM) \
    X(socket, EMFILE, ENFILE, ENOBUFS, ENOMEM, EAFNOSUPPORT) \
    X(bind, ENOMEM, EADDRINUSE, EACCES, EADDRNOTAVAIL) \
    X(listen, EADDRINUSE, ENOBUFS) \
    X(accept4, EAGAIN, EINTR, ECONNABORTED, EPROTO, ENETDOWN, EMFILE, ENFILE, ENOBUFS, ENOMEM, EPERM) \
    X(setsockopt, ENOBUFS, ENOMEM) \
    X(getsockopt, ENOBUFS) \
    X(getsockname, ENOBUFS, ENOTCONN) \
    X(shutdown, ENOTCONN) \
    X(recv, EAGAIN, EINTR, ONE_BYTE, ECONNRESET, ENOMEM, ETIMEDOUT) \
    X(send, EAGAIN, EINTR, ONE_BYTE, EPIPE, ENOBUFS) \
    X(sendmsg, EAGAIN, EINTR, ONE_BYTE, EPIPE, ECONNRESET, ENOBUFS, ENOMEM) \
    X(sendfile, EAGAIN, EINTR, ONE_BYTE, NOTHING, EIO, EPIPE, ENOMEM) \
    X(open, EMFILE, ENFILE, ENOMEM, ENOSPC, EINTR) \
    X(fopen, EMFILE, ENOMEM) \
    X(fstat, EIO, ENOMEM) \
    X(fcntl, EMFILE) \
    X(dup, EMFILE) \
    X(pread, EIO, EINTR, ONE_BYTE) \
    X(read, EAGAIN, EINTR, EIO) \
    X(write, EINTR, ONE_BYTE, EIO, ENOSPC) \
    X(close, EINTR, EIO) \
    X(epoll_create1, EMFILE, ENOMEM) \
    X(epoll_ctl, ENOMEM, ENOSPC) \
    X(epoll_wait, EINTR, NOTHING) \
    X(eventfd, EMFILE, ENOMEM) \
    X(pipe, EMFILE) \
    X(pipe2, EMFILE) \
    X(getrandom, EINTR, ENOSYS) \
    X(getifaddrs, ENOMEM) \
    X(syscall, EINTR, NOTHING)

enum {ONE_BYTE = -1, NOTHING = -2};

enum call {
#define X(name, ...) CALL_##name,
    CALLS(X)
#undef X
    CALL_MAX
};

extern const char *const call_names[CALL_MAX];

/* The ways of a call; their number. */
unsigned call_ways(enum call call, const int **ways);

/* "ENOMEM", "one byte". */
const char *way_name(int way);

/* Nobody need notice: the call is made again, or the rest in another one. */
bool is_harmless(enum call call, int way);

struct plan {
    enum call call;
    unsigned nth; /* 0: none fails */
    int way;
};

/* From now on calls are counted, and the planned one fails, once. */
void calls_begin(const struct plan *plan);
void calls_end(void);

extern atomic_uint calls_counted[CALL_MAX];
extern atomic_bool call_failed; /* it has come to that */

/* The calling thread's calls don't count. By default they do. */
extern __thread bool calls_outside;

#endif
