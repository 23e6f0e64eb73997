/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * inside.c: bad pointers inside of good structures, and sizes that are exact to the byte.
 */
#include <stddef.h>

#include "pages.h"
#include "scene.h"

#define POST_FIVE POST_HEAD "Content-Length: 5\r\n\r\nabcde"

/* ======== pointers in a response ======== */

/* A response that uses each pointer there is, each to an object at the end of pages of its own. */
enum place { REASON, KNOWN, UNKNOWNS, NAME, VALUE, CHUNKS, DATA, INFOS, INFO, MULTIPLE, MULTIPLE_VALUE, PLACES };

static const char *const place_names[PLACES] = {
    "pReason", "pRawValue", "pUnknownHeaders", "an unknown header's pName", "an unknown header's pRawValue",
    "pEntityChunks", "a chunk's pBuffer", "pResponseInfo", "pInfo", "KnownHeaders", "one of several pRawValues",
};

struct response {
    HTTP_RESPONSE_V2 response;
    struct pages pages[PLACES];
    SIZE_T sizes[PLACES], alignments[PLACES];
    void **pointers[PLACES]; /* where the pointer to it is */
};

static void *put(struct response *r, enum place place, const void *object, SIZE_T size, SIZE_T alignment)
{
    pages_open(&r->pages[place], size);
    r->sizes[place] = size;
    r->alignments[place] = alignment;
    return pages_place(&r->pages[place], object, size, 0);
}

#define PUT(place, object) put(r, place, object, sizeof *(object), __alignof__(*(object)))

/* Texts without a terminator: their lengths count. */
static void put_texts(struct response *r)
{
    HTTP_UNKNOWN_HEADER unknown = {4, 5, NULL, NULL}, *u = PUT(UNKNOWNS, &unknown);
    HTTP_RESPONSE_V2 *v = &r->response;

    v->StatusCode = 200;
    v->ReasonLength = 2;
    v->pReason = put(r, REASON, "OK", 2, 1);
    r->pointers[REASON] = (void **)&v->pReason;
    v->Headers.KnownHeaders[HttpHeaderEtag].RawValueLength = 3;
    v->Headers.KnownHeaders[HttpHeaderEtag].pRawValue = put(r, KNOWN, "\"e\"", 3, 1);
    r->pointers[KNOWN] = (void **)&v->Headers.KnownHeaders[HttpHeaderEtag].pRawValue;
    v->Headers.UnknownHeaderCount = 1;
    v->Headers.pUnknownHeaders = u;
    r->pointers[UNKNOWNS] = (void **)&v->Headers.pUnknownHeaders;
    u->pName = put(r, NAME, "Name", 4, 1);
    r->pointers[NAME] = (void **)&u->pName;
    u->pRawValue = put(r, VALUE, "value", 5, 1);
    r->pointers[VALUE] = (void **)&u->pRawValue;
}

static void put_chunk(struct response *r)
{
    HTTP_DATA_CHUNK chunk, *c;

    chunk_text(&chunk, "body");
    c = PUT(CHUNKS, &chunk);
    r->response.EntityChunkCount = 1;
    r->response.pEntityChunks = c;
    r->pointers[CHUNKS] = (void **)&r->response.pEntityChunks;
    c->FromMemory.pBuffer = put(r, DATA, "body", 4, 1);
    r->pointers[DATA] = &c->FromMemory.pBuffer;
}

