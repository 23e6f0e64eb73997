/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * connection: the whole engine between scripted clients and a scripted program.
 *
 * An input is a script, a line for each step; what a line lacks is zero, what it doesn't mean is nothing:
 *
 *   o!          first of all: the queue skips packets on success
 *   c3          a client connects; a digit is a size (below), here of the server's socket buffer
 *   @1          the client that is meant from here on
 *   >GET / ...  the client sends the line and CR LF
 *   )a\r\n\x00  it sends these bytes
 *   <5          it reads so many bytes at most
 *   f           it sends its FIN;   x  it leaves
 *   .           everything that can happen happens, as behind each of the program's steps
 *   t7          time goes by
 *   r5cf0       HttpReceiveHttpRequest: size of the buffer, flags (c COPY_BODY, f FLUSH_BODY), perhaps which request
 *   b05f        HttpReceiveRequestEntityBody: request, size, f FILL_BUFFER
 *   s004ma      HttpSendHttpResponse: request, status, size of the body, flags (send_flags(); L and T: the program
 *               frames the body itself, K: trailers, C: Connection: close)
 *   p04m        HttpSendResponseEntityBody: request, size, flags
 *   k0          HttpCancelHttpRequest;   w0  HttpWaitForDisconnect
 *   i           CancelIoEx for all;  i0  for one operation
 *   u           HttpShutdownRequestQueue;   q  the queue is closed, or opened again
 *   l5          the queue's length;   v2  its verbosity;   e0  the group is disabled, or enabled
 *
 * A request is meant by a digit: 0 is the one received last. Each operation must end once, nothing may be left of all
 * of it, and what the clients got must be answers, whole but for the last, each to its own client and in order.
 */
#include "server.h"

#include "api/api.h"
#include "engine/chunks.h"
#include "lines.h"
#include "../../winetest/walk.h"

#define KNOWN_MAX 64
#define BUDGET (4u << 20) /* bytes of bodies in a run, for speed */

/* A request that the program got. */
struct known {
    HTTP_REQUEST_ID id;
    HTTP_CONNECTION_ID connection;
    unsigned client, ordinal; /* whose, and the how many-th of it */
    bool head;
};

struct run {
    struct server server;
    struct client *client; /* who is meant */
    struct known known[KNOWN_MAX];
    unsigned known_count;
    unsigned received[CLIENTS_MAX];
    size_t spent;
};

static struct run run;

static const unsigned sizes[10] = {0, 1, 10, 200, 1000, 4096, 16384, 65536, 300000, 900};

static unsigned digit_at(struct text t, size_t at)
{
    return at < t.len ? (unsigned char)(t.ptr[at] - '0') % 10 : 0;
}

static unsigned size_at(struct text t, size_t at)
{
    return sizes[digit_at(t, at)];
}

static bool has(struct text t, char c)
{
    return t.len && memchr(t.ptr, c, t.len);
}

/* The request that is meant; one that isn't known has an id of nobody's. */
static const struct known *known_at(struct text t, size_t at)
{
    static const struct known nobody = {.id = 0x123456789};
    unsigned back = digit_at(t, at);

    return back < run.known_count ? &run.known[run.known_count - 1 - back] : &nobody;
}

/* A body's bytes tell whose it is. */
static char letter_of(const struct known *k)
{
    return (char)('a' + (k->client * 7 + k->ordinal) % 26);
}

static size_t spend(size_t n)
{
    n = n < BUDGET - run.spent ? n : BUDGET - run.spent;
    run.spent += n;
    return n;
}

/* --- receiving */

static void note_request(const HTTP_REQUEST *r)
{
    const struct sockaddr_in *remote = (const struct sockaddr_in *)r->Address.pRemoteAddress;
    unsigned client = (unsigned)ntohs(remote->sin_port) - 1024;

    must(client < run.server.client_count);
    for (unsigned i = 0; i < run.known_count; i++)
        if (run.known[i].id == r->RequestId)
            return;
    if (run.known_count == KNOWN_MAX)
        run.known_count--;
    run.known[run.known_count++] = (struct known){r->RequestId, r->ConnectionId, client, ++run.received[client],
                                                  r->Verb == HttpVerbHEAD};
}

static void got_request(struct server *s, struct operation *o, ULONG bytes)
{
    const HTTP_REQUEST *r = o->memory;

    (void)s;
    if (!o->overlapped.Internal) {
        check_walk(o->memory, bytes, 2);
        note_request(r);
    } else {
        must(bytes > o->size, "%u bytes aren't more than %zu", bytes, o->size);
    }
}

