/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * response: HttpSendHttpResponse with whatever a program may put into its structures, and what the client gets.
 *
 * An input has a line for each part, its first letter says which; \r, \n and \xHH are bytes in texts:
 *
 *   V HEAD              the request's verb
 *   > Range: bytes=1-   a header of the request
 *   S 200 Reason        status and reason
 *   K 20 text           a known header, by its number
 *   X 29 text           the same as one of several; those of a number stand together
 *   U Name: text        any other header
 *   B 100               so many bytes of memory
 *   F 10 100            bytes of a file: offset and length; "F 10" is up to its end
 *   T Name: text        a trailer
 *   f mdr               flags, as in connection.c;   1  by a queue of version 1
 *
 * What is sent must be one response: each line of its head was given or is the engine's, and its body is the given one,
 * or the parts of it that it says.
 */
#include "server.h"

#include <sys/mman.h>
#include <unistd.h>

#include "api/api.h"
#include "engine/chunks.h"
#include "lines.h"

#define PARTS_MAX 16
#define BODY_MAX 60000u
#define FILE_SIZE 20000u

struct part {
    struct text name, value; /* copies of exact size */
    unsigned id;
};

struct parts {
    struct part list[PARTS_MAX];
    unsigned count;
};

struct run {
    struct server server;
    char request[4096];
    unsigned status;
    struct text reason;
    struct parts known, several, unknown, trailers;
    HTTP_DATA_CHUNK chunks[PARTS_MAX + 1];
    unsigned chunk_count;
    ULONG flags;
    char body[BODY_MAX]; /* what the chunks are */
    size_t body_len;
    bool head, failed;
};

static struct run run;

static char pattern(size_t i)
{
    return (char)(i * 31 + i / 251);
}

/* --- the script */

static struct text unescape(struct text t)
{
    char *bytes = exact_copy(t.ptr, t.len), *exact;
    size_t n = 0;

    for (size_t i = 0; i < t.len; i++) {
        char c = t.ptr[i], next = i + 1 < t.len ? t.ptr[i + 1] : 0;

        if (c == '\\' && (next == 'r' || next == 'n' || next == '0'))
            c = next == 'r' ? '\r' : next == 'n' ? '\n' : 0, i++;
        bytes[n++] = c;
    }
    exact = exact_copy(bytes, n);
    free(bytes);
    return (struct text){exact, n};
}

/* A number and the blank behind it. */
static uint64_t take_number(struct text *t)
{
    uint64_t n = 0;

    while (t->len && *t->ptr >= '0' && *t->ptr <= '9')
        n = n * 10 + (uint64_t)(*t->ptr++ - '0'), t->len--;
    if (t->len)
        t->ptr++, t->len--;
    return n;
}

static void add_part(struct parts *p, unsigned id, struct text name, struct text value)
{
    if (p->count < PARTS_MAX)
        p->list[p->count++] = (struct part){unescape(name), unescape(value), id};
}

static void add_numbered(struct parts *p, struct text t)
{
    unsigned id = (unsigned)take_number(&t);

    add_part(p, id, TEXT(""), t);
}

static void add_named(struct parts *p, struct text t)
{
    const char *colon = t.len ? memchr(t.ptr, ':', t.len) : NULL;
    size_t n = colon ? (size_t)(colon - t.ptr) : t.len, skip = colon ? n + 1 : n;

    add_part(p, 0, (struct text){t.ptr, n}, text_trim((struct text){t.ptr + skip, t.len - skip}));
}

static void add_memory(struct text t)
{
    uint64_t n = take_number(&t);
    HTTP_DATA_CHUNK *c = &run.chunks[run.chunk_count];

    if (run.chunk_count == PARTS_MAX || n > BODY_MAX - run.body_len)
        return;
    for (size_t i = 0; i < n; i++)
        run.body[run.body_len + i] = pattern(run.body_len + i);
    *c = (HTTP_DATA_CHUNK){.DataChunkType = HttpDataChunkFromMemory};
    c->FromMemory.pBuffer = exact_copy(run.body + run.body_len, (size_t)n);
    c->FromMemory.BufferLength = (ULONG)n;
    run.body_len += (size_t)n;
    run.chunk_count++;
}

/* One file for the whole process. */
static HANDLE open_file(void)
{
    static HANDLE file;
    char name[40];
    int fd;

    if (file)
        return file;
    fd = memfd_create("fuzz", MFD_CLOEXEC);
    must(fd >= 0);
    for (size_t i = 0; i < FILE_SIZE; i++) {
        char c = pattern(i + 7);

        must(write(fd, &c, 1) == 1);
    }
    snprintf(name, sizeof name, "/proc/self/fd/%d", fd);
    file = CreateFileA(name, GENERIC_READ, 0, NULL, OPEN_EXISTING, 0, NULL);
    must(file != INVALID_HANDLE_VALUE);
    return file;
}