/* Two WWW-Authenticate lines. */
static void put_info(struct response *r)
{
    HTTP_RESPONSE_INFO info = {HttpResponseInfoTypeMultipleKnownHeaders, sizeof(HTTP_MULTIPLE_KNOWN_HEADERS), NULL}, *i;
    HTTP_MULTIPLE_KNOWN_HEADERS multiple = {HttpHeaderWwwAuthenticate, 0, 2, NULL}, *m;
    HTTP_KNOWN_HEADER values[2] = {{1, "a"}, {1, NULL}}, *k;

    i = PUT(INFOS, &info);
    m = PUT(INFO, &multiple);
    k = put(r, MULTIPLE, values, sizeof values, __alignof__(HTTP_KNOWN_HEADER));
    r->response.ResponseInfoCount = 1;
    r->response.pResponseInfo = i;
    r->pointers[INFOS] = (void **)&r->response.pResponseInfo;
    i->pInfo = m;
    r->pointers[INFO] = &i->pInfo;
    m->KnownHeaders = k;
    r->pointers[MULTIPLE] = (void **)&m->KnownHeaders;
    k[1].pRawValue = put(r, MULTIPLE_VALUE, "b", 1, 1);
    r->pointers[MULTIPLE_VALUE] = (void **)&k[1].pRawValue;
}

static void response_open(struct response *r)
{
    memset(r, 0, sizeof *r);
    put_texts(r);
    put_chunk(r);
    put_info(r);
}

static void response_close(struct response *r)
{
    unsigned i;

    for (i = 0; i < PLACES; i++)
        pages_close(&r->pages[i]);
}

static ULONG send_it(struct scene *x, struct response *r)
{
    return HttpSendHttpResponse(x->queue, x->in.v1.RequestId, 0, (PHTTP_RESPONSE)&r->response, NULL, NULL, NULL, 0,
                                NULL, NULL);
}

static void check_pointer(struct scene *x, struct response *r, enum place place, const char *how, void *pointer)
{
    void *good = *r->pointers[place];
    ULONG error;

    *r->pointers[place] = pointer;
    error = send_it(x, r);
    ok(error == ERROR_NOACCESS, "%s %s: %lu", place_names[place], how, UL(error));
    *r->pointers[place] = good;
}

/* A copy that is moved on by a few bytes, so that its end is missing or its address is odd; then all is as it was. */
static void check_moved(struct scene *x, struct response *r, enum place place, const char *how, int short_of)
{
    char copy[1024];

    memcpy(copy, *r->pointers[place], r->sizes[place]);
    check_pointer(x, r, place, how, pages_place(&r->pages[place], copy, r->sizes[place], short_of));
    pages_place(&r->pages[place], copy, r->sizes[place], 0);
}

/* The request isn't touched by any of it: a good response goes out in the end, which ends exactly where its pages do. */
static void v2_test_response(void)
{
    struct response r;
    struct scene x;
    char text[4096];
    int i;

    scene_open(&x, 2);
    scene_take(&x, GET_FOOBAR, 0);
    response_open(&r);
    for (i = 0; i < PLACES; i++) {
        check_pointer(&x, &r, i, "unmapped", NOWHERE);
        check_pointer(&x, &r, i, "behind the last page", r.pages[i].base + r.pages[i].size);
        check_moved(&x, &r, i, "too short", (int)r.alignments[i]);
        if (r.alignments[i] > 1)
            check_moved(&x, &r, i, "misaligned", -1);
    }
    ok_eq(send_it(&x, &r), NO_ERROR);
    ok(recv_answer(x.client, text, sizeof text) > 0, "no answer");
    ok_str(answer_body(text), "body");
    ok(strstr(text, "\r\nName: value\r\n") != NULL && strstr(text, "\r\nETag: \"e\"\r\n") != NULL, "headers: %s", text);
    response_close(&r);
    scene_close(&x);
}

/* [rp] On a version 1 queue what a V1 structure lacks isn't read. */
static void v1_test_response(void)
{
    HTTP_RESPONSE_V1 response, *at;
    struct pages pages;
    struct scene x;
    char text[4096];

    scene_open(&x, 1);
    scene_take(&x, GET_FOOBAR, 0);
    memset(&response, 0, sizeof response);
    response.StatusCode = 200;
    pages_open(&pages, sizeof response);
    at = pages_place(&pages, &response, sizeof response, 0);
    ok_eq(HttpSendHttpResponse(x.queue, x.in.v1.RequestId, 0, (PHTTP_RESPONSE)at, NULL, NULL, NULL, 0, NULL, NULL),
          NO_ERROR);
    ok(recv_answer(x.client, text, sizeof text) > 0, "no answer");
    ok_eq(answer_status(text), 200);
    pages_close(&pages);
    scene_close(&x);
}

