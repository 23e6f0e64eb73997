/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * v1_handle.c: HttpCreateHttpHandle, and what can be done with the handle.
 */
#include "server.h"

static void test_create(void)
{
    HANDLE queue = NULL, other = NULL;
    ULONG error;

    /* [rp] there must be a place for the handle */
    ok_eq(HttpCreateHttpHandle(NULL, 0), ERROR_INVALID_PARAMETER);

    /* [rp] each call makes another queue */
    ok_eq(HttpCreateHttpHandle(&queue, 0), NO_ERROR);
    ok(queue != NULL, "no handle");
    ok_eq(HttpCreateHttpHandle(&other, 0), NO_ERROR);
    ok(other != NULL && other != queue, "got %p twice", queue);

    /* [rp] plain CloseHandle closes it */
    ok(CloseHandle(queue), "CloseHandle: error %lu", UL(GetLastError()));
    ok(CloseHandle(other), "CloseHandle: error %lu", UL(GetLastError()));

    /* [rp] Windows XP and 2003 take a reserved parameter that isn't zero; [doc] it must be zero */
    error = HttpCreateHttpHandle(&queue, 1);
    ok(error == ERROR_INVALID_PARAMETER || broken(error == NO_ERROR), "got %lu", UL(error));
    if (error == NO_ERROR)
        CloseHandle(queue);
}

/* [rp] it is a file handle: overlapped results, cancelling and completion ports work on it */
static void test_file_handle(void)
{
    struct receive receive;
    HANDLE queue, port;

    ok_eq(HttpCreateHttpHandle(&queue, 0), NO_ERROR);
    receive_init(&receive, queue);
    ok_eq(receive_start(&receive, HTTP_NULL_ID, 0), ERROR_IO_PENDING);
    ok(!GetOverlappedResult(queue, &receive.overlapped, &receive.bytes, FALSE), "a pending receive has a result");
    ok_eq(GetLastError(), ERROR_IO_INCOMPLETE);
    ok(CancelIo(queue), "CancelIo: error %lu", UL(GetLastError()));
    ok_eq(receive_wait(&receive, DEADLINE), ERROR_OPERATION_ABORTED);
    receive_close(&receive);

    port = CreateIoCompletionPort(queue, NULL, 123, 0);
    ok(port != NULL, "CreateIoCompletionPort: error %lu", UL(GetLastError()));
    CloseHandle(port);
    CloseHandle(queue);
}

/* [rp] a closed handle is no queue any more */
static void test_closed(void)
{
    HANDLE queue;

    ok_eq(HttpCreateHttpHandle(&queue, 0), NO_ERROR);
    CloseHandle(queue);
    ok_eq(HttpAddUrl(queue, local_url(free_port(), "/"), NULL), ERROR_INVALID_HANDLE);
}

/* [rp] closing a queue frees its URLs and ports, also when they were never removed */
static void test_close_frees_urls(void)
{
    USHORT first = free_port(), second = free_port();
    HANDLE queue;
    int i;

    for (i = 0; i < 3; i++) {
        ok_eq(HttpCreateHttpHandle(&queue, 0), NO_ERROR);
        ok_eq(HttpAddUrl(queue, local_url(first, "/"), NULL), NO_ERROR);
        ok_eq(HttpAddUrl(queue, local_url(first, "/foo/"), NULL), NO_ERROR);
        ok_eq(HttpAddUrl(queue, local_url(second, "/"), NULL), NO_ERROR);
        ok(CloseHandle(queue), "CloseHandle: error %lu", UL(GetLastError()));
    }
}

START_TEST(v1_handle)
{
    ok_eq(HttpInitialize(version_1, HTTP_INITIALIZE_SERVER, NULL), NO_ERROR);
    test_create();
    test_file_handle();
    test_closed();
    test_close_frees_urls();
    ok_eq(HttpTerminate(HTTP_INITIALIZE_SERVER, NULL), NO_ERROR);
}
