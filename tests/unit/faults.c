/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * faults.c: the wrapped calls.
 */
#include "faults.h"

#include <errno.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/sendfile.h>
#include <sys/socket.h>
#include <sys/uio.h>

void *__real_malloc(size_t size);
void *__real_calloc(size_t count, size_t size);
void *__real_aligned_alloc(size_t alignment, size_t size);
void *__real_realloc(void *p, size_t size);
void *__real_mmap(void *at, size_t size, int protection, int flags, int fd, off_t offset);
void *__real_mremap(void *at, size_t from, size_t to, int flags);
ssize_t __real_recv(int fd, void *buffer, size_t size, int flags);
ssize_t __real_send(int fd, const void *buffer, size_t size, int flags);
ssize_t __real_sendmsg(int fd, const struct msghdr *m, int flags);
ssize_t __real_sendfile(int out, int in, off_t *offset, size_t count);
int __real_dup(int fd);

static __thread unsigned until_failure;
static __thread bool alloc_failed;
static atomic_uint chance; /* state of the random numbers; 0: calls are left alone */
static atomic_uint failing_dups, short_sends;

void faults_fail_alloc(unsigned nth)
{
    until_failure = nth;
    alloc_failed = false;
}

bool faults_alloc_failed(void)
{
    until_failure = 0;
    return alloc_failed;
}

void faults_trickle(unsigned seed)
{
    atomic_store(&chance, seed);
}

void faults_fail_dup(unsigned n)
{
    atomic_store(&failing_dups, n);
}

void faults_short_send(unsigned n)
{
    atomic_store(&short_sends, n);
}

static bool alloc_fails(void)
{
    if (!until_failure || --until_failure)
        return false;
    alloc_failed = true;
    errno = ENOMEM;
    return true;
}

void *__wrap_malloc(size_t size)
{
    return alloc_fails() ? NULL : __real_malloc(size);
}

void *__wrap_calloc(size_t count, size_t size)
{
    return alloc_fails() ? NULL : __real_calloc(count, size);
}

void *__wrap_aligned_alloc(size_t alignment, size_t size)
{
    return alloc_fails() ? NULL : __real_aligned_alloc(alignment, size);
}

void *__wrap_realloc(void *p, size_t size)
{
    return alloc_fails() ? NULL : __real_realloc(p, size);
}

void *__wrap_mmap(void *at, size_t size, int protection, int flags, int fd, off_t offset)
{
    return alloc_fails() ? MAP_FAILED : __real_mmap(at, size, protection, flags, fd, offset);
}

void *__wrap_mremap(void *at, size_t from, size_t to, int flags)
{
    return alloc_fails() ? MAP_FAILED : __real_mremap(at, from, to, flags);
}

/* One more from a counter that isn't zero. */
static bool take_one(atomic_uint *counter)
{
    unsigned n = atomic_load(counter);

    while (n)
        if (atomic_compare_exchange_weak(counter, &n, n - 1))
            return true;
    return false;
}

/* xorshift; 0 when calls are left alone. */
static unsigned next_chance(void)
{
    unsigned x = atomic_load(&chance), was = x;

    if (!x)
        return 0;
    x ^= x << 13;
    x ^= x >> 17;
    x ^= x << 5;
    atomic_compare_exchange_strong(&chance, &was, x);
    return x;
}

/* What a trickling call does: is interrupted, or goes on with *size cut to one byte. */
static bool interrupted(size_t *size)
{
    unsigned x = next_chance();

    if (!x)
        return false;
    if (x % 4 == 0) {
        errno = EINTR;
        return true;
    }
    *size = *size ? 1 : 0;
    return false;
}

ssize_t __wrap_recv(int fd, void *buffer, size_t size, int flags)
{
    return interrupted(&size) ? -1 : __real_recv(fd, buffer, size, flags);
}

ssize_t __wrap_send(int fd, const void *buffer, size_t size, int flags)
{
    if (size && take_one(&short_sends))
        size = 1;
    return interrupted(&size) ? -1 : __real_send(fd, buffer, size, flags);
}

/* The first bytes of a message: at most `size` of them. */
static ssize_t send_some(int fd, const struct msghdr *m, int flags, size_t size)
{
    struct msghdr part = *m;
    struct iovec first = {0};

    part.msg_iov = &first;
    part.msg_iovlen = 1;
    for (size_t i = 0; i < m->msg_iovlen && !first.iov_len; i++)
        first = m->msg_iov[i];
    first.iov_len = first.iov_len < size ? first.iov_len : size;
    return __real_sendmsg(fd, &part, flags);
}

ssize_t __wrap_sendmsg(int fd, const struct msghdr *m, int flags)
{
    size_t size = SIZE_MAX;

    if (interrupted(&size))
        return -1;
    return size == SIZE_MAX ? __real_sendmsg(fd, m, flags) : send_some(fd, m, flags, size);
}

ssize_t __wrap_sendfile(int out, int in, off_t *offset, size_t count)
{
    return interrupted(&count) ? -1 : __real_sendfile(out, in, offset, count);
}

int __wrap_dup(int fd)
{
    if (!take_one(&failing_dups))
        return __real_dup(fd);
    errno = EMFILE;
    return -1;
}
