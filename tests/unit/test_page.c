/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * test_page.c: the error pages byte for byte. Windows' own ones were recorded: their lengths, and the MD5 of some.
 */
#include "engine/page.h"

#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "engine/date.h"
#include "unit.h"

static const struct {
    enum page page;
    const char *status;
    size_t length;
    const char *md5; /* NULL: only the length is known */
} recorded[] = {
    {PAGE_BAD_REQUEST, "400 Bad Request", 311, NULL},
    {PAGE_BAD_VERB, "400 Bad Request", 326, NULL},
    {PAGE_BAD_URL, "400 Bad Request", 324, "93b17548f8f23ad8a33060f706baca1d"},
    {PAGE_BAD_HOST, "400 Bad Request", 334, NULL},
    {PAGE_BAD_HEADER, "400 Bad Request", 339, NULL},
    {PAGE_TOO_LONG, "400 Bad Request", 346, "c7f13b90b073178b4091022c635b337f"},
    {PAGE_FIELD_TOO_LONG, "400 Bad Request", 342, NULL},
    {PAGE_FORBIDDEN, "403 Forbidden", 312, NULL},
    {PAGE_NOT_FOUND, "404 Not Found", 315, NULL},
    {PAGE_LENGTH_REQUIRED, "411 Length Required", 344, NULL},
    {PAGE_URL_TOO_LONG, "414 Request-URI Too Long", 329, "13f39bc2608363e208ba9494d5d6379c"},
    {PAGE_BAD_RANGE, "416 Requested Range Not Satisfiable", 362, NULL},
    {PAGE_NO_CODING, "501 Not Implemented", 343, NULL},
    {PAGE_UNAVAILABLE, "503 Service Unavailable", 326, NULL},
};

/* The page's text, NUL-terminated; its body. */
static const char *write_page(enum page page, bool head_only, char text[PAGE_SIZE_MAX])
{
    size_t n = page_write(page, head_only, false, text);
    char *end;

    cr_assert(n < PAGE_SIZE_MAX);
    text[n] = 0;
    end = strstr(text, "\r\n\r\n");
    cr_assert(end);
    return end + 4;
}

Test(page, lengths)
{
    char text[PAGE_SIZE_MAX], want[64];

    for (size_t i = 0; i < COUNT(recorded); i++) {
        const char *body = write_page(recorded[i].page, false, text);

        cr_assert_eq(strlen(body), recorded[i].length, "%s: %zu", recorded[i].status, strlen(body));
        snprintf(want, sizeof want, "\r\nContent-Length: %zu\r\n", recorded[i].length);
        cr_assert(strstr(text, want), "%s", text);
    }
}

/* The system's md5sum: no code of ours may decide whether our code is right. */
static void md5_of(const char *bytes, size_t n, char sum[33])
{
    int fd = memfd_create("page", 0);
    char command[64];
    FILE *f;

    cr_assert(fd >= 0 && write(fd, bytes, n) == (ssize_t)n);
    snprintf(command, sizeof command, "md5sum </proc/%d/fd/%d", (int)getpid(), fd);
    f = popen(command, "r");
    cr_assert(f && fread(sum, 1, 32, f) == 32);
    sum[32] = 0;
    pclose(f);
    close(fd);
}

Test(page, bytes)
{
    char text[PAGE_SIZE_MAX], sum[33];

    for (size_t i = 0; i < COUNT(recorded); i++) {
        const char *body = write_page(recorded[i].page, false, text);

        if (!recorded[i].md5)
            continue;
        md5_of(body, strlen(body), sum);
        cr_assert_str_eq(sum, recorded[i].md5);
    }
}

/* The recorded order: Content-Type, Server, Date, Connection, Content-Length. */
Test(page, head)
{
    char text[PAGE_SIZE_MAX], want[512], date[DATE_LEN + 1];

    for (size_t i = 0; i < COUNT(recorded); i++) {
        const char *body = write_page(recorded[i].page, false, text), *at = strstr(text, "Date: ");

        cr_assert(at);
        memcpy(date, at + 6, DATE_LEN);
        date[DATE_LEN] = 0;
        snprintf(want, sizeof want,
                 "HTTP/1.1 %s\r\nContent-Type: text/html; charset=us-ascii\r\nServer: Microsoft-HTTPAPI/2.0\r\n"
                 "Date: %s\r\nConnection: close\r\nContent-Length: %zu\r\n\r\n",
                 recorded[i].status, date, recorded[i].length);
        cr_assert(!strncmp(text, want, (size_t)(body - text)) && strlen(want) == (size_t)(body - text), "%s", text);
    }
}