static void add_file(struct text t)
{
    uint64_t offset = take_number(&t), n = t.len ? take_number(&t) : HTTP_BYTE_RANGE_TO_EOF;
    uint64_t there = offset <= FILE_SIZE ? FILE_SIZE - offset : 0, got = n == HTTP_BYTE_RANGE_TO_EOF ? there : n;
    HTTP_DATA_CHUNK *c = &run.chunks[run.chunk_count];

    if (run.chunk_count == PARTS_MAX || (got <= there && got > BODY_MAX - run.body_len))
        return;
    run.failed |= offset > FILE_SIZE || got > there;
    for (size_t i = 0; i < got && !run.failed; i++)
        run.body[run.body_len++] = pattern((size_t)offset + i + 7);
    *c = (HTTP_DATA_CHUNK){.DataChunkType = HttpDataChunkFromFileHandle};
    c->FromFileHandle.FileHandle = open_file();
    c->FromFileHandle.ByteRange.StartingOffset.QuadPart = offset;
    c->FromFileHandle.ByteRange.Length.QuadPart = n;
    run.chunk_count++;
}

static void set_flags(struct text t)
{
    static const char letters[] = "dmbn?rog"; /* by bit; the fifth means nothing */

    for (size_t i = 0; i < t.len; i++) {
        const char *at = memchr(letters, t.ptr[i], sizeof letters - 1);

        run.flags |= at ? 1u << (at - letters) : t.ptr[i] == 'a' ? HTTP_SEND_RESPONSE_FLAG_AUTOMATIC_CHUNKING : 0;
    }
    if (run.flags & 1u << 7)
        run.flags ^= 1u << 7 | HTTP_SEND_RESPONSE_FLAG_GOAWAY;
}

static void add_to_request(struct text t)
{
    size_t n = strlen(run.request);

    if (t.len && !memchr(t.ptr, '\r', t.len) && !memchr(t.ptr, 0, t.len) && n + t.len + 3 < sizeof run.request)
        snprintf(run.request + n, sizeof run.request - n, "%.*s\r\n", (int)t.len, t.ptr);
}

static void begin_request(struct text verb)
{
    run.head = text_is(verb, "HEAD");
    run.request[0] = 0;
    add_to_request(verb);
    if (run.request[0])
        run.request[strlen(run.request) - 2] = 0;
    strcat(run.request, " / HTTP/1.1\r\nHost: localhost\r\n");
}

static void take_line(struct text line)
{
    struct text rest = line.len > 2 ? (struct text){line.ptr + 2, line.len - 2} : TEXT("");

    switch (line.len ? line.ptr[0] : 0) {
    case 'V':
        if (rest.len < 100)
            begin_request(rest);
        break;
    case '>': add_to_request(rest); break;
    case 'S':
        run.status = (unsigned)take_number(&rest);
        free((char *)run.reason.ptr);
        run.reason = unescape(rest);
        break;
    case 'K': add_numbered(&run.known, rest); break;
    case 'X': add_numbered(&run.several, rest); break;
    case 'U': add_named(&run.unknown, rest); break;
    case 'T': add_named(&run.trailers, rest); break;
    case 'B': add_memory(rest); break;
    case 'F': add_file(rest); break;
    case 'f': set_flags(rest); break;
    }
}

/* --- the call */

static HTTP_REQUEST_ID received;

static void got_request(struct server *s, struct operation *o, ULONG bytes)
{
    (void)s, (void)bytes;
    received = ((HTTP_REQUEST *)o->memory)->RequestId;
}

/* False when the engine refused the request. */
static bool receive(void)
{
    struct client *c = client_connect(&run.server, 1 << 20);
    struct operation *o = operation_new(8192, 0);

    received = 0;
    o->done = got_request;
    client_write(c, run.request, strlen(run.request));
    client_write(c, "\r\n", 2);
    operation_began(&run.server, o,
                    api_HttpReceiveHttpRequest(run.server.queue, 0, 0, o->memory, (ULONG)o->size, NULL,
                                               &o->overlapped));
    server_run(&run.server);
    client_read(c, SIZE_MAX);
    return received && !c->got_len;
}

