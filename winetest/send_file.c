/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * send_file.c: data chunks that are files.
 */
#include "sending.h"

#define CONTENT "0123456789abcdef"

/* [doc] A file's bytes from an offset: as many as said, or all to the end. The file's own position doesn't matter. */
static void test_file(int version)
{
    static const struct {
        ULONGLONG start, length;
        const char *expected;
    } ranges[] = {{0, HTTP_BYTE_RANGE_TO_EOF, CONTENT}, {0, 16, CONTENT}, {4, 6, "456789"},
                  {10, HTTP_BYTE_RANGE_TO_EOF, "abcdef"}, {15, 1, "f"}};
    struct reply r;
    struct scene x;
    char path[MAX_PATH], text[4096], length[16];
    HANDLE file = make_file(path, CONTENT);
    size_t i;

    scene_open(&x, version);
    for (i = 0; i < ARRAYSIZE(ranges); i++) {
        scene_take(&x, GET_FOOBAR, 0);
        reply_init(&r, 200, "OK");
        reply_text(&r, "");
        chunk_file(&r.chunks[0], file, ranges[i].start, ranges[i].length);
        ok_eq(reply_send(x.queue, x.in.v1.RequestId, 0, &r, NULL), NO_ERROR);
        ok(recv_answer(x.client, text, sizeof text) > 0, "no answer");
        snprintf(length, sizeof length, "%d", (int)strlen(ranges[i].expected));
        ok_str(value_of(text, "Content-Length"), length);
        ok_str(answer_body(text), ranges[i].expected);
    }
    remove_file(file, path);
    scene_close(&x);
}

/* [rp] A file between two pieces of memory, in a later part too (.NET). */
static void test_file_between_memory(int version)
{
    HTTP_DATA_CHUNK chunks[3];
    struct reply r;
    struct scene x;
    char path[MAX_PATH], text[4096];
    HANDLE file = make_file(path, CONTENT);
    HTTP_REQUEST_ID id;
    ULONG bytes = 0;

    scene_open(&x, version);
    id = scene_take(&x, GET_FOOBAR, 0);
    reply_init(&r, 200, "OK");
    reply_header(&r, HttpHeaderTransferEncoding, "chunked");
    ok_eq(reply_send(x.queue, id, HTTP_SEND_RESPONSE_FLAG_MORE_DATA, &r, NULL), NO_ERROR);
    chunk_text(&chunks[0], "6\r\n");
    chunk_file(&chunks[1], file, 4, 6);
    chunk_text(&chunks[2], "\r\n");
    ok_eq(HttpSendResponseEntityBody(x.queue, id, HTTP_SEND_RESPONSE_FLAG_MORE_DATA, 3, chunks, &bytes, NULL, 0, NULL,
                                     NULL),
          NO_ERROR);
    ok_eq(bytes, 11);
    ok_eq(body_send(x.queue, id, 0, "0\r\n\r\n", NULL), NO_ERROR);
    ok(recv_until(x.client, text, sizeof text, "0\r\n\r\n") > 0, "no body");
    ok_str(answer_body(text), "6\r\n456789\r\n0\r\n\r\n");
    check_alive(&x);
    remove_file(file, path);
    scene_close(&x);
}

/* [doc] Where the file ends is nothing to send, and no error. */
static void test_at_the_end(int version)
{
    static const ULONGLONG lengths[] = {HTTP_BYTE_RANGE_TO_EOF, 0};
    struct reply r;
    struct scene x;
    char path[MAX_PATH], text[4096];
    HANDLE file = make_file(path, CONTENT);
    size_t i;

    scene_open(&x, version);
    for (i = 0; i < ARRAYSIZE(lengths); i++) {
        scene_take(&x, GET_FOOBAR, 0);
        reply_init(&r, 200, "OK");
        reply_text(&r, "");
        chunk_file(&r.chunks[0], file, 16, lengths[i]);
        ok_eq(reply_send(x.queue, x.in.v1.RequestId, 0, &r, NULL), NO_ERROR);
        ok(recv_answer(x.client, text, sizeof text) > 0, "no answer");
        ok_str(value_of(text, "Content-Length"), "0");
    }
    remove_file(file, path);
    scene_close(&x);
}

