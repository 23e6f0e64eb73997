/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * client.c: the client side of the tests; client.h describes it.
 */
#include "client.h"

static void local_address(struct sockaddr_in *address, USHORT port)
{
    memset(address, 0, sizeof *address);
    address->sin_family = AF_INET;
    address->sin_port = htons(port);
    address->sin_addr.s_addr = htonl(INADDR_LOOPBACK);
}

SOCKET hold_port(USHORT *port)
{
    struct sockaddr_in address;
    socklen_t length = sizeof address;
    SOCKET s = socket(AF_INET, SOCK_STREAM, IPPROTO_TCP);

    local_address(&address, 0);
    ok(s != INVALID_SOCKET && !bind(s, (struct sockaddr *)&address, length), "no free port: %d", WSAGetLastError());
    getsockname(s, (struct sockaddr *)&address, &length);
    *port = ntohs(address.sin_port);
    return s;
}

USHORT free_port(void)
{
    USHORT port;

    closesocket(hold_port(&port));
    return port;
}

SOCKET try_connect(USHORT port)
{
    struct sockaddr_in address;
    SOCKET s = socket(AF_INET, SOCK_STREAM, IPPROTO_TCP);

    local_address(&address, port);
    if (!connect(s, (struct sockaddr *)&address, sizeof address))
        return s;
    closesocket(s);
    return INVALID_SOCKET;
}

SOCKET connect_local(USHORT port)
{
    SOCKET s = try_connect(port);

    ok(s != INVALID_SOCKET, "no connection to port %u", port);
    return s;
}

int send_bytes(SOCKET s, const void *data, int length)
{
    const char *at = data;
    int sent;

    for (; length > 0; at += sent, length -= sent) {
        sent = send(s, at, length, 0);
        if (!ok(sent > 0, "send: error %d", WSAGetLastError()))
            return 0;
    }
    return 1;
}

int send_text(SOCKET s, const char *format, ...)
{
    char text[8192];
    va_list arguments;
    int length;

    va_start(arguments, format);
    length = vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    return send_bytes(s, text, length);
}

int send_get(SOCKET s, USHORT port, const char *path)
{
    return send_text(s, "GET %s HTTP/1.1\r\nHost: localhost:%u\r\n\r\n", path, port);
}

/* Whether recv() would return at once, waiting up to `milliseconds` for it. */
static int readable(SOCKET s, DWORD milliseconds)
{
    struct timeval timeout;
    fd_set set;

    timeout.tv_sec = milliseconds / 1000;
    timeout.tv_usec = milliseconds % 1000 * 1000;
    FD_ZERO(&set);
    FD_SET(s, &set);
    return select((int)s + 1, &set, NULL, NULL, &timeout) == 1;
}

static int recv_before(SOCKET s, char *buffer, int size, ULONGLONG end)
{
    ULONGLONG now = GetTickCount64();

    return readable(s, now < end ? (DWORD)(end - now) : 0) ? (int)recv(s, buffer, size, 0) : -1;
}

int recv_once(SOCKET s, char *buffer, int size)
{
    int got = recv_before(s, buffer, size - 1, GetTickCount64() + DEADLINE);

    buffer[got > 0 ? got : 0] = 0;
    return got;
}

/* Receives more until `enough` says so of the text so far; *last is what the last recv() returned. */
static int recv_while(SOCKET s, char *buffer, int size, int (*enough)(const char *, int, const void *),
                      const void *context, int *last)
{
    ULONGLONG end = GetTickCount64() + DEADLINE;
    int got = 0;

    *last = 1;
    buffer[0] = 0;
    while (got < size - 1 && !enough(buffer, got, context)) {
        *last = recv_before(s, buffer + got, size - 1 - got, end);
        if (*last <= 0)
            break;
        got += *last;
        buffer[got] = 0;
    }
    return got;
}

/* strstr, but it reads no further than the hit: under the address sanitizer that one measures the whole text first,
 * which takes minutes with megabytes that arrive piece by piece. */
static const char *find_text(const char *text, const char *what)
{
    size_t length = strlen(what);

    for (; *text; text++)
        if (*text == *what && !strncmp(text, what, length))
            return text;
    return NULL;
}

static int has_end(const char *text, int length, const void *end)
{
    (void)length;
    return strstr(text, end) != NULL;
}

static int never_enough(const char *text, int length, const void *context)
{
    (void)text, (void)length, (void)context;
    return 0;
}

static int is_whole_answer(const char *text, int length, const void *context)
{
    const char *body = answer_body(text);
    char value[32];

    (void)context;
    if (!*body && !find_text(text, "\r\n\r\n"))
        return 0;
    return answer_header(text, "Content-Length", value, sizeof value) < 0 || length - (body - text) >= atoi(value);
}

int recv_until(SOCKET s, char *buffer, int size, const char *end)
{
    int last, got = recv_while(s, buffer, size, has_end, end, &last);

    return strstr(buffer, end) ? got : -1;
}

int recv_all(SOCKET s, char *buffer, int size)
{
    int last, got = recv_while(s, buffer, size, never_enough, NULL, &last);

    return last == 0 ? got : -1;
}

int recv_answer(SOCKET s, char *buffer, int size)
{
    int last, got = recv_while(s, buffer, size, is_whole_answer, NULL, &last);

    return is_whole_answer(buffer, got, NULL) ? got : -1;
}

int is_quiet(SOCKET s, DWORD milliseconds)
{
    return !readable(s, milliseconds);
}

int is_closed(SOCKET s)
{
    ULONGLONG end = GetTickCount64() + DEADLINE;
    char buffer[4096];
    int got;

    do
        got = recv_before(s, buffer, sizeof buffer, end);
    while (got > 0);
    return got == 0;
}

int answer_status(const char *answer)
{
    int status;

    return sscanf(answer, "HTTP/1.1 %3d ", &status) == 1 ? status : 0;
}

const char *answer_body(const char *answer)
{
    const char *end = find_text(answer, "\r\n\r\n");

    return end ? end + 4 : answer + strlen(answer);
}

/* strncasecmp, which Windows' C library calls _strnicmp. */
static int same_name(const char *a, const char *b, size_t length)
{
    for (; length; a++, b++, length--)
        if ((*a | 0x20) != (*b | 0x20))
            return 0;
    return 1;
}

int answer_header(const char *answer, const char *name, char *value, int size)
{
    const char *body = answer_body(answer), *line = answer, *end;
    size_t length = strlen(name);

    while ((line = find_text(line, "\r\n")) != NULL && line + 4 < body) {
        line += 2;
        if (!same_name(line, name, length) || line[length] != ':')
            continue;
        for (line += length + 1; *line == ' '; line++)
            ;
        end = find_text(line, "\r\n");
        return snprintf(value, size, "%.*s", (int)(end - line), line);
    }
    return -1;
}

int get_status(USHORT port, const char *host, const char *path)
{
    SOCKET s = connect_local(port);
    char answer[4096];

    send_text(s, "GET %s HTTP/1.1\r\nHost: %s\r\nConnection: close\r\n\r\n", path, host);
    ok(recv_answer(s, answer, sizeof answer) > 0, "no answer for %s%s", host, path);
    closesocket(s);
    return answer_status(answer);
}