static void fill_headers(HTTP_RESPONSE *r, HTTP_UNKNOWN_HEADER *unknown)
{
    for (unsigned i = 0; i < run.known.count; i++) {
        const struct part *p = &run.known.list[i];

        r->Headers.KnownHeaders[p->id % HttpHeaderResponseMaximum] =
            (HTTP_KNOWN_HEADER){(USHORT)p->value.len, p->value.ptr};
    }
    for (unsigned i = 0; i < run.unknown.count; i++) {
        const struct part *p = &run.unknown.list[i];

        unknown[i] = (HTTP_UNKNOWN_HEADER){(USHORT)p->name.len, (USHORT)p->value.len, p->name.ptr, p->value.ptr};
    }
    r->Headers.UnknownHeaderCount = (USHORT)run.unknown.count;
    r->Headers.pUnknownHeaders = run.unknown.count ? unknown : NULL;
}

struct several {
    HTTP_RESPONSE_INFO infos[PARTS_MAX];
    HTTP_MULTIPLE_KNOWN_HEADERS multiple[PARTS_MAX];
    HTTP_KNOWN_HEADER headers[PARTS_MAX];
};

static void fill_several(HTTP_RESPONSE *r, struct several *s)
{
    unsigned count = 0;

    for (unsigned i = 0; i < run.several.count; i++) {
        const struct part *p = &run.several.list[i];
        bool again = i && p->id == p[-1].id;

        s->headers[i] = (HTTP_KNOWN_HEADER){(USHORT)p->value.len, p->value.ptr};
        if (again) {
            s->multiple[count - 1].KnownHeaderCount++;
            continue;
        }
        s->multiple[count] = (HTTP_MULTIPLE_KNOWN_HEADERS){(HTTP_HEADER_ID)p->id, p->id & 1, 1, &s->headers[i]};
        s->infos[count] = (HTTP_RESPONSE_INFO){HttpResponseInfoTypeMultipleKnownHeaders, sizeof *s->multiple,
                                               &s->multiple[count]};
        count++;
    }
    ((HTTP_RESPONSE_V2 *)r)->ResponseInfoCount = (USHORT)count;
    ((HTTP_RESPONSE_V2 *)r)->pResponseInfo = count ? s->infos : NULL;
}

static void fill_trailers(HTTP_UNKNOWN_HEADER *trailers)
{
    HTTP_DATA_CHUNK *c = &run.chunks[run.chunk_count];

    if (!run.trailers.count)
        return;
    for (unsigned i = 0; i < run.trailers.count; i++) {
        const struct part *p = &run.trailers.list[i];

        trailers[i] = (HTTP_UNKNOWN_HEADER){(USHORT)p->name.len, (USHORT)p->value.len, p->name.ptr, p->value.ptr};
    }
    *c = (HTTP_DATA_CHUNK){.DataChunkType = HttpDataChunkTrailers};
    c->Trailers.TrailerCount = (USHORT)run.trailers.count;
    c->Trailers.pTrailers = trailers;
    run.chunk_count++;
}

/* Whether the client is to get it. */
static bool send_response(void)
{
    HTTP_RESPONSE_V2 r = {.ResponseInfoCount = 0};
    HTTP_RESPONSE *response = (HTTP_RESPONSE *)&r;
    HTTP_UNKNOWN_HEADER unknown[PARTS_MAX], trailers[PARTS_MAX];
    struct operation *o = operation_new(0, 0);
    struct several several;
    ULONG result;

    response->StatusCode = (USHORT)run.status;
    response->pReason = run.reason.ptr;
    response->ReasonLength = (USHORT)run.reason.len;
    fill_headers(response, unknown);
    fill_several(response, &several);
    fill_trailers(trailers);
    response->EntityChunkCount = (USHORT)run.chunk_count;
    response->pEntityChunks = run.chunk_count ? run.chunks : NULL;
    result = api_HttpSendHttpResponse(run.server.queue, received, run.flags, response, NULL, NULL, NULL, 0,
                                      &o->overlapped, NULL);
    operation_began(&run.server, o, result);
    server_run(&run.server);
    return result == NO_ERROR || result == ERROR_IO_PENDING;
}

/* --- what the client got */

struct answer {
    unsigned status;
    bool chunked, has_length, own_framing, multipart;
    uint64_t length;
    struct text range;
};

static const struct text engines_names[] = {{"Server", 6}, {"Date", 4}, {"Connection", 10}, {"Content-Length", 14},
                                            {"Transfer-Encoding", 17}, {"Content-Range", 13}, {"Content-Type", 12}};

