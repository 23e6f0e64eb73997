/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * answers.c: the answers by name.
 */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "wire.h"

enum page_field { PAGE_NAME, PAGE_STATUS, PAGE_TITLE, PAGE_HEADING, PAGE_MESSAGE, PAGE_LENGTH, PAGE_SUM, PAGE_FIELDS };

struct page {
    char *fields[PAGE_FIELDS];
};

struct answer {
    char *name;
    struct bytes bytes;
};

static struct page *pages;
static struct answer *answers;
static size_t page_count, answer_count;

static char *trim(char *s)
{
    char *end = s + strlen(s);

    while (end > s && isspace((unsigned char)end[-1]))
        *--end = 0;
    return s + strspn(s, " \t");
}

static int page_body(const struct page *p, char **body)
{
    char *const *f = p->fields;

    return asprintf(body,
                    "<!DOCTYPE HTML PUBLIC \"-//W3C//DTD HTML 4.01//EN\"\"http://www.w3.org/TR/html4/strict.dtd\">\r\n"
                    "<HTML><HEAD><TITLE>%s</TITLE>\r\n"
                    "<META HTTP-EQUIV=\"Content-Type\" Content=\"text/html; charset=us-ascii\"></HEAD>\r\n"
                    "<BODY><h2>%s</h2>\r\n"
                    "<hr><p>HTTP Error %.3s. %s</p>\r\n"
                    "</BODY></HTML>\r\n",
                    f[PAGE_TITLE], f[PAGE_HEADING], f[PAGE_STATUS], f[PAGE_MESSAGE]);
}

/* The table's length is what Windows sends: the words are checked by it. */
static void check_length(const struct page *p)
{
    char *body;
    int length = page_body(p, &body);

    free(body);
    if (strcmp(p->fields[PAGE_LENGTH], "-") && atoi(p->fields[PAGE_LENGTH]) != length)
        fatal("page %s has %d bytes and not %s", p->fields[PAGE_NAME], length, p->fields[PAGE_LENGTH]);
}

static void read_page(char *line)
{
    struct page p = {{NULL}};
    size_t n = 0;
    char *field;

    while (n < PAGE_FIELDS && (field = strsep(&line, "|")))
        p.fields[n++] = strdup(trim(field));
    if (n != PAGE_FIELDS)
        fatal("page %s has %zu fields", p.fields[0], n);
    check_length(&p);
    pages = grow(pages, page_count, sizeof *pages);
    pages[page_count++] = p;
}

static void read_line(void *unused, char *line, int number)
{
    (void)unused;
    if (!strncmp(line, "page ", 5)) {
        read_page(line + 5);
    } else if (!strncmp(line, "answer ", 7)) {
        answers = grow(answers, answer_count, sizeof *answers);
        answers[answer_count++] = (struct answer){strdup(line + 7), {0}};
    } else if (!answer_count || strncmp(line, "< ", 2) ||
               !bytes_unescape(&answers[answer_count - 1].bytes, line + 2, 0)) {
        fatal("line %d isn't an answer: %s", number, line);
    }
}

void answers_read(const char *path)
{
    for_each_line(path, read_line, NULL);
}

static const struct page *find_page(const char *name)
{
    for (size_t i = 0; i < page_count; i++)
        if (!strcmp(pages[i].fields[PAGE_NAME], name))
            return &pages[i];
    return NULL;
}

static bool add_page(struct bytes *to, const char *name, bool head_only)
{
    const struct page *p = find_page(name);
    char *body, *answer;
    int length;

    if (!p)
        return false;
    length = page_body(p, &body);
    length = asprintf(&answer,
                      "HTTP/1.1 %s\r\nContent-Type: text/html; charset=us-ascii\r\nServer: Microsoft-HTTPAPI/2.0\r\n"
                      "Date: " NO_DATE "\r\nConnection: close\r\nContent-Length: %d\r\n\r\n%s",
                      p->fields[PAGE_STATUS], length, head_only ? "" : body);
    bytes_add(to, answer, (size_t)length, false);
    free(body);
    free(answer);
    return true;
}

bool answers_add(struct bytes *to, const char *name)
{
    if (!strncmp(name, "page ", 5))
        return add_page(to, name + 5, false);
    if (!strncmp(name, "page-head ", 10))
        return add_page(to, name + 10, true);
    for (size_t i = 0; i < answer_count; i++)
        if (!strcmp(answers[i].name, name))
            return bytes_add(to, answers[i].bytes.at, answers[i].bytes.len, false), true;
    return false;
}

void answers_print_page(const char *name)
{
    const struct page *p = find_page(name);
    char *body;

    if (!p)
        fatal("there is no page %s", name);
    page_body(p, &body);
    fputs(body, stdout);
    free(body);
}