/* ======== chunks ======== */

static ULONG send_chunks(struct scene *x, USHORT count, HTTP_DATA_CHUNK *chunks)
{
    return HttpSendResponseEntityBody(x->queue, x->in.v1.RequestId, HTTP_SEND_RESPONSE_FLAG_MORE_DATA, count, chunks,
                                      NULL, NULL, 0, NULL, NULL);
}

/* Each kind of handle that is no file's. */
static void check_file_chunks(struct scene *x)
{
    HANDLE event = CreateEventW(NULL, TRUE, FALSE, NULL), port = CreateIoCompletionPort(INVALID_HANDLE_VALUE, NULL, 0, 0);
    HANDLE wrong[] = {NULL, INVALID_HANDLE_VALUE, event, port, x->queue, (HANDLE)(ULONG_PTR)0x7ffffff0};
    HTTP_DATA_CHUNK chunk;
    unsigned i;
    ULONG error;

    memset(&chunk, 0, sizeof chunk);
    chunk.DataChunkType = HttpDataChunkFromFileHandle;
    chunk.FromFileHandle.ByteRange.Length.QuadPart = HTTP_BYTE_RANGE_TO_EOF;
    for (i = 0; i < ARRAYSIZE(wrong); i++) {
        chunk.FromFileHandle.FileHandle = wrong[i];
        error = send_chunks(x, 1, &chunk);
        ok(error == ERROR_INVALID_HANDLE, "file handle %u: %lu", i, UL(error));
    }
    CloseHandle(event);
    chunk.FromFileHandle.FileHandle = event;
    ok_eq(send_chunks(x, 1, &chunk), ERROR_INVALID_HANDLE);
    CloseHandle(port);
}

static void test_chunks(int version)
{
    struct scene x;
    struct reply r;
    HTTP_DATA_CHUNK chunk;
    struct pages pages;
    char text[4096];

    scene_open(&x, version);
    scene_take(&x, GET_FOOBAR, 0);
    reply_init(&r, 200, "OK");
    reply_header(&r, HttpHeaderContentLength, "4");
    ok_eq(reply_send(x.queue, x.in.v1.RequestId, HTTP_SEND_RESPONSE_FLAG_MORE_DATA, &r, NULL), NO_ERROR);
    check_file_chunks(&x);
    chunk_text(&chunk, "done");
    chunk.FromMemory.pBuffer = NULL;
    ok_eq(send_chunks(&x, 1, &chunk), ERROR_INVALID_PARAMETER);
    /* Length by length: one byte that isn't there is one too many. */
    pages_open(&pages, PAGE);
    chunk.FromMemory.pBuffer = pages.base;
    chunk.FromMemory.BufferLength = PAGE + 1;
    ok_eq(send_chunks(&x, 1, &chunk), ERROR_NOACCESS);
    chunk.FromMemory.BufferLength = 0xffffffff;
    ok_eq(send_chunks(&x, 1, &chunk), ERROR_NOACCESS);
    ok_eq(send_chunks(&x, 65535, &chunk), ERROR_INVALID_PARAMETER);
    chunk.DataChunkType = 99;
    ok_eq(send_chunks(&x, 1, &chunk), ERROR_INVALID_PARAMETER);
    chunk.DataChunkType = HttpDataChunkTrailers;
    chunk.Trailers.TrailerCount = 1;
    chunk.Trailers.pTrailers = (void *)(pages.base + 1);
    ok_eq(HttpSendResponseEntityBody(x.queue, x.in.v1.RequestId, 0, 1, &chunk, NULL, NULL, 0, NULL, NULL), ERROR_NOACCESS);
    chunk.Trailers.pTrailers = NOWHERE;
    ok_eq(HttpSendResponseEntityBody(x.queue, x.in.v1.RequestId, 0, 1, &chunk, NULL, NULL, 0, NULL, NULL), ERROR_NOACCESS);
    chunk_text(&chunk, "");
    chunk.FromMemory.pBuffer = pages_place(&pages, "done", 4, 0);
    chunk.FromMemory.BufferLength = 4;
    ok_eq(HttpSendResponseEntityBody(x.queue, x.in.v1.RequestId, 0, 1, &chunk, NULL, NULL, 0, NULL, NULL), NO_ERROR);
    ok(recv_answer(x.client, text, sizeof text) > 0, "no answer");
    ok_str(answer_body(text), "done");
    pages_close(&pages);
    scene_close(&x);
}

