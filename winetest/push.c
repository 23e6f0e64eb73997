/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * push.c: HttpDeclarePush. For HTTP/1.1 there is nothing to push; a declaration does nothing and succeeds.
 */
#include "scene.h"

static const WCHAR path[] = {'/', 's', 't', 'y', 'l', 'e', 0};

/* [doc] For a client that can't have it the call succeeds; the request is answered as ever. */
static void test_nothing_happens(int version)
{
    HTTP_REQUEST_HEADERS headers;
    struct scene x;
    HTTP_REQUEST_ID id;

    memset(&headers, 0, sizeof headers);
    headers.KnownHeaders[HttpHeaderAccept].pRawValue = "text/css";
    headers.KnownHeaders[HttpHeaderAccept].RawValueLength = 8;
    headers.KnownHeaders[HttpHeaderContentLength].pRawValue = "0";
    headers.KnownHeaders[HttpHeaderContentLength].RawValueLength = 1;
    scene_open(&x, version);
    id = scene_take(&x, GET_FOOBAR, 0);
    ok_eq(HttpDeclarePush(x.queue, id, HttpVerbGET, path, NULL, NULL), NO_ERROR);
    ok_eq(HttpDeclarePush(x.queue, id, HttpVerbHEAD, path, "a=b", &headers), NO_ERROR);
    ok(is_quiet(x.client, QUIET), "something was pushed");
    scene_finish(&x);
    scene_close(&x);
}

/* [doc] The queue's handle, and a request of it. */
static void test_ids(int version)
{
    struct scene x;
    HTTP_REQUEST_ID id;

    scene_open(&x, version);
    id = scene_take(&x, GET_FOOBAR, 0);
    ok_eq(HttpDeclarePush(NULL, id, HttpVerbGET, path, NULL, NULL), ERROR_INVALID_HANDLE);
    ok_eq(HttpDeclarePush(x.queue, HTTP_NULL_ID, HttpVerbGET, path, NULL, NULL), ERROR_CONNECTION_INVALID);
    ok_eq(HttpDeclarePush(x.queue, 0xdeadbeef, HttpVerbGET, path, NULL, NULL), ERROR_CONNECTION_INVALID);
    scene_finish(&x);
    ok_eq(HttpDeclarePush(x.queue, id, HttpVerbGET, path, NULL, NULL), ERROR_CONNECTION_INVALID);
    scene_close(&x);
}

static ULONG push_with(struct scene *x, HTTP_HEADER_ID id, const char *value)
{
    HTTP_REQUEST_HEADERS headers;

    memset(&headers, 0, sizeof headers);
    headers.KnownHeaders[id].pRawValue = value;
    headers.KnownHeaders[id].RawValueLength = (USHORT)strlen(value);
    return HttpDeclarePush(x->queue, x->in.v1.RequestId, HttpVerbGET, path, NULL, &headers);
}

/* [doc] GET and HEAD only, of a path, and never with a body. */
static void test_bad_parameters(int version)
{
    static const HTTP_VERB verbs[] = {HttpVerbUnparsed, HttpVerbUnknown, HttpVerbPOST, HttpVerbOPTIONS, HttpVerbMaximum};
    struct scene x;
    HTTP_REQUEST_ID id;
    size_t i;

    scene_open(&x, version);
    id = scene_take(&x, GET_FOOBAR, 0);
    for (i = 0; i < ARRAYSIZE(verbs); i++)
        ok_eq(HttpDeclarePush(x.queue, id, verbs[i], path, NULL, NULL), ERROR_INVALID_PARAMETER);
    ok_eq(HttpDeclarePush(x.queue, id, HttpVerbGET, NULL, NULL, NULL), ERROR_INVALID_PARAMETER);
    ok_eq(HttpDeclarePush(x.queue, id, HttpVerbGET, path + 1, NULL, NULL), ERROR_INVALID_PARAMETER);
    ok_eq(push_with(&x, HttpHeaderContentLength, "1"), ERROR_INVALID_PARAMETER);
    ok_eq(push_with(&x, HttpHeaderContentLength, "x"), ERROR_INVALID_PARAMETER);
    ok_eq(push_with(&x, HttpHeaderTransferEncoding, "chunked"), ERROR_INVALID_PARAMETER);
    ok_eq(push_with(&x, HttpHeaderContentLength, "00"), NO_ERROR);
    scene_finish(&x);
    scene_close(&x);
}

START_TEST(push)
{
    BOTH(test_nothing_happens);
    BOTH(test_ids);
    BOTH(test_bad_parameters);
}
