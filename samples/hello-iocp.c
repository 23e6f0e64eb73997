/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * hello-iocp: a completion port, as .NET and others use the API. Operations that succeed at once are handled at once
 * (FILE_SKIP_COMPLETION_PORT_ON_SUCCESS); the rest come out of the port, several at a time.
 */
#include "hello.h"

#define RECEIVES_PER_THREAD 32
#define BATCH 16

/* A request in the making: received into `request`, answered with `hello`. */
struct context {
    OVERLAPPED overlapped; /* first: the packet's OVERLAPPED is the context */
    enum { RECEIVING, SENDING } state;
    struct hello hello;
    HTTP_REQUEST *request;
};

static HANDLE port;
static struct server server;

/* The next operation of a context: NO_ERROR when it is over already, ERROR_IO_PENDING when a packet will come. */
static ULONG begin(struct context *c)
{
    memset(&c->overlapped, 0, sizeof c->overlapped);
    if (c->state == RECEIVING)
        return HttpReceiveHttpRequest(server.queue, HTTP_NULL_ID, 0, c->request, REQUEST_BUFFER, NULL, &c->overlapped);
    return HttpSendHttpResponse(server.queue, c->request->RequestId, 0, &c->hello.response, NULL, NULL, NULL, 0,
                                &c->overlapped, NULL);
}

static void free_context(struct context *c)
{
    free(c->request);
    free(c);
}

/* An operation is over: goes on until one stays pending, or for good when the queue was shut down. */
static void run(struct context *c, ULONG error)
{
    while (error != ERROR_IO_PENDING) {
        if (c->state == RECEIVING && error != NO_ERROR && error != ERROR_MORE_DATA) {
            free_context(c);
            return;
        }
        /* A send that failed lost its client: nothing to do but to take the next request. */
        c->state = c->state == RECEIVING ? SENDING : RECEIVING;
        error = begin(c);
    }
}

static ULONG packet_error(const OVERLAPPED_ENTRY *e)
{
    DWORD bytes;

    return GetOverlappedResult(server.queue, e->lpOverlapped, &bytes, FALSE) ? NO_ERROR : GetLastError();
}

static DWORD WINAPI work(void *arg)
{
    OVERLAPPED_ENTRY entries[BATCH];
    BOOL stopping = FALSE;
    ULONG count;

    (void)arg;
    while (!stopping && GetQueuedCompletionStatusEx(port, entries, BATCH, &count, INFINITE, FALSE))
        for (ULONG i = 0; i < count; i++) {
            if (!entries[i].lpOverlapped)
                stopping = TRUE;
            else
                run((struct context *)entries[i].lpOverlapped, packet_error(&entries[i]));
        }
    /* For the next thread: one packet for each could all be taken in one batch. */
    PostQueuedCompletionStatus(port, 0, 0, NULL);
    return 0;
}

static void start_context(void)
{
    struct context *c = calloc(1, sizeof *c);

    c->request = malloc(REQUEST_BUFFER);
    c->state = RECEIVING;
    hello_init(&c->hello);
    run(c, begin(c));
}

static BOOL WINAPI stop(DWORD event)
{
    (void)event;
    HttpShutdownRequestQueue(server.queue);
    PostQueuedCompletionStatus(port, 0, 0, NULL);
    return TRUE;
}

int main(int argc, char **argv)
{
    server_open(&server, argc, argv);
    port = CreateIoCompletionPort(server.queue, NULL, 1, 0);
    if (!port || !SetFileCompletionNotificationModes(server.queue, FILE_SKIP_COMPLETION_PORT_ON_SUCCESS |
                                                                       FILE_SKIP_SET_EVENT_ON_HANDLE))
        check("completion port", GetLastError());
    SetConsoleCtrlHandler(stop, TRUE);
    for (int i = 0; i < server.threads * RECEIVES_PER_THREAD; i++)
        start_context();
    server_ready(argc, argv);
    run_threads(&server, work);
    server_close(&server);
    CloseHandle(port);
    return 0;
}
