/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * any_thread.h: code that runs in whatever thread a signal finds.
 *
 * The C library knows its thread by a segment register. In a Wine process that runs 32-bit code a signal may find a thread
 * in the middle of Windows code, which has something else there; Wine's own handlers put that right, and nobody does it
 * for ours. So a handler of ours does without all that hangs on the register: the stack protector's secret, errno and
 * other variables of threads, points of cancellation, and on i386 every system call that the C library makes.
 */
#ifndef HTTPAPI_ENGINE_ANY_THREAD_H
#define HTTPAPI_ENGINE_ANY_THREAD_H

#include <errno.h>
#include <sys/syscall.h>
#include <unistd.h>

/* For the handler and what it calls. */
#if __has_attribute(no_stack_protector)
#define IN_ANY_THREAD __attribute__((no_stack_protector))
#else
#define IN_ANY_THREAD
#endif

/* A system call of up to three arguments, straight to the kernel: -errno when it fails. */
IN_ANY_THREAD static inline long bare_syscall(long number, long a, long b, long c)
{
    long result;

#if defined(__x86_64__)
    __asm__ volatile("syscall" : "=a"(result) : "a"(number), "D"(a), "S"(b), "d"(c) : "rcx", "r11", "memory");
#elif defined(__i386__)
    __asm__ volatile("int $0x80" : "=a"(result) : "a"(number), "b"(a), "c"(b), "d"(c) : "memory");
#else /* no Windows code, either */
    int before = errno;

    result = syscall(number, a, b, c);
    result = result < 0 ? -errno : result;
    errno = before;
#endif
    return result;
}

#endif