/* A header of the program's, whose name may be anything. */
static bool was_given(const struct parts *p, struct text line)
{
    for (unsigned i = 0; i < p->count; i++) {
        struct text name = p->list[i].name, value = p->list[i].value;

        if (line.len == name.len + 2 + value.len && !memcmp(line.ptr, name.ptr, name.len) &&
            !memcmp(line.ptr + name.len, ": ", 2) && !memcmp(line.ptr + name.len + 2, value.ptr, value.len))
            return true;
    }
    return false;
}

/* The names of those with numbers are the engine's: only the values are compared. */
static bool is_value_of(const struct parts *p, struct text value)
{
    for (unsigned i = 0; i < p->count; i++)
        if (p->list[i].value.len == value.len && !memcmp(p->list[i].value.ptr, value.ptr, value.len))
            return true;
    return false;
}

static bool is_engines(struct text name)
{
    for (size_t i = 0; i < COUNT(engines_names); i++)
        if (text_equal_nocase(name, engines_names[i]))
            return true;
    return false;
}

static void read_header(struct answer *a, struct text line)
{
    const char *colon = memmem(line.ptr, line.len, ": ", 2);
    struct text name = {line.ptr, colon ? (size_t)(colon - line.ptr) : 0};
    struct text value = {colon + 2, line.len - name.len - 2};
    bool given;

    must(colon, "no header: %.*s", PRINT(line));
    must(!memchr(line.ptr, '\r', line.len) && !memchr(line.ptr, 0, line.len), "%.*s", PRINT(line));
    given = is_value_of(&run.known, value) || is_value_of(&run.several, value) || was_given(&run.unknown, line);
    must(given || is_engines(name), "nobody gave it: %.*s", PRINT(line));
    if (text_equal_nocase(name, TEXT("Content-Length"))) {
        a->own_framing |= given || !text_to_u64(value, &a->length);
        a->has_length = true;
    }
    if (text_equal_nocase(name, TEXT("Transfer-Encoding"))) {
        a->own_framing |= given && run.unknown.count + run.known.count + run.several.count;
        a->chunked = true;
    }
    if (text_equal_nocase(name, TEXT("Content-Range")))
        a->range = value;
    a->multipart |= value.len > 21 && !memcmp(value.ptr, "multipart/byteranges;", 21);
}

static void read_head(struct input *in, struct answer *a)
{
    const char *end = memmem(in->at, input_left(in), "\r\n\r\n", 4);
    unsigned most = run.known.count + run.several.count + run.unknown.count + (unsigned)COUNT(engines_names), lines = 0;
    struct text line;

    must(end, "no head: %.*s", (int)input_left(in), in->at);
    line = input_line(in);
    must(line.len >= 14 && !memcmp(line.ptr, "HTTP/1.1 ", 9) && line.ptr[12] == ' ' && line.ptr[line.len - 1] == '\r');
    must(!memchr(line.ptr, '\r', line.len - 1));
    a->status = (unsigned)atoi(line.ptr + 9);
    for (line = input_line(in); line.len > 1; line = input_line(in)) {
        must(line.ptr[line.len - 1] == '\r' && ++lines <= most, "%.*s", PRINT(line));
        read_header(a, (struct text){line.ptr, line.len - 1});
    }
    must(text_is(line, "\r") && in->at == end + 4);
}

/* "bytes 1-2/3" of the body. */
static void check_range(struct text range, const char *bytes, size_t n)
{
    unsigned long first, last, size;
    char *text = strndup(range.ptr, range.len);

    must(text && sscanf(text, "bytes %lu-%lu/%lu", &first, &last, &size) == 3, "%s", text);
    must(size == run.body_len && first <= last && last < size && n == last - first + 1, "%s, %zu bytes", text, n);
    must(!memcmp(run.body + first, bytes, n));
    free(text);
}

/* Parts, each with its range. */
static void check_parts(const char *bytes, size_t n)
{
    struct input in = {bytes, bytes + n};
    struct text boundary;

    must(n > 4 && !memcmp(bytes, "\r\n--", 4));
    in.at += 2;
    boundary = input_line(&in);
    for (;;) {
        struct text range = {NULL, 0}, line;
        const char *end;

        while ((line = input_line(&in)).len > 1)
            if (line.len > 15 && !memcmp(line.ptr, "Content-Range: ", 15))
                range = (struct text){line.ptr + 15, line.len - 16};
        /* The boundary's line, with its CR, or the last one, with "--" in its place. */
        end = memmem(in.at, input_left(&in), boundary.ptr, boundary.len - 1);
        must(range.ptr && end && end - in.at >= 2);
        check_range(range, in.at, (size_t)(end - 2 - in.at));
        in.at = end + boundary.len - 1;
        if (*in.at == '-')
            break;
        in.at += 2;
    }
    must(input_left(&in) == 4 && !memcmp(in.at, "--\r\n", 4), "behind the parts: %.*s", (int)input_left(&in), in.at);
}