static void receive(struct text t)
{
    static const unsigned least = sizeof(HTTP_REQUEST_V2);
    struct operation *o = operation_new(least + size_at(t, 0), 0);
    bool by_id = t.len > 1 && t.ptr[t.len - 1] >= '0' && t.ptr[t.len - 1] <= '9';
    HTTP_REQUEST_ID id = by_id ? known_at(t, t.len - 1)->id : 0;
    ULONG flags = (has(t, 'c') ? HTTP_RECEIVE_REQUEST_FLAG_COPY_BODY : 0) |
                  (has(t, 'f') ? HTTP_RECEIVE_REQUEST_FLAG_FLUSH_BODY : 0);

    o->done = got_request;
    operation_began(&run.server, o,
                    api_HttpReceiveHttpRequest(run.server.queue, id, flags, o->memory, (ULONG)o->size, NULL,
                                               &o->overlapped));
}

static void got_body(struct server *s, struct operation *o, ULONG bytes)
{
    (void)s;
    must(bytes <= o->size || o->overlapped.Internal);
}

static void read_body(struct text t)
{
    struct operation *o = operation_new(size_at(t, 1), 0);
    ULONG flags = has(t, 'f') ? HTTP_RECEIVE_REQUEST_ENTITY_BODY_FLAG_FILL_BUFFER : 0;

    o->done = got_body;
    operation_began(&run.server, o,
                    api_HttpReceiveRequestEntityBody(run.server.queue, known_at(t, 0)->id, flags, o->memory,
                                                     (ULONG)o->size, NULL, &o->overlapped));
}

/* --- sending */

static ULONG send_flags(struct text t)
{
    static const struct {
        char letter;
        ULONG flag;
    } flags[] = {
        {'d', HTTP_SEND_RESPONSE_FLAG_DISCONNECT}, {'m', HTTP_SEND_RESPONSE_FLAG_MORE_DATA},
        {'b', HTTP_SEND_RESPONSE_FLAG_BUFFER_DATA}, {'n', HTTP_SEND_RESPONSE_FLAG_ENABLE_NAGLING},
        {'r', HTTP_SEND_RESPONSE_FLAG_PROCESS_RANGES}, {'o', HTTP_SEND_RESPONSE_FLAG_OPAQUE},
        {'g', HTTP_SEND_RESPONSE_FLAG_GOAWAY}, {'a', HTTP_SEND_RESPONSE_FLAG_AUTOMATIC_CHUNKING},
    };
    ULONG sum = 0;

    for (size_t i = 0; i < COUNT(flags); i++)
        sum |= has(t, flags[i].letter) ? flags[i].flag : 0;
    return sum;
}

static HTTP_KNOWN_HEADER header_of(const char *value)
{
    return (HTTP_KNOWN_HEADER){(USHORT)strlen(value), value};
}

/* The body in two pieces, and perhaps trailers. How many there are. */
static USHORT make_chunks(HTTP_DATA_CHUNK chunks[3], struct operation *o, struct text t)
{
    static HTTP_UNKNOWN_HEADER trailer = {9, 5, "X-Trailer", "value"};
    ULONG first = (ULONG)o->size / 3;
    USHORT n = 0;

    memset(chunks, 0, 3 * sizeof *chunks);
    chunks[n].FromMemory.pBuffer = o->memory;
    chunks[n++].FromMemory.BufferLength = first;
    chunks[n].FromMemory.pBuffer = (char *)o->memory + first;
    chunks[n++].FromMemory.BufferLength = (ULONG)o->size - first;
    if (has(t, 'K')) {
        chunks[n].DataChunkType = HttpDataChunkTrailers;
        chunks[n].Trailers.TrailerCount = 1;
        chunks[n++].Trailers.pTrailers = &trailer;
    }
    return n;
}

static struct operation *new_send(const struct known *k, unsigned size)
{
    struct operation *o = operation_new(spend(size), 0);

    memset(o->memory, letter_of(k), o->size);
    return o;
}

