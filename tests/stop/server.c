/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * server.c: a server with one of three ways to be told that it has to end: `server URL THREADS WAY`
 *
 *   none   has no handler: the system's ends it
 *   event  says which event its handler gets, and ends properly
 *   deaf   says so, too, and then does nothing about it
 *
 * It answers with the body of the request, when it has all of it; never, when the path is /never.
 */
#include "../../samples/sample.h"

#define REQUEST_BUFFER 16384

static char way;

static BOOL WINAPI told(DWORD event)
{
    printf("told %lu\n", (unsigned long)event);
    fflush(stdout);
    if (way == 'e')
        HttpShutdownRequestQueue(stop_queue);
    return TRUE;
}

static ULONG read_body(struct server *s, HTTP_REQUEST_ID id, char *body, ULONG size)
{
    ULONG length = 0, n;

    while (HttpReceiveRequestEntityBody(s->queue, id, 0, body + length, size - length, &n, NULL) == NO_ERROR)
        length += n;
    return length;
}

static void answer(struct server *s, HTTP_REQUEST_ID id)
{
    char body[1024];
    HTTP_DATA_CHUNK chunk = {HttpDataChunkFromMemory};
    HTTP_RESPONSE response;
    ULONG sent;

    init_response(&response, 200, "OK");
    chunk.FromMemory.pBuffer = body;
    chunk.FromMemory.BufferLength = read_body(s, id, body, sizeof body);
    response.EntityChunkCount = 1;
    response.pEntityChunks = &chunk;
    HttpSendHttpResponse(s->queue, id, 0, &response, NULL, &sent, NULL, 0, NULL, NULL);
}

static DWORD WINAPI work(void *arg)
{
    struct server *s = arg;
    HTTP_REQUEST *request = malloc(REQUEST_BUFFER);
    ULONG error, n;

    for (;;) {
        error = HttpReceiveHttpRequest(s->queue, HTTP_NULL_ID, 0, request, REQUEST_BUFFER, &n, NULL);
        if (error != NO_ERROR && error != ERROR_MORE_DATA)
            break;
        if (error || request->RawUrlLength != 6 || memcmp(request->pRawUrl, "/never", 6))
            answer(s, request->RequestId);
    }
    free(request);
    return 0;
}

int main(int argc, char **argv)
{
    struct server s;

    way = argc > 3 ? argv[3][0] : 'n';
    server_open(&s, argc > 3 ? 3 : argc, argv);
    SetConsoleCtrlHandler(on_control, FALSE);
    if (way != 'n')
        SetConsoleCtrlHandler(told, TRUE);
    server_ready(argc, argv);
    run_threads(&s, work);
    if (way == 'd')
        Sleep(INFINITE);
    server_close(&s);
    return 0;
}
