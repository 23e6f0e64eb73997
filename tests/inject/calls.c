/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * calls.c: the calls that fail. calls.h describes it.
 */
#include "calls.h"

#include <dlfcn.h>
#include <execinfo.h>
#include <fcntl.h>
#include <ifaddrs.h>
#include <pthread.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/random.h>
#include <sys/sendfile.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

atomic_uint calls_counted[CALL_MAX];
atomic_bool call_failed;
__thread bool calls_outside __attribute__((tls_model("local-exec")));

static struct plan plan;
static atomic_bool counting;

const char *const call_names[CALL_MAX] = {
#define X(name, ...) [CALL_##name] = #name,
    CALLS(X)
#undef X
};

unsigned call_ways(enum call call, const int **ways)
{
    switch (call) {
#define X(name, ...) \
    case CALL_##name: { \
        static const int of_##name[] = {__VA_ARGS__}; \
        *ways = of_##name; \
        return sizeof of_##name / sizeof *of_##name; \
    }
        CALLS(X)
#undef X
    default: return 0;
    }
}

const char *way_name(int way)
{
    return way == ONE_BYTE ? "one byte" : way == NOTHING ? "nothing" : strerrorname_np(way);
}

bool is_harmless(enum call call, int way)
{
    switch (call) {
    case CALL_recv:
    case CALL_send:
    case CALL_sendmsg:
    case CALL_pread: return way == EAGAIN || way == EINTR || way == ONE_BYTE;
    case CALL_sendfile: return way == EAGAIN || way == EINTR || way == ONE_BYTE;
    case CALL_accept4:
    case CALL_close:
    case CALL_epoll_wait:
    case CALL_syscall:
    case CALL_shutdown: return true;
    case CALL_open: return way == EINTR;
    case CALL_write: return true; /* a log: nobody may suffer from that */
    case CALL_read: return way == EAGAIN || way == EINTR;
    case CALL_getrandom: return way == EINTR;
    default: return false;
    }
}

void calls_begin(const struct plan *p)
{
    plan = *p;
    atomic_store(&counting, true);
}

void calls_end(void)
{
    atomic_store(&counting, false);
}

static void show_place(void)
{
    void *frames[32];

    if (getenv("INJECT_TRACE"))
        backtrace_symbols_fd(frames, backtrace(frames, 32), STDERR_FILENO);
}

/* The sanitizer has a thread's object in a thread-specific value, and no way to go on without. */
#ifdef UNDER_asan
#define NEVER_FAILS CALL_pthread_setspecific
#else
#define NEVER_FAILS CALL_MAX
#endif

/* How the call fails; 0: it doesn't. Sets errno. */
static int fails(enum call call)
{
    unsigned n;

    if (call == NEVER_FAILS || !atomic_load_explicit(&counting, memory_order_relaxed) || calls_outside)
        return 0;
    n = atomic_fetch_add(&calls_counted[call], 1) + 1;
    if (call != plan.call || n != plan.nth)
        return 0;
    calls_outside = true;
    show_place();
    calls_outside = false;
    atomic_store(&call_failed, true);
    if (plan.way > 0)
        errno = plan.way;
    return plan.way;
}