static void send_response(struct text t)
{
    static const USHORT statuses[10] = {200, 200, 204, 304, 404, 101, 206, 999, 100, 500};
    const struct known *k = known_at(t, 0);
    struct operation *o = new_send(k, size_at(t, 2));
    HTTP_UNKNOWN_HEADER unknown[2] = {{9, 0, "X-Request", NULL}, {5, 1, "X-Own", "1"}};
    HTTP_RESPONSE r = {.StatusCode = statuses[digit_at(t, 1)]};
    HTTP_DATA_CHUNK chunks[3];
    char mark[32];

    unknown[0].RawValueLength = (USHORT)snprintf(mark, sizeof mark, "%u.%u.%d", k->client, k->ordinal, k->head);
    unknown[0].pRawValue = mark;
    r.Headers.UnknownHeaderCount = has(t, 'L') || has(t, 'T') ? 2 : 1;
    r.Headers.pUnknownHeaders = unknown;
    if (has(t, 'L'))
        r.Headers.KnownHeaders[HttpHeaderContentLength] = header_of("5");
    if (has(t, 'T'))
        r.Headers.KnownHeaders[HttpHeaderTransferEncoding] = header_of("chunked");
    if (has(t, 'C'))
        r.Headers.KnownHeaders[HttpHeaderConnection] = header_of("close");
    r.EntityChunkCount = make_chunks(chunks, o, t);
    r.pEntityChunks = chunks;
    operation_began(&run.server, o,
                    api_HttpSendHttpResponse(run.server.queue, k->id, send_flags(t), &r, NULL, NULL, NULL, 0,
                                             &o->overlapped, NULL));
}

static void send_part(struct text t)
{
    const struct known *k = known_at(t, 0);
    struct operation *o = new_send(k, size_at(t, 1));
    HTTP_DATA_CHUNK chunks[3];
    USHORT count = make_chunks(chunks, o, t);

    operation_began(&run.server, o,
                    api_HttpSendResponseEntityBody(run.server.queue, k->id, send_flags(t), count, chunks, NULL, NULL, 0,
                                                   &o->overlapped, NULL));
}

/* --- ending */

static void cancel_request(struct text t)
{
    struct operation *o = operation_new(0, 0);

    operation_began(&run.server, o, api_HttpCancelHttpRequest(run.server.queue, known_at(t, 0)->id, &o->overlapped));
}

static void wait_for_disconnect(struct text t)
{
    struct operation *o = operation_new(0, 0);

    operation_began(&run.server, o,
                    api_HttpWaitForDisconnect(run.server.queue, known_at(t, 0)->connection, &o->overlapped));
}

static void cancel_io(struct text t)
{
    unsigned n = digit_at(t, 0);
    struct list *l;

    if (!t.len) {
        CancelIoEx(run.server.queue, NULL);
        return;
    }
    list_for_each(l, &run.server.operations)
        if (!n--) {
            CancelIoEx(run.server.queue, &container_of(l, struct operation, node)->overlapped);
            return;
        }
}

static void set_group_state(HTTP_ENABLED_STATE state)
{
    HTTP_STATE_INFO info = {{1}, state};

    must(!api_HttpSetUrlGroupProperty(run.server.group, HttpServerStateProperty, &info, sizeof info));
}

static void set_queue(HTTP_SERVER_PROPERTY property, ULONG value)
{
    api_HttpSetRequestQueueProperty(run.server.queue, property, &value, sizeof value, 0, NULL);
}

/* --- the clients' steps */

static void write_line(struct text t)
{
    if (!run.client)
        return;
    client_write(run.client, t.ptr, t.len);
    client_write(run.client, "\r\n", 2);
}

/* One character or escape; *t moves behind it. */
static char next_char(struct text *t)
{
    char c = t->ptr[0];
    size_t used = 1;

    if (c == '\\' && t->len > 1) {
        c = t->ptr[1];
        used = 2;
        if (c == 'x' && t->len > 3) {
            c = (char)((hex_digit((unsigned char)t->ptr[2]) & 15) << 4 | (hex_digit((unsigned char)t->ptr[3]) & 15));
            used = 4;
        } else {
            c = c == 'r' ? '\r' : c == 'n' ? '\n' : c;
        }
    }
    t->ptr += used;
    t->len -= used;
    return c;
}

static void write_bytes(struct text t)
{
    char *bytes = exact_copy(t.ptr, t.len);
    size_t n = 0;

    while (t.len)
        bytes[n++] = next_char(&t);
    if (run.client)
        client_write(run.client, bytes, n);
    free(bytes);
}

static struct client *choose_client(unsigned n)
{
    return run.server.client_count ? &run.server.clients[n % run.server.client_count] : NULL;
}

/* True for what no time passes in. */
static bool client_step(char step, struct text t)
{
    switch (step) {
    case '@': run.client = choose_client(digit_at(t, 0)); break;
    case '>': write_line(t); break;
    case ')': write_bytes(t); break;
    default: return false;
    }
    return true;
}

