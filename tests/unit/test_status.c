/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * test_status.c: every result of the engine has a status and a code, and they agree with each other.
 */
#include "api/status.h"

#include "unit.h"

static const struct {
    enum result result;
    NTSTATUS status;
    ULONG error;
} table[] = {
    {RESULT_OK, 0, 0},
    {RESULT_PENDING, 0x103, 997},
    {RESULT_EOF, (NTSTATUS)0xc0000011, 38},
    {RESULT_MORE, (NTSTATUS)0x80000005, 234},
    {RESULT_CANCELED, (NTSTATUS)0xc0000120, 995},
    {RESULT_GONE, (NTSTATUS)0xc000023a, 1229},
    {RESULT_RESET, (NTSTATUS)0xc000013b, 64},
    {RESULT_INVALID, (NTSTATUS)0xc000000d, 87},
    {RESULT_NO_MEMORY, (NTSTATUS)0xc0000017, 8},
    {RESULT_UNSUPPORTED, (NTSTATUS)0xc00000bb, 50},
    {RESULT_EXISTS, (NTSTATUS)0xc0000035, 183},
    {RESULT_NOT_FOUND, (NTSTATUS)0xc0000034, 2},
    {RESULT_IN_USE, (NTSTATUS)0xc0000043, 32},
    {RESULT_NOT_LOCAL, (NTSTATUS)0xc0000207, 1214},
    {RESULT_DENIED, (NTSTATUS)0xc0000022, 5},
    {RESULT_IO_ERROR, (NTSTATUS)0xc0000185, 1117},
    {RESULT_FAULT, (NTSTATUS)0xc0000005, 998},
};

/* Windows' own numbers. */
Test(status, every_result)
{
    cr_assert_eq(COUNT(table), (size_t)RESULT_FAULT + 1);
    for (size_t i = 0; i < COUNT(table); i++) {
        cr_assert_eq((size_t)table[i].result, i);
        cr_assert_eq(result_to_status(table[i].result), table[i].status, "result %zu: %08x", i,
                     (unsigned)result_to_status(table[i].result));
        cr_assert_eq(result_to_error(table[i].result), table[i].error, "result %zu: %u", i,
                     (unsigned)result_to_error(table[i].result));
    }
}

/* There and back: what op_discard() writes is what GetOverlappedResult() makes the same code of. */
Test(status, there_and_back)
{
    static const ULONG others[] = {ERROR_INVALID_HANDLE, ERROR_INSUFFICIENT_BUFFER, ERROR_NOT_FOUND, ERROR_TIMEOUT,
                                   ERROR_NO_SYSTEM_RESOURCES};

    for (size_t i = 0; i < COUNT(table); i++)
        cr_assert_eq(status_to_error(error_to_status(table[i].error)), table[i].error);
    for (size_t i = 0; i < COUNT(others); i++)
        cr_assert_eq(status_to_error(error_to_status(others[i])), others[i], "%u", (unsigned)others[i]);
}

Test(status, unknown_ones)
{
    cr_assert_eq(status_to_error((NTSTATUS)0xdeadbeef), (ULONG)ERROR_MR_MID_NOT_FOUND);
    cr_assert(error_to_status(0xdeadbeef) != STATUS_SUCCESS);
    cr_assert(result_to_status((enum result)1000) != STATUS_SUCCESS);
}
