/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * client_certificate.c: HttpReceiveClientCertificate on plain HTTP, where no client has a certificate.
 */
#include "scene.h"

union answer {
    HTTP_SSL_CLIENT_CERT_INFO certificate;
    HTTP_REQUEST_CHANNEL_BIND_STATUS token;
    char bytes[1024];
};

static ULONG ask(struct scene *x, HTTP_CONNECTION_ID id, ULONG flags, union answer *a, ULONG size, OVERLAPPED *o)
{
    ULONG bytes;

    return HttpReceiveClientCertificate(x->queue, id, flags, (PHTTP_SSL_CLIENT_CERT_INFO)a, size, o ? NULL : &bytes, o);
}

/* [doc] Arguments first; ids are known or not; then there is nothing to be found. */
static void test_arguments(int version)
{
    HTTP_CONNECTION_ID id;
    union answer a;
    struct scene x;

    scene_open(&x, version);
    scene_take(&x, GET_FOOBAR, 0);
    id = x.in.v1.ConnectionId;
    ok_eq(HttpReceiveClientCertificate(NULL, id, 0, &a.certificate, sizeof a, NULL, NULL), ERROR_INVALID_HANDLE);
    ok_eq(ask(&x, id, 0x80000000, &a, sizeof a, NULL), ERROR_INVALID_PARAMETER);
    ok_eq(ask(&x, id, 0, NULL, 0, NULL), ERROR_INVALID_PARAMETER);
    ok_eq(ask(&x, id, 0, &a, sizeof a.certificate - 1, NULL), ERROR_INSUFFICIENT_BUFFER);
    ok_eq(ask(&x, id, HTTP_RECEIVE_SECURE_CHANNEL_TOKEN, &a, sizeof a.token - 1, NULL), ERROR_INSUFFICIENT_BUFFER);
    ok_eq(ask(&x, HTTP_NULL_ID, 0, &a, sizeof a, NULL), ERROR_CONNECTION_INVALID);
    ok_eq(ask(&x, 0xdeadbeef, 0, &a, sizeof a, NULL), ERROR_CONNECTION_INVALID);
    scene_finish(&x);
    scene_close(&x);
}

/* [doc] Neither certificate nor token: not found, nothing written, nobody told. */
static void test_not_found(int version)
{
    HTTP_CONNECTION_ID id;
    union answer a;
    struct scene x;
    struct call c;
    size_t i;

    scene_open(&x, version);
    call_open(&c);
    scene_take(&x, GET_FOOBAR, 0);
    id = x.in.v1.ConnectionId;
    memset(&a, 0xcc, sizeof a);
    ok_eq(ask(&x, id, 0, &a, sizeof a, NULL), ERROR_NOT_FOUND);
    ok_eq(ask(&x, id, HTTP_RECEIVE_SECURE_CHANNEL_TOKEN, &a, sizeof a, NULL), ERROR_NOT_FOUND);
    ok_eq(ask(&x, id, 0, &a, sizeof a, &c.overlapped), ERROR_NOT_FOUND);
    ok_eq(WaitForSingleObject(c.event, 0), WAIT_TIMEOUT);
    for (i = 0; i < sizeof a && (unsigned char)a.bytes[i] == 0xcc; i++)
        ;
    ok(i == sizeof a, "a byte was written at %lu", UL(i));
    scene_finish(&x);
    call_close(&c);
    scene_close(&x);
}

START_TEST(client_certificate)
{
    BOTH(test_arguments);
    BOTH(test_not_found);
}