static void other_client_step(char step, struct text t)
{
    struct client *c;

    switch (step) {
    case 'c': c = client_connect(&run.server, (int)size_at(t, 0)); run.client = c ? c : run.client; break;
    case 't': server_pass(&run.server, (double[]){0, 1, 2, 3, 6, 20, 61, 121, 600, 10}[digit_at(t, 0)]); break;
    }
    if (!run.client)
        return;
    switch (step) {
    case '<': client_read(run.client, size_at(t, 0)); break;
    case 'f': client_shutdown(run.client); break;
    case 'x': client_read(run.client, SIZE_MAX); client_close(run.client); break;
    }
}

static void program_step(char step, struct text t)
{
    switch (step) {
    case 'r': return receive(t);
    case 'b': return read_body(t);
    case 's': return send_response(t);
    case 'p': return send_part(t);
    case 'k': return cancel_request(t);
    case 'w': return wait_for_disconnect(t);
    case 'i': return cancel_io(t);
    case 'u': must(!api_HttpShutdownRequestQueue(run.server.queue)); break;
    case 'q': server_close_queue(&run.server); break;
    case 'l': return set_queue(HttpServerQueueLengthProperty, 1 + size_at(t, 0));
    case 'v': return set_queue(HttpServer503VerbosityProperty, digit_at(t, 0) % 3);
    case 'e': return set_group_state(digit_at(t, 0) ? HttpEnabledStateActive : HttpEnabledStateInactive);
    }
}

static void take_step(struct text line)
{
    char step = line.len ? line.ptr[0] : 0;
    struct text rest = line.len ? (struct text){line.ptr + 1, line.len - 1} : line;

    if (client_step(step, rest))
        return;
    server_run(&run.server);
    other_client_step(step, rest);
    if (run.server.queue)
        program_step(step, rest);
    else if (step == 'q')
        server_open_queue(&run.server);
    server_run(&run.server);
}

/* --- what the clients got */

struct answer {
    struct text head;
    unsigned status, client, ordinal;
    bool ours, marked, to_head, own_framing, chunked, has_length;
    uint64_t length;
};

static void read_mark(struct answer *a, struct text value)
{
    char mark[32];
    int head = 0;

    snprintf(mark, sizeof mark, "%.*s", PRINT(value));
    a->marked = sscanf(mark, "%u.%u.%d", &a->client, &a->ordinal, &head) == 3;
    a->to_head = head;
}

static void read_header(struct answer *a, struct text name, struct text value)
{
    if (text_equal_nocase(name, TEXT("Content-Length"))) {
        must(text_to_u64(value, &a->length));
        a->has_length = true;
    } else if (text_equal_nocase(name, TEXT("Transfer-Encoding"))) {
        a->chunked = true;
    } else if (text_equal_nocase(name, TEXT("X-Own"))) {
        a->own_framing = true;
    } else if (text_equal_nocase(name, TEXT("X-Request"))) {
        read_mark(a, value);
    }
}

/* False at the end, or when the head isn't whole. */
static bool read_head(struct input *in, struct answer *a)
{
    const char *end = input_left(in) ? memmem(in->at, input_left(in), "\r\n\r\n", 4) : NULL;
    struct input lines = {in->at, end ? end + 2 : in->at};
    struct text line;

    *a = (struct answer){.head = {in->at, 0}};
    if (!end)
        return false;
    line = input_line(&lines);
    must(line.len >= 14 && !memcmp(line.ptr, "HTTP/1.1 ", 9) && line.ptr[12] == ' ', "%.*s", PRINT(line));
    a->status = (unsigned)atoi(line.ptr + 9);
    while (lines.at < lines.end) {
        const char *colon;

        line = input_line(&lines);
        must(line.len && line.ptr[line.len - 1] == '\r' && !memchr(line.ptr, '\r', line.len - 1), "%.*s", PRINT(line));
        must((colon = memchr(line.ptr, ':', line.len)), "%.*s", PRINT(line));
        read_header(a, (struct text){line.ptr, (size_t)(colon - line.ptr)},
                    text_trim((struct text){colon + 1, (size_t)(line.ptr + line.len - 1 - colon - 1)}));
    }
    in->at = end + 4;
    return true;
}

static void check_letters(const struct answer *a, const char *bytes, size_t n)
{
    struct known k = {.client = a->client, .ordinal = a->ordinal};

    if (!a->marked || a->status == 206 || a->status == 416)
        return;
    for (size_t i = 0; i < n; i++)
        must(bytes[i] == letter_of(&k), "byte %zu of the answer to %u.%u", i, a->client, a->ordinal);
}