/* HEAD: the same head, also the length, and nothing behind it. */
Test(page, head_only)
{
    char text[PAGE_SIZE_MAX], whole[PAGE_SIZE_MAX];

    for (enum page p = PAGE_NONE + 1; p < PAGE_MAX; p++) {
        const char *body = write_page(p, true, text), *with = write_page(p, false, whole);

        cr_assert_str_eq(body, "");
        cr_assert_eq(body - text, with - whole);
        cr_assert(strstr(text, "Content-Length: "));
    }
}

Test(page, the_body_of_the_plainest)
{
    char text[PAGE_SIZE_MAX];

    cr_assert_str_eq(write_page(PAGE_BAD_REQUEST, false, text),
                     "<!DOCTYPE HTML PUBLIC \"-//W3C//DTD HTML 4.01//EN\"\"http://www.w3.org/TR/html4/strict.dtd\">\r\n"
                     "<HTML><HEAD><TITLE>Bad Request</TITLE>\r\n"
                     "<META HTTP-EQUIV=\"Content-Type\" Content=\"text/html; charset=us-ascii\"></HEAD>\r\n"
                     "<BODY><h2>Bad Request</h2>\r\n"
                     "<hr><p>HTTP Error 400. The request is badly formed.</p>\r\n"
                     "</BODY></HTML>\r\n");
}

/* Microsoft's page of HttpServer503VerbosityProperty: a detailed reason phrase. The body is the same. */
Test(page, a_503_that_says_why)
{
    char plain[PAGE_SIZE_MAX], detailed[PAGE_SIZE_MAX], want[64];

    for (enum page p = PAGE_NONE + 1; p < PAGE_MAX; p++) {
        const char *body = write_page(p, false, plain);

        detailed[page_write(p, false, true, detailed)] = 0;
        cr_assert_str_eq(body, strstr(detailed, "\r\n\r\n") + 4);
        snprintf(want, sizeof want, "HTTP/1.1 503 %s\r\n", page_phrase(p));
        cr_assert_eq(!strncmp(detailed, want, strlen(want)), page_status(p) == 503, "%s", detailed);
        cr_assert(page_status(p) != 503 || !strncmp(plain, "HTTP/1.1 503 Service Unavailable\r\n", 34), "%s", plain);
    }
}

/* Microsoft's list of the error log's reasons (KB 820729): those that are answers. */
Test(page, phrases)
{
    static const struct {
        const char *phrase;
        unsigned status;
    } listed[] = {
        {"BadRequest", 400}, {"FieldLength", 400}, {"Header", 400}, {"Hostname", 400}, {"Invalid_CR/LF", 400},
        {"Number", 400}, {"RequestLength", 400}, {"URL", 400}, {"Verb", 400}, {"Forbidden", 403}, {"NotFound", 404},
        {"LengthRequired", 411}, {"Precondition", 412}, {"EntityTooLarge", 413}, {"URL_Length", 414}, {"-", 416},
        {"Internal", 500}, {"N/I", 501}, {"AppOffline", 503}, {"AppShutdown", 503}, {"ConnLimit", 503},
        {"Disabled", 503}, {"N/A", 503}, {"QueueFull", 503}, {"Version_N/S", 505},
    };

    cr_assert_eq(COUNT(listed), PAGE_MAX - 1);
    for (enum page p = PAGE_NONE + 1; p < PAGE_MAX; p++) {
        size_t i = 0;

        while (i < COUNT(listed) && strcmp(listed[i].phrase, page_phrase(p)))
            i++;
        cr_assert(i < COUNT(listed), "%s", page_phrase(p));
        cr_assert_eq(page_status(p), listed[i].status, "%s", page_phrase(p));
    }
}