/* ======== sizes ======== */

/* Each size from nothing to what is needed, at the end of a page: what comes back is right to the byte. */
static void test_receive_sizes(int version)
{
    ULONG bytes, size, least = smallest_request(version), needed = 0, error;
    HTTP_REQUEST_ID id = HTTP_NULL_ID;
    struct pages pages;
    struct scene x;
    HTTP_REQUEST_V1 *at;

    scene_open(&x, version);
    pages_open(&pages, PAGE);
    send_text(x.client, GET_FOOBAR, x.port);
    /* [rp] Too small for the structure; the request stays in the queue. */
    for (size = 0; size < least; size += 8) {
        at = pages_place(&pages, NULL, size, 0);
        error = HttpReceiveHttpRequest(x.queue, HTTP_NULL_ID, 0, (PHTTP_REQUEST)at, size, NULL, NULL);
        ok(error == ERROR_INSUFFICIENT_BUFFER, "%lu bytes: %lu", UL(size), UL(error));
    }
    for (size = least; !needed || size < needed; size += 8) {
        at = pages_place(&pages, NULL, size, 0);
        bytes = 0;
        error = receive_into(x.queue, id, 0, at, size, &bytes);
        if (!ok(error == ERROR_MORE_DATA, "%lu bytes: %lu", UL(size), UL(error)))
            break;
        ok(bytes > size && (!needed || bytes == needed), "%lu bytes: %lu needed, and %lu before", UL(size), UL(bytes),
           UL(needed));
        id = at->RequestId;
        needed = bytes;
    }
    /* Exactly so many, or up to seven more for the structure's alignment. */
    size = (needed + 7) & ~7u;
    at = pages_place(&pages, NULL, size, 0);
    ok_eq(receive_into(x.queue, id, 0, at, needed, &bytes), NO_ERROR);
    ok_eq(bytes, needed);
    ok_str(at->pRawUrl, "/foobar");
    scene_answer(&x, id);
    pages_close(&pages);
    scene_close(&x);
}

/* The body fits its buffer, which ends with the page; a buffer that is said to be longer isn't there. */
static void test_body_sizes(int version)
{
    struct pages pages;
    struct scene x;
    ULONG bytes = 0, size;

    scene_open(&x, version);
    pages_open(&pages, PAGE);
    for (size = 1; size <= 5; size++) {
        char *at;

        scene_take(&x, POST_FIVE, 0);
        at = pages_place(&pages, NULL, size, 0);
        ok_eq(HttpReceiveRequestEntityBody(x.queue, x.in.v1.RequestId, 0, at, size + 1, &bytes, NULL), ERROR_NOACCESS);
        ok_eq(HttpReceiveRequestEntityBody(x.queue, x.in.v1.RequestId, 0, at, size, &bytes, NULL), NO_ERROR);
        ok_eq(bytes, size);
        ok(!memcmp(at, "abcde", size), "other bytes");
        scene_finish(&x);
    }
    pages_close(&pages);
    scene_close(&x);
}