/* False when nothing may come behind it, or nobody knows what. */
static bool read_chunked(struct input *in, const struct answer *a)
{
    struct chunks k = {0};
    char *copy = exact_copy(in->at, input_left(in));
    size_t n, used;

    must(chunks_decode(&k, copy, input_left(in), &n, &used), "chunks");
    check_letters(a, copy, n);
    free(copy);
    in->at += used;
    return k.state == CHUNKS_DONE;
}

static bool read_content(struct input *in, const struct answer *a)
{
    size_t n = a->has_length && a->length < input_left(in) ? (size_t)a->length : input_left(in);

    if (a->own_framing || a->status < 200)
        return a->status == 100 && !a->marked; /* the program's lies; ours is 100 Continue */
    if (a->to_head || a->status == 204 || a->status == 304)
        return true;
    if (a->chunked)
        return read_chunked(in, a);
    if (!a->has_length)
        return false; /* parts whose end the program has to show, by disconnecting */
    check_letters(a, in->at, n);
    in->at += n;
    return true;
}

static void check_answers(const struct client *c)
{
    struct input in = {c->got, c->got + c->got_len};
    unsigned client = (unsigned)(c - run.server.clients), ordinal = 0;
    struct answer a;

    while (read_head(&in, &a)) {
        if (a.marked) {
            must(a.client == client, "an answer of client %u for client %u", a.client, client);
            must(a.ordinal > ordinal, "answer %u behind %u", a.ordinal, ordinal);
            ordinal = a.ordinal;
        } else if (a.status != 100) {
            /* ours, behind which the connection ends; to a HEAD without a body */
            must(!input_left(&in) || (a.has_length && input_left(&in) <= a.length), "more behind a page of ours");
            return;
        }
        if (!read_content(&in, &a))
            return;
    }
}

static const char *const known_lines[] = {
    "c8", "c0", "c5", "@0", "@1", ">GET / HTTP/1.1", ">GET /a HTTP/1.0", ">HEAD / HTTP/1.1", ">POST / HTTP/1.1",
    ">Host: localhost", ">Content-Length: 5", ">Transfer-Encoding: chunked", ">Expect: 100-continue",
    ">Connection: close", ">Range: bytes=1-2,5-", ">Upgrade: websocket", ">", ")hello", ")5\\r\\nhello\\r\\n",
    ")0\\r\\n\\r\\n", ")GET / HTTP/1.1\\r\\nHost: localhost\\r\\n\\r\\n",
    ")POST / HTTP/1.1\\r\\nHost: localhost\\r\\nContent-Length: 5\\r\\n\\r\\nhello",
    ")POST / HTTP/1.1\\r\\nHost: localhost\\r\\nTransfer-Encoding: chunked\\r\\n\\r\\n5\\r\\nhello\\r\\n0\\r\\n\\r\\n",
    ")POST / HTTP/1.1\\r\\nHost: localhost\\r\\nContent-Length: 100000\\r\\nExpect: 100-continue\\r\\n\\r\\n",
    "<5", "<8", "f", "x", ".", "t1", "t5", "t7", "t8", "r5", "r0", "r5c", "r5cf", "r7f", "r50", "b05", "b08f", "b00",
    "b11", "s003", "s008", "s008b", "s003d", "s003m", "s003ma", "s003maK", "s008ma", "s003g", "s208", "s053o", "s053mo",
    "s003L", "s003T", "s003C", "s004r", "s104", "p03m", "p03", "p08m", "p08b", "p00", "p03K", "p03d", "p03mo", "k0",
    "k1", "w0", "i", "i0", "i1", "u", "q", "l0", "l5", "v0", "v1", "v2", "e0", "e1", NULL,
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
    server_open(&run.server, size > 1 && data[0] == 'o' && data[1] == '!');
    while (in.at < in.end)
        take_step(input_line(&in));
    server_run(&run.server);
    for (unsigned i = 0; i < run.server.client_count; i++)
        client_read(&run.server.clients[i], SIZE_MAX);
    for (unsigned i = 0; i < run.server.client_count; i++)
        client_show(&run.server.clients[i]);
    for (unsigned i = 0; i < run.server.client_count; i++)
        check_answers(&run.server.clients[i]);
    set_group_state(HttpEnabledStateActive);
    server_close(&run.server);
    return 0;
}