/* [doc] Offsets and lengths have 64 bits. The client doesn't wait for all of it. */
static void test_far(int version)
{
    static const ULONGLONG place_of_it = 5ull << 30;
    struct reply r;
    struct scene x;
    char path[MAX_PATH], text[65536];
    HANDLE file = make_file(path, CONTENT);
    struct call c;
    LARGE_INTEGER place;
    DWORD written;
    ULONG error;

    place.QuadPart = place_of_it;
    ok(SetFilePointerEx(file, place, NULL, FILE_BEGIN), "SetFilePointerEx: %lu", UL(GetLastError()));
    ok(WriteFile(file, "far", 3, &written, NULL), "WriteFile: %lu", UL(GetLastError()));
    scene_open(&x, version);
    scene_take(&x, GET_FOOBAR, 0);
    reply_init(&r, 200, "OK");
    reply_text(&r, "");
    chunk_file(&r.chunks[0], file, place_of_it, HTTP_BYTE_RANGE_TO_EOF);
    ok_eq(reply_send(x.queue, x.in.v1.RequestId, 0, &r, NULL), NO_ERROR);
    ok(recv_answer(x.client, text, sizeof text) > 0, "no answer");
    ok_str(answer_body(text), "far");
    call_open(&c);
    scene_take(&x, GET_FOOBAR, 0);
    chunk_file(&r.chunks[0], file, 0, HTTP_BYTE_RANGE_TO_EOF);
    error = HttpSendHttpResponse(x.queue, x.in.v1.RequestId, 0, (PHTTP_RESPONSE)&r.response, NULL, NULL, NULL, 0,
                                 &c.overlapped, NULL);
    ok_eq(error, ERROR_IO_PENDING);
    ok(recv_until(x.client, text, sizeof text, CONTENT) > 0, "no answer");
    ok_str(value_of(text, "Content-Length"), "5368709123");
    reset(x.client);
    error = call_end(x.queue, &c, error, NULL);
    ok(error == ERROR_NETNAME_DELETED || error == ERROR_CONNECTION_INVALID, "got %lu", UL(error));
    x.client = connect_local(x.port);
    call_close(&c);
    remove_file(file, path);
    scene_close(&x);
}

/* A response of one file, larger than the sockets hold; the send waits for the client. */
static ULONG begin_large(struct scene *x, HANDLE file, ULONGLONG size, struct call *c)
{
    struct reply r;
    ULONG error;

    scene_take(x, GET_FOOBAR, 0);
    reply_init(&r, 200, "OK");
    reply_text(&r, "");
    chunk_file(&r.chunks[0], file, 0, size);
    error = HttpSendHttpResponse(x->queue, x->in.v1.RequestId, 0, (PHTTP_RESPONSE)&r.response, NULL, NULL, NULL, 0,
                                 &c->overlapped, NULL);
    ok_eq(error, ERROR_IO_PENDING);
    return error;
}

#define LARGE (16 * 1024 * 1024)

static HANDLE make_large_file(char path[MAX_PATH])
{
    HANDLE file = make_file(path, CONTENT);
    LARGE_INTEGER place;
    DWORD written;

    place.QuadPart = LARGE - 1;
    ok(SetFilePointerEx(file, place, NULL, FILE_BEGIN), "SetFilePointerEx: %lu", UL(GetLastError()));
    ok(WriteFile(file, "!", 1, &written, NULL), "WriteFile: %lu", UL(GetLastError()));
    return file;
}

