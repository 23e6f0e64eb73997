/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * test_probe.c: memory that isn't there is noticed wherever it begins, memory that is there isn't changed.
 */
#include <setjmp.h>
#include <signal.h>
#include <sys/mman.h>

#include "api/api.h"
#include "unit.h"

#define PAGE 4096ul
#define PAGES 3

static char *memory; /* PAGES that can be written, and one that can't be touched */
static sigjmp_buf fault;

static void on_fault(int signal)
{
    (void)signal;
    siglongjmp(fault, 1);
}

static void prepare(void)
{
    struct sigaction action = {.sa_handler = on_fault, .sa_flags = SA_NODEFER};

    memory = mmap(NULL, (PAGES + 1) * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    cr_assert(memory != MAP_FAILED);
    cr_assert(!mprotect(memory + PAGES * PAGE, PAGE, PROT_NONE));
    sigaction(SIGSEGV, &action, NULL);
}

static bool read_faults(size_t at, size_t size)
{
    if (sigsetjmp(fault, 1))
        return true;
    probe_read(memory + at, size);
    return false;
}

static bool write_faults(size_t at, size_t size)
{
    if (sigsetjmp(fault, 1))
        return true;
    probe_write(memory + at, size);
    return false;
}

/* Each beginning and length around the borders of pages. */
Test(probe, faults_exactly_when_a_byte_is_missing, .init = prepare)
{
    static const size_t near[] = {0, 1, PAGE - 1, PAGE, PAGE + 1, 2 * PAGE - 1, 2 * PAGE, 2 * PAGE + 1, 3 * PAGE - 1};

    for (size_t i = 0; i < COUNT(near); i++) {
        for (size_t end = near[i]; end <= PAGES * PAGE + 2; end += end % PAGE < 2 || end % PAGE > PAGE - 3 ? 1 : 97) {
            bool missing = end > PAGES * PAGE && end > near[i];

            cr_assert_eq(read_faults(near[i], end - near[i]), missing, "[%zu, %zu)", near[i], end);
            cr_assert_eq(write_faults(near[i], end - near[i]), missing, "[%zu, %zu)", near[i], end);
        }
    }
}

Test(probe, a_page_in_the_middle, .init = prepare)
{
    cr_assert(!mprotect(memory + PAGE, PAGE, PROT_NONE));
    cr_assert(read_faults(0, 3 * PAGE));
    cr_assert(write_faults(0, 3 * PAGE));
    cr_assert(read_faults(PAGE - 1, PAGE + 2));
    cr_assert(!read_faults(0, PAGE));
    cr_assert(!read_faults(2 * PAGE, PAGE));
}

/* As a size from a program's structure may say, of a buffer near the end of the address space. */
Test(probe, sizes_that_wrap_around, .init = prepare)
{
    cr_assert(read_faults(PAGE, SIZE_MAX));
    cr_assert(write_faults(PAGE, SIZE_MAX));
    cr_assert(read_faults(PAGE, -(size_t)memory));
    cr_assert(write_faults(PAGE, -(size_t)memory));
}

Test(probe, read_only_memory, .init = prepare)
{
    cr_assert(!mprotect(memory + 2 * PAGE, PAGE, PROT_READ));
    cr_assert(!read_faults(0, 3 * PAGE));
    cr_assert(write_faults(0, 3 * PAGE));
    cr_assert(!write_faults(0, 2 * PAGE));
}

Test(probe, nothing_is_changed, .init = prepare)
{
    for (size_t i = 0; i < PAGES * PAGE; i++)
        memory[i] = (char)(i * 7);
    cr_assert(!write_faults(1, PAGES * PAGE - 1));
    for (size_t i = 0; i < PAGES * PAGE; i++)
        cr_assert_eq(memory[i], (char)(i * 7));
}

Test(probe, no_bytes_no_fault, .init = prepare)
{
    cr_assert(!read_faults(PAGES * PAGE, 0));
    cr_assert(!write_faults(PAGES * PAGE, 0));
    probe_read(NULL, 0);
    probe_write(NULL, 0);
}
