/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * hello-event: OVERLAPPED operations with an event each. One thread keeps several receives pending and waits for any of
 * their events; a send is waited for with GetOverlappedResult.
 */
#include "hello.h"

#define RECEIVES 16

struct receive {
    OVERLAPPED overlapped;
    HTTP_REQUEST *request;
};

/* False when the queue was shut down. */
static BOOL begin_receive(struct server *s, struct receive *r)
{
    ULONG error = HttpReceiveHttpRequest(s->queue, HTTP_NULL_ID, 0, r->request, REQUEST_BUFFER, NULL, &r->overlapped);

    /* NO_ERROR: done already; the event is set all the same, and the wait finds it. */
    return error == NO_ERROR || error == ERROR_IO_PENDING;
}

static void answer(struct server *s, HTTP_REQUEST_ID id, HANDLE event)
{
    OVERLAPPED overlapped;
    struct hello hello;
    DWORD bytes;
    ULONG error;

    hello_init(&hello);
    memset(&overlapped, 0, sizeof overlapped);
    overlapped.hEvent = event;
    error = HttpSendHttpResponse(s->queue, id, 0, &hello.response, NULL, NULL, NULL, 0, &overlapped, NULL);
    if (error == ERROR_IO_PENDING)
        GetOverlappedResult(s->queue, &overlapped, &bytes, TRUE);
}

/* A receive is over: answers, and begins the next. FALSE when the queue was shut down. */
static BOOL serve_one(struct server *s, struct receive *r, HANDLE send_event)
{
    DWORD bytes;

    if (GetOverlappedResult(s->queue, &r->overlapped, &bytes, FALSE) || GetLastError() == ERROR_MORE_DATA)
        answer(s, r->request->RequestId, send_event);
    else if (GetLastError() == ERROR_OPERATION_ABORTED)
        return FALSE;
    return begin_receive(s, r);
}

static void serve(struct server *s, struct receive *receives, HANDLE *events, HANDLE send_event)
{
    for (;;) {
        DWORD i = WaitForMultipleObjects(RECEIVES, events, FALSE, INFINITE) - WAIT_OBJECT_0;

        /* The wait names the first that is over. A busy server would never get to those behind it. */
        for (; i < RECEIVES; i++)
            if (HasOverlappedIoCompleted(&receives[i].overlapped) && !serve_one(s, &receives[i], send_event))
                return;
    }
}

int main(int argc, char **argv)
{
    struct receive receives[RECEIVES];
    HANDLE events[RECEIVES], send_event;
    struct server s;
    BOOL running = TRUE;

    server_open(&s, argc, argv);
    send_event = CreateEventW(NULL, TRUE, FALSE, NULL);
    memset(receives, 0, sizeof receives);
    for (int i = 0; i < RECEIVES; i++) {
        receives[i].request = malloc(REQUEST_BUFFER);
        receives[i].overlapped.hEvent = events[i] = CreateEventW(NULL, TRUE, FALSE, NULL);
        running = running && begin_receive(&s, &receives[i]);
    }
    server_ready(argc, argv);
    if (running)
        serve(&s, receives, events, send_event);
    server_close(&s);
    /* The queue's end has completed every receive: the buffers are ours again. */
    for (int i = 0; i < RECEIVES; i++) {
        free(receives[i].request);
        CloseHandle(events[i]);
    }
    CloseHandle(send_event);
    return 0;
}
