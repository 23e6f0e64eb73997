/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * hello-sync: a few threads, each of which receives a request, answers it, and receives the next. Every call blocks.
 */
#include "hello.h"

static DWORD WINAPI work(void *arg)
{
    struct server *s = arg;
    HTTP_REQUEST *request = malloc(REQUEST_BUFFER);
    struct hello hello;
    ULONG error, bytes;

    hello_init(&hello);
    for (;;) {
        error = HttpReceiveHttpRequest(s->queue, HTTP_NULL_ID, 0, request, REQUEST_BUFFER, &bytes, NULL);
        /* A request larger than our buffer is answered all the same: nobody here looks at it. */
        if (error != NO_ERROR && error != ERROR_MORE_DATA)
            break;
        HttpSendHttpResponse(s->queue, request->RequestId, 0, &hello.response, NULL, &bytes, NULL, 0, NULL, NULL);
    }
    free(request);
    return 0;
}

int main(int argc, char **argv)
{
    struct server s;

    server_open(&s, argc, argv);
    server_ready(argc, argv);
    run_threads(&s, work);
    server_close(&s);
    return 0;
}