/* [rp] COPY_BODY fills the buffer to its last byte, and no further. */
static void test_copied_body_sizes(int version)
{
    char head[256], body[2048];
    struct pages pages;
    struct scene x;
    ULONG bytes = 0, size;

    memset(body, 'b', sizeof body);
    scene_open(&x, version);
    pages_open(&pages, PAGE);
    snprintf(head, sizeof head, POST_HEAD "Content-Length: 2048\r\n\r\n", x.port);
    for (size = 1600; size < 1640; size += 8) {
        HTTP_REQUEST_V1 *at = pages_place(&pages, NULL, size, 0);

        send_bytes(x.client, head, (int)strlen(head));
        send_bytes(x.client, body, sizeof body);
        ok_eq(receive_into(x.queue, HTTP_NULL_ID, HTTP_RECEIVE_REQUEST_FLAG_COPY_BODY, at, size, &bytes), NO_ERROR);
        if (at->EntityChunkCount)
            ok_eq(bytes, size);
        scene_answer(&x, at->RequestId);
    }
    pages_close(&pages);
    scene_close(&x);
}

/* ======== texts ======== */

/* A URL is read to its terminator; one that has none ends where there is no memory. */
static void v2_test_urls(void)
{
    const WCHAR *url;
    struct pages pages;
    struct scene x;
    WCHAR *at;
    SIZE_T size;

    scene_open(&x, 2);
    url = local_url(x.port, "/exact/");
    size = (wcslen(url) + 1) * sizeof *url;
    pages_open(&pages, size);
    at = pages_place(&pages, url, size, sizeof *url);
    ok_eq(HttpAddUrlToUrlGroup(x.server.group, at, 0, 0), ERROR_NOACCESS);
    at = pages_place(&pages, url, size, 0);
    ok_eq(HttpAddUrlToUrlGroup(x.server.group, at, 0, 0), NO_ERROR);
    ok_eq(HttpRemoveUrlFromUrlGroup(x.server.group, at, 0), NO_ERROR);
    pages_close(&pages);
    scene_close(&x);
}

/* ======== properties ======== */

/* A value that is said to be longer than it is. */
static void v2_test_properties(void)
{
    HTTP_TIMEOUT_LIMIT_INFO limits;
    struct pages pages;
    struct scene x;
    ULONG returned = 0, size;
    void *at;

    scene_open(&x, 2);
    memset(&limits, 0, sizeof limits);
    pages_open(&pages, PAGE);
    at = pages_place(&pages, &limits, sizeof limits, 0);
    ok_eq(HttpSetUrlGroupProperty(x.server.group, HttpServerTimeoutsProperty, at, sizeof limits), NO_ERROR);
    for (size = 1; size < sizeof limits; size++) {
        at = pages_place(&pages, NULL, size, 0);
        ok_eq(HttpSetUrlGroupProperty(x.server.group, HttpServerTimeoutsProperty, at, size), ERROR_INVALID_PARAMETER);
        ok_eq(HttpSetUrlGroupProperty(x.server.group, HttpServerTimeoutsProperty, at, sizeof limits), ERROR_NOACCESS);
        ok_eq(HttpQueryUrlGroupProperty(x.server.group, HttpServerTimeoutsProperty, at, size, &returned),
              ERROR_MORE_DATA);
        ok_eq(returned, sizeof limits);
        ok_eq(HttpQueryUrlGroupProperty(x.server.group, HttpServerTimeoutsProperty, at, sizeof limits, &returned),
              ERROR_NOACCESS);
    }
    pages_close(&pages);
    scene_close(&x);
}

START_TEST(inside)
{
    v2_test_response();
    v1_test_response();
    BOTH(test_chunks);
    BOTH(test_receive_sizes);
    BOTH(test_body_sizes);
    BOTH(test_copied_body_sizes);
    v2_test_urls();
    v2_test_properties();
}