static void check_content(const struct answer *a, const char *bytes, size_t n)
{
    if (a->status == 206 && run.status == 200 && run.flags & HTTP_SEND_RESPONSE_FLAG_PROCESS_RANGES) {
        if (a->multipart)
            check_parts(bytes, n);
        else
            check_range(a->range, bytes, n);
    } else if (a->status == run.status) {
        must(n == run.body_len && !memcmp(bytes, run.body, n), "%zu bytes of %zu", n, run.body_len);
    }
}

static void check_chunked(const struct answer *a, const char *bytes, size_t n)
{
    struct chunks k = {0};
    char *copy = exact_copy(bytes, n);
    size_t data, used;

    if (!chunks_decode(&k, copy, n, &data, &used)) {
        must(run.trailers.count, "chunks"); /* whose names needn't be tokens */
        return free(copy);
    }
    must(k.state == CHUNKS_DONE ? used == n : !!(run.flags & HTTP_SEND_RESPONSE_FLAG_MORE_DATA));
    check_content(a, copy, data);
    free(copy);
}

static void check_whole(const struct answer *a, const char *bytes, size_t n)
{
    must(!a->has_length || a->length == n, "Content-Length %lu, %zu bytes", a->length, n);
    check_content(a, bytes, n);
}

static void check_answer(const struct client *c)
{
    struct input in = {c->got, c->got + c->got_len};
    struct answer a = {0};

    read_head(&in, &a);
    if (run.head || a.status == 204 || a.status == 304)
        must(!input_left(&in) || a.status == 101);
    else if (a.own_framing || a.status < 200)
        return; /* the program's own affair */
    else if (a.chunked)
        check_chunked(&a, in.at, input_left(&in));
    else
        check_whole(&a, in.at, input_left(&in));
}

static void free_parts(struct parts *p)
{
    for (unsigned i = 0; i < p->count; i++) {
        free((char *)p->list[i].name.ptr);
        free((char *)p->list[i].value.ptr);
    }
}

static void end_run(void)
{
    for (unsigned i = 0; i < run.chunk_count; i++)
        if (run.chunks[i].DataChunkType == HttpDataChunkFromMemory)
            free(run.chunks[i].FromMemory.pBuffer);
    free((char *)run.reason.ptr);
    free_parts(&run.known);
    free_parts(&run.several);
    free_parts(&run.unknown);
    free_parts(&run.trailers);
}

static const char *const known_lines[] = {
    "V HEAD", "V GET", "V POST", "> Range: bytes=1-2,5-", "> Range: bytes=-5", "> Range: bytes=0-0",
    "> If-Range: \"a\"", "> Connection: close", "S 200 OK", "S 204 ", "S 304 ", "S 101 ", "S 404 a\\r\\nb: c",
    "K 20 text/plain", "K 11 5", "K 6 chunked", "K 1 close", "K 26 mine", "K 3 now", "K 24 \"a\"", "X 29 Basic",
    "X 29 Negotiate", "X 27 a=b", "X 1 close", "U A: b", "U Content-Length: 3", "U Connection: close",
    "U A: b\\r\\nC: d", "U A\\r\\n: b", "U : x", "U A:", "B 100", "B 0", "B 50000", "F 10 100", "F 0", "F 30000 1",
    "F 0 20001", "T A: b", "T A: b\\n", "f a", "f ma", "f r", "f d", "f b", "f o", NULL,
};

size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max, unsigned seed);
size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max, unsigned seed)
{
    return lines_mutate(data, size, max, seed, known_lines);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct input in = input_of(data, size);

    memset(&run, 0, sizeof run);
    run.status = 200;
    begin_request(TEXT("GET"));
    while (in.at < in.end)
        take_line(input_line(&in));
    server_open(&run.server, size & 1);
    if (receive() && send_response()) {
        must(!run.failed, "a file that isn't so long");
        client_read(&run.server.clients[0], SIZE_MAX);
        server_run(&run.server);
        client_read(&run.server.clients[0], SIZE_MAX);
        client_show(&run.server.clients[0]);
        check_answer(&run.server.clients[0]);
    }
    server_close(&run.server);
    end_run();
    return 0;
}