/* Found when it is first needed; that allocates nothing. */
#define REAL(name) \
    static __typeof__(&name) real; \
    if (!real) \
        real = (__typeof__(&name))dlsym(RTLD_NEXT, #name)

/* A call that can only fail as a whole, with the value `failure`. */
#define WHOLE(type, name, parameters, arguments, failure) \
    type name parameters \
    { \
        int way; \
\
        REAL(name); \
        way = fails(CALL_##name); \
        return way == NOTHING ? (type)0 : way ? (failure) : real arguments; \
    }

/* One that moves `size` bytes, as many as it likes. */
#define MOVING(name, parameters, arguments) \
    ssize_t name parameters \
    { \
        int way; \
\
        REAL(name); \
        way = fails(CALL_##name); \
        if (way == ONE_BYTE && size) \
            size = 1; \
        return way == NOTHING ? 0 : way > 0 ? -1 : real arguments; \
    }

/* The allocator under us: dlsym() may want memory itself. The sanitizer's calls us before it can check what we do. */
#ifdef UNDER_asan
#define UNDER(name) __interceptor_##name
#define real_aligned_alloc __interceptor_aligned_alloc
#else
#define UNDER(name) __libc_##name
#define real_aligned_alloc __libc_memalign
#endif
void *UNDER(malloc)(size_t size);
void *UNDER(calloc)(size_t count, size_t size);
void *UNDER(realloc)(void *p, size_t size);
void *real_aligned_alloc(size_t alignment, size_t size);

void *malloc(size_t size)
{
    return fails(CALL_malloc) ? NULL : UNDER(malloc)(size);
}

void *calloc(size_t count, size_t size)
{
    return fails(CALL_calloc) ? NULL : UNDER(calloc)(count, size);
}

void *realloc(void *p, size_t size)
{
    return size && fails(CALL_realloc) ? NULL : UNDER(realloc)(p, size);
}

void *aligned_alloc(size_t alignment, size_t size)
{
    return fails(CALL_aligned_alloc) ? NULL : real_aligned_alloc(alignment, size);
}

WHOLE(char *, strdup, (const char *s), (s), NULL)
WHOLE(void *, mmap, (void *at, size_t size, int protection, int flags, int fd, off_t offset),
      (at, size, protection, flags, fd, offset), MAP_FAILED)
WHOLE(void *, mremap, (void *at, size_t from, size_t to, int flags, ...), (at, from, to, flags), MAP_FAILED)
WHOLE(int, mprotect, (void *at, size_t size, int protection), (at, size, protection), -1)
WHOLE(int, pthread_create, (pthread_t *thread, const pthread_attr_t *a, void *(*run)(void *), void *arg),
      (thread, a, run, arg), errno)
WHOLE(int, pthread_key_create, (pthread_key_t *key, void (*destroy)(void *)), (key, destroy), errno)
WHOLE(int, pthread_setspecific, (pthread_key_t key, const void *value), (key, value), errno)
WHOLE(int, socket, (int family, int type, int protocol), (family, type, protocol), -1)
WHOLE(int, bind, (int fd, const struct sockaddr *a, socklen_t len), (fd, a, len), -1)
WHOLE(int, listen, (int fd, int backlog), (fd, backlog), -1)
/* Connections have a small send buffer: long answers have to wait for their client. Smaller ones wait for its late ACKs, too. */
static int accept_small(int (*real)(int, struct sockaddr *, socklen_t *, int), int fd, struct sockaddr *a, socklen_t *len,
                        int flags)
{
    bool before = calls_outside;
    int accepted = real(fd, a, len, flags);

    calls_outside = true;
    if (accepted >= 0)
        setsockopt(accepted, SOL_SOCKET, SO_SNDBUF, &(int){131072}, sizeof(int));
    calls_outside = before;
    return accepted;
}

int accept4(int fd, struct sockaddr *a, socklen_t *len, int flags)
{
    REAL(accept4);
    return fails(CALL_accept4) ? -1 : accept_small(real, fd, a, len, flags);
}

WHOLE(int, setsockopt, (int fd, int level, int option, const void *value, socklen_t len), (fd, level, option, value, len),
      -1)
WHOLE(int, getsockopt, (int fd, int level, int option, void *value, socklen_t *len), (fd, level, option, value, len), -1)
WHOLE(int, getsockname, (int fd, struct sockaddr *a, socklen_t *len), (fd, a, len), -1)
WHOLE(int, shutdown, (int fd, int how), (fd, how), -1)
WHOLE(FILE *, fopen, (const char *path, const char *mode), (path, mode), NULL)
WHOLE(int, fstat, (int fd, struct stat *st), (fd, st), -1)
WHOLE(int, dup, (int fd), (fd), -1)
WHOLE(int, epoll_create1, (int flags), (flags), -1)
WHOLE(int, epoll_ctl, (int set, int op, int fd, struct epoll_event *e), (set, op, fd, e), -1)
WHOLE(int, epoll_wait, (int set, struct epoll_event *e, int count, int timeout), (set, e, count, timeout), -1)
WHOLE(int, eventfd, (unsigned count, int flags), (count, flags), -1)
WHOLE(int, pipe, (int fds[2]), (fds), -1)
WHOLE(int, pipe2, (int fds[2], int flags), (fds, flags), -1)
WHOLE(ssize_t, getrandom, (void *buffer, size_t size, unsigned flags), (buffer, size, flags), -1)
WHOLE(int, getifaddrs, (struct ifaddrs **all), (all), -1)

MOVING(recv, (int fd, void *buffer, size_t size, int flags), (fd, buffer, size, flags))
MOVING(send, (int fd, const void *buffer, size_t size, int flags), (fd, buffer, size, flags))
MOVING(sendfile, (int out, int in, off_t *offset, size_t size), (out, in, offset, size))
MOVING(pread, (int fd, void *buffer, size_t size, off_t offset), (fd, buffer, size, offset))
MOVING(read, (int fd, void *buffer, size_t size), (fd, buffer, size))

static bool is_regular(int fd)
{
    struct stat st;

    return !fstatat(fd, "", &st, AT_EMPTY_PATH) && S_ISREG(st.st_mode);
}

/* To a file: libev wakes its loops by writing to a descriptor where that can't fail. */
ssize_t write(int fd, const void *buffer, size_t size)
{
    int way;

    REAL(write);
    way = is_regular(fd) ? fails(CALL_write) : 0;
    return way > 0 ? -1 : real(fd, buffer, way == ONE_BYTE ? 1 : size);
}

/* The first byte there is. */
ssize_t sendmsg(int fd, const struct msghdr *m, int flags)
{
    struct msghdr part = *m;
    struct iovec first = {0};
    int way;

    REAL(sendmsg);
    way = fails(CALL_sendmsg);
    for (size_t i = 0; i < m->msg_iovlen && !first.iov_len; i++)
        first = m->msg_iov[i];
    first.iov_len = first.iov_len > 0;
    part.msg_iov = &first;
    part.msg_iovlen = 1;
    return way > 0 ? -1 : real(fd, way == ONE_BYTE ? &part : m, flags);
}

/* On Linux the descriptor is gone in any case. */
int close(int fd)
{
    int result, way;

    REAL(close);
    result = real(fd);
    way = fails(CALL_close);
    return way ? -1 : result;
}

#ifdef UNDER_asan
/* By which the sanitizer learns of a new thread's stack: without memory it gives up. */
int pthread_getattr_np(pthread_t thread, pthread_attr_t *a)
{
    bool before = calls_outside;
    int result;

    REAL(pthread_getattr_np);
    calls_outside = true;
    result = real(thread, a);
    calls_outside = before;
    return result;
}
#endif

static bool has_mode(int flags)
{
    return flags & O_CREAT || (flags & O_TMPFILE) == O_TMPFILE;
}

int open(const char *path, int flags, ...)
{
    mode_t mode = 0;
    va_list args;

    REAL(open);
    va_start(args, flags);
    if (has_mode(flags))
        mode = va_arg(args, mode_t);
    va_end(args);
    return fails(CALL_open) ? -1 : real(path, flags, mode);
}

int fcntl(int fd, int command, ...)
{
    va_list args;
    void *arg;

    REAL(fcntl);
    va_start(args, command);
    arg = va_arg(args, void *);
    va_end(args);
    return (command == F_DUPFD_CLOEXEC || command == F_DUPFD) && fails(CALL_fcntl) ? -1 : real(fd, command, arg);
}

/* Only the futex waits may fail; a wake that reports an error has happened all the same. */
long syscall(long number, ...)
{
    long a[6];
    va_list args;
    int way = 0;

    REAL(syscall);
    va_start(args, number);
    for (int i = 0; i < 6; i++)
        a[i] = va_arg(args, long);
    va_end(args);
    if (number == SYS_futex && a[3])
        way = fails(CALL_syscall);
    return way == NOTHING ? 0 : way ? -1 : real(number, a[0], a[1], a[2], a[3], a[4], a[5]);
}
