/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * server.c: a server with one of these ways to be told that it has to end: `server URL THREADS WAY [OTHER-URL]`
 *
 *   none   has no handler: the system's ends it
 *
 * The others have one that says which event it gets, and then
 *
 *   event  ends properly
 *   pass   leaves it to the system's handler
 *   deaf   does nothing about it
 *   stuck  never returns
 *   late   adds the other URL, says with which result, and does nothing more
 *
 * It answers with the body of the request, when it has all of it. Other paths:
 *
 *   /never     there is no answer
 *   /part      the answer begins before the body is read
 *   /big       more than any socket takes is in front of the body
 *   /switch    the connection is switched to another protocol, of which nothing comes
 *   /shutdown  HttpShutdownRequestQueue
 */
#include "../../samples/sample.h"

#define REQUEST_BUFFER 16384

#define BIG (64 << 20)

static const char *way = "none", *other_url;
static HTTP_URL_GROUP_ID group;

static BOOL is_way(const char *name)
{
    return !strcmp(way, name);
}

static void say(const char *what, ULONG number)
{
    printf("%s %lu\n", what, (unsigned long)number);
    fflush(stdout);
}

static void add_other_url(void)
{
    WCHAR url[1024];

    wide(url, 1024, other_url);
    say("added", HttpAddUrlToUrlGroup(group, url, 0, 0));
}

static BOOL WINAPI told(DWORD event)
{
    say("told", event);
    if (is_way("event"))
        HttpShutdownRequestQueue(stop_queue);
    if (is_way("late"))
        add_other_url();
    if (is_way("stuck"))
        Sleep(INFINITE);
    return !is_way("pass");
}

static ULONG read_body(struct server *s, HTTP_REQUEST_ID id, char *body, ULONG size)
{
    ULONG length = 0, n;

    while (HttpReceiveRequestEntityBody(s->queue, id, 0, body + length, size - length, &n, NULL) == NO_ERROR)
        length += n;
    return length;
}

/* Before anything else of the answer; size 0: nothing at all. */
static void begin(struct server *s, HTTP_REQUEST_ID id, USHORT status, ULONG flags, void *text, ULONG size)
{
    HTTP_DATA_CHUNK chunk = {HttpDataChunkFromMemory};
    HTTP_RESPONSE response;

    init_response(&response, status, "-");
    chunk.FromMemory.pBuffer = text;
    chunk.FromMemory.BufferLength = size;
    response.EntityChunkCount = 1;
    response.pEntityChunks = &chunk;
    HttpSendHttpResponse(s->queue, id, flags, &response, NULL, NULL, NULL, 0, NULL, NULL);
}

static void end(struct server *s, HTTP_REQUEST_ID id)
{
    char body[1024];
    HTTP_DATA_CHUNK chunk = {HttpDataChunkFromMemory};

    chunk.FromMemory.pBuffer = body;
    chunk.FromMemory.BufferLength = read_body(s, id, body, sizeof body);
    HttpSendResponseEntityBody(s->queue, id, 0, 1, &chunk, NULL, NULL, 0, NULL, NULL);
}

static void answer(struct server *s, HTTP_REQUEST_ID id)
{
    char body[1024];

    begin(s, id, 200, 0, body, read_body(s, id, body, sizeof body));
}

static void answer_in_parts(struct server *s, HTTP_REQUEST_ID id, ULONG size)
{
    char *text = calloc(1, size);

    memcpy(text, "part", 4);
    begin(s, id, 200, HTTP_SEND_RESPONSE_FLAG_MORE_DATA, text, size);
    free(text);
    end(s, id);
}

static void serve(struct server *s, const HTTP_REQUEST *request)
{
    HTTP_REQUEST_ID id = request->RequestId;
    const char *path = request->pRawUrl;

    if (!strcmp(path, "/part"))
        answer_in_parts(s, id, 4);
    else if (!strcmp(path, "/big"))
        answer_in_parts(s, id, BIG);
    else if (!strcmp(path, "/switch"))
        begin(s, id, 101, HTTP_SEND_RESPONSE_FLAG_OPAQUE | HTTP_SEND_RESPONSE_FLAG_MORE_DATA, "", 0);
    else if (!strcmp(path, "/shutdown"))
        HttpShutdownRequestQueue(s->queue);
    else if (strcmp(path, "/never"))
        answer(s, id);
}

static DWORD WINAPI work(void *arg)
{
    struct server *s = arg;
    HTTP_REQUEST *request = malloc(REQUEST_BUFFER);
    ULONG error, n;

    for (;;) {
        error = HttpReceiveHttpRequest(s->queue, HTTP_NULL_ID, 0, request, REQUEST_BUFFER, &n, NULL);
        if (error)
            break;
        serve(s, request);
    }
    free(request);
    return 0;
}

int main(int argc, char **argv)
{
    struct server s;

    if (argc > 3)
        way = argv[3];
    if (argc > 4)
        other_url = argv[4];
    server_open(&s, argc > 3 ? 3 : argc, argv);
    SetConsoleCtrlHandler(on_control, FALSE);
    group = s.group;
    if (!is_way("none"))
        SetConsoleCtrlHandler(told, TRUE);
    server_ready(argc, argv);
    run_threads(&s, work);
    if (is_way("deaf"))
        Sleep(INFINITE);
    server_close(&s);
    return 0;
}