/* [own] The program may close its handle while the send is under way. */
static void test_closed_meanwhile(int version)
{
    char path[MAX_PATH], *got = malloc(LARGE + 1);
    HANDLE file = make_large_file(path);
    struct scene x;
    struct call c;
    ULONG error;

    scene_open(&x, version);
    call_open(&c);
    error = begin_large(&x, file, HTTP_BYTE_RANGE_TO_EOF, &c);
    CloseHandle(file);
    ok(recv_long_body(x.client, got, LARGE), "the file doesn't come");
    ok(!memcmp(got, CONTENT, 16) && got[LARGE - 1] == '!', "other bytes than the file's");
    ok_eq(call_end(x.queue, &c, error, NULL), NO_ERROR);
    check_alive(&x);
    DeleteFileA(path);
    call_close(&c);
    free(got);
    scene_close(&x);
}

/* [own] A file that becomes shorter: the client sees a broken response, the program ERROR_HANDLE_EOF. */
static void test_shorter_meanwhile(int version)
{
    char path[MAX_PATH];
    HANDLE file = make_large_file(path), same;
    struct scene x;
    struct call c;
    ULONG error;

    scene_open(&x, version);
    call_open(&c);
    error = begin_large(&x, file, LARGE, &c);
    same = CreateFileA(path, GENERIC_READ | GENERIC_WRITE, FILE_SHARE_READ | FILE_SHARE_WRITE, NULL, CREATE_ALWAYS,
                       FILE_ATTRIBUTE_NORMAL, NULL);
    ok(same != INVALID_HANDLE_VALUE, "CreateFile: %lu", UL(GetLastError()));
    ok(is_reset(x.client), "the connection isn't reset");
    ok_eq(call_end(x.queue, &c, error, NULL), ERROR_HANDLE_EOF);
    CloseHandle(same);
    scene_reconnect(&x);
    check_alive(&x);
    remove_file(file, path);
    call_close(&c);
    scene_close(&x);
}

/* What a send of that handle gives. */
static ULONG send_handle(struct scene *x, HANDLE handle)
{
    struct reply r;

    reply_init(&r, 200, "OK");
    reply_text(&r, "");
    chunk_file(&r.chunks[0], handle, 0, HTTP_BYTE_RANGE_TO_EOF);
    return reply_send(x->queue, x->in.v1.RequestId, 0, &r, NULL);
}

/* [own] What is no file is refused, by both functions; the request can be answered afterwards. */
static void test_other_handles(int version)
{
    HANDLE event = CreateEventW(NULL, TRUE, FALSE, NULL), read, write, file;
    struct scene x;
    char path[MAX_PATH];

    scene_open(&x, version);
    scene_take(&x, GET_FOOBAR, 0);
    ok_eq(send_handle(&x, NULL), ERROR_INVALID_HANDLE);
    ok_eq(send_handle(&x, INVALID_HANDLE_VALUE), ERROR_INVALID_HANDLE);
    ok_eq(send_handle(&x, (HANDLE)(ULONG_PTR)0xdeadbeec), ERROR_INVALID_HANDLE);
    ok_eq(send_handle(&x, event), ERROR_INVALID_HANDLE);
    ok_eq(send_handle(&x, x.queue), ERROR_INVALID_HANDLE);
    ok(CreatePipe(&read, &write, NULL, 0), "CreatePipe: %lu", UL(GetLastError()));
    ok_eq(send_handle(&x, read), ERROR_INVALID_HANDLE);
    CloseHandle(read);
    CloseHandle(write);
    file = make_file(path, CONTENT);
    remove_file(file, path);
    ok_eq(send_handle(&x, file), ERROR_INVALID_HANDLE);
    scene_finish(&x);
    CloseHandle(event);
    scene_close(&x);
}

/* [own] A file that the program itself mustn't read. */
static void test_no_access(int version)
{
    char path[MAX_PATH];
    HANDLE file = make_file(path, CONTENT), write_only;
    struct scene x;

    scene_open(&x, version);
    scene_take(&x, GET_FOOBAR, 0);
    write_only = CreateFileA(path, GENERIC_WRITE, FILE_SHARE_READ | FILE_SHARE_WRITE, NULL, OPEN_EXISTING,
                             FILE_ATTRIBUTE_NORMAL, NULL);
    ok(write_only != INVALID_HANDLE_VALUE, "CreateFile: %lu", UL(GetLastError()));
    ok_eq(send_handle(&x, write_only), ERROR_ACCESS_DENIED);
    CloseHandle(write_only);
    scene_finish(&x);
    remove_file(file, path);
    scene_close(&x);
}

#ifdef FILE_FLAG_BACKUP_SEMANTICS /* the native host has no handles of directories */
/* [own] A directory can be opened, but not sent. */
static void test_directory(int version)
{
    char folder[MAX_PATH];
    HANDLE directory;
    struct scene x;

    GetTempPathA(sizeof folder, folder);
    directory = CreateFileA(folder, GENERIC_READ, FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE, NULL,
                            OPEN_EXISTING, FILE_FLAG_BACKUP_SEMANTICS, NULL);
    ok(directory != INVALID_HANDLE_VALUE, "CreateFile: %lu", UL(GetLastError()));
    scene_open(&x, version);
    scene_take(&x, GET_FOOBAR, 0);
    ok_eq(send_handle(&x, directory), ERROR_INVALID_PARAMETER);
    scene_finish(&x);
    CloseHandle(directory);
    scene_close(&x);
}
#endif

/* [own] A range that the file doesn't have is refused at once; the request can be answered. */
static void test_beyond_the_end(int version)
{
    static const struct {
        ULONGLONG start, length;
    } ranges[] = {{17, HTTP_BYTE_RANGE_TO_EOF}, {17, 0}, {17, 1}, {0, 17}, {15, 2}, {0, HTTP_BYTE_RANGE_TO_EOF - 1},
                  {HTTP_BYTE_RANGE_TO_EOF, 1}, {1ull << 63, 1}, {1ull << 32, 1}};
    HTTP_DATA_CHUNK chunk;
    struct reply r;
    struct scene x;
    char path[MAX_PATH], text[4096];
    HANDLE file = make_file(path, CONTENT);
    HTTP_REQUEST_ID id;
    size_t i;

    scene_open(&x, version);
    id = scene_take(&x, GET_FOOBAR, 0);
    reply_init(&r, 200, "OK");
    reply_text(&r, "");
    for (i = 0; i < ARRAYSIZE(ranges); i++) {
        chunk_file(&r.chunks[0], file, ranges[i].start, ranges[i].length);
        ok_eq(reply_send(x.queue, id, 0, &r, NULL), ERROR_HANDLE_EOF);
    }
    chunk_file(&r.chunks[0], file, 0, 8);
    reply_header(&r, HttpHeaderContentLength, "16");
    ok_eq(reply_send(x.queue, id, HTTP_SEND_RESPONSE_FLAG_MORE_DATA, &r, NULL), NO_ERROR);
    chunk_file(&chunk, file, 8, 9);
    ok_eq(HttpSendResponseEntityBody(x.queue, id, 0, 1, &chunk, NULL, NULL, 0, NULL, NULL), ERROR_HANDLE_EOF);
    chunk_file(&chunk, file, 8, 8);
    ok_eq(HttpSendResponseEntityBody(x.queue, id, 0, 1, &chunk, NULL, NULL, 0, NULL, NULL), NO_ERROR);
    ok(recv_answer(x.client, text, sizeof text) > 0, "no answer");
    ok_str(answer_body(text), CONTENT);
    check_alive(&x);
    remove_file(file, path);
    scene_close(&x);
}

START_TEST(send_file)
{
    BOTH(test_file);
    BOTH(test_file_between_memory);
    BOTH(test_at_the_end);
    if (test_on_windows()) {
        skip("our own choices, and files that NTFS would fill with zeros");
        return;
    }
    BOTH(test_far);
    BOTH(test_closed_meanwhile);
    BOTH(test_shorter_meanwhile);
    BOTH(test_beyond_the_end);
    BOTH(test_other_handles);
    BOTH(test_no_access);
#ifdef FILE_FLAG_BACKUP_SEMANTICS
    BOTH(test_directory);
#endif
}
