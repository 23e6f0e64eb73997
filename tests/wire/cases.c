/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * cases.c: reads files of cases.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "escape.h"
#include "wire.h"

struct reader {
    const char *path, *filter;
    int line;
    char *prefixes, *parameters;
    struct corpus corpus;
    struct wire_case *now; /* between `case` and its ending */
};

static void wrong(const struct reader *r, const char *what, const char *line)
{
    fatal("%s:%d: %s: %s", r->path, r->line, what, line);
}

static struct step *add_step(struct wire_case *c, enum step_kind kind)
{
    c->steps = grow(c->steps, c->step_count, sizeof *c->steps);
    c->steps[c->step_count] = (struct step){.kind = kind};
    return &c->steps[c->step_count++];
}

/* Lines of one kind that follow each other are one step. */
static struct bytes *bytes_of(struct wire_case *c, enum step_kind kind)
{
    struct step *last = c->step_count ? &c->steps[c->step_count - 1] : NULL;

    if (!last || last->kind != kind)
        last = add_step(c, kind);
    return &last->bytes;
}

static void add_bytes(struct reader *r, enum step_kind kind, const char *text)
{
    if (!bytes_unescape(bytes_of(r->now, kind), text, server_port(r->corpus.server)))
        wrong(r, "a wrong escape", text);
}

/* In the form in which the program writes it. */
static void add_sight_line(struct reader *r, const char *text)
{
    struct sight *s = &r->now->sights[r->now->sight_count - 1];
    struct bytes b = {0};
    char *line;

    if (!bytes_unescape(&b, text, server_port(r->corpus.server)))
        wrong(r, "a wrong escape", text);
    line = malloc(ESCAPED_MAX * b.len + 1);
    escape(line, b.at, b.len);
    s->lines = grow(s->lines, s->count, sizeof *s->lines);
    s->lines[s->count++] = line;
    bytes_free(&b);
}

static void add_sight(struct reader *r, const char *text)
{
    struct wire_case *c = r->now;

    c->sights = grow(c->sights, c->sight_count, sizeof *c->sights);
    c->sights[c->sight_count++] = (struct sight){NULL, 0};
    add_sight_line(r, text);
}

static void begin_case(struct reader *r, const char *name)
{
    struct corpus *c = &r->corpus;

    if (r->now)
        wrong(r, "the case before has no ending", name);
    if (!c->server) {
        if (!r->prefixes)
            wrong(r, "no urls", name);
        c->server = server_for(r->prefixes, r->parameters ? r->parameters : "");
    }
    c->cases = grow(c->cases, c->count, sizeof *c->cases);
    r->now = &c->cases[c->count++];
    *r->now = (struct wire_case){.file = r->path, .line = r->line, .name = strdup(name)};
}

/* The request that shows that the connection lives, to the first URL. */
static void add_request(struct reader *r)
{
    char *url = strndup(r->prefixes, strcspn(r->prefixes, " ")), *host = strstr(url, "://") + 3;
    char *path = strchr(host, '/'), *port = strrchr(host, ':'), *text;

    if (!path || !port)
        wrong(r, "the first URL isn't http://HOST:\\p/PATH", url);
    if (asprintf(&text, "GET %s HTTP/1.1\\r\\nHost: %.*s\\r\\n\\r\\n", path, (int)(port - host), host) < 0)
        fatal("no memory");
    add_step(r->now, STEP_SEND);
    add_bytes(r, STEP_SEND, text);
    memset(r->now->steps[r->now->step_count - 1].bytes.solid, true, r->now->steps[r->now->step_count - 1].bytes.len);
    add_step(r->now, STEP_GET);
    answers_add(bytes_of(r->now, STEP_GET), "ok");
    snprintf(text, strlen(text), "GET %s 1.1", path);
    add_sight(r, text);
    free(text);
    free(url);
}

static void end_case(struct reader *r, enum ending ending)
{
    struct wire_case *c = r->now;

    if (!c->from)
        wrong(r, "no source", c->name);
    c->ending = ending;
    if (ending == ENDS_OPEN)
        add_request(r);
    if (r->filter && !strstr(c->name, r->filter))
        r->corpus.count--;
    r->now = NULL;
}

static void read_ending(struct reader *r, const char *line)
{
    static const char *const names[] = {
        [ENDS_OPEN] = "open", [ENDS_WAITING] = "waits", [ENDS_CLOSED] = "close", [ENDS_RESET] = "reset",
    };

    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        if (!strcmp(line, names[i]))
            return end_case(r, (enum ending)i);
    wrong(r, "what is this", line);
}

/* What follows the word, or NULL. */
static const char *behind(const char *line, const char *word)
{
    size_t n = strlen(word);

    return strncmp(line, word, n) ? NULL : line + n;
}

static void read_case_line(struct reader *r, const char *line)
{
    const char *rest;

    if ((rest = behind(line, "from ")))
        r->now->from = strdup(rest);
    else if ((rest = behind(line, "> ")))
        add_bytes(r, STEP_SEND, rest);
    else if ((rest = behind(line, "< ")))
        add_bytes(r, STEP_GET, rest);
    else if ((rest = behind(line, "sees ")))
        add_sight(r, rest);
    else if ((rest = behind(line, " ")) && r->now->sight_count)
        add_sight_line(r, rest);
    else if (!strcmp(line, "fin"))
        add_step(r->now, STEP_FIN);
    else if (!(rest = behind(line, "gets ")))
        read_ending(r, line);
    else if (!answers_add(bytes_of(r->now, STEP_GET), rest))
        wrong(r, "no such answer", rest);
}

static void read_line(void *to, char *line, int number)
{
    struct reader *r = to;
    const char *rest;

    r->line = number;
    if (line[strlen(line) - 1] == ' ')
        wrong(r, "a blank at the end", line);
    if ((rest = behind(line, "case ")))
        begin_case(r, rest);
    else if (r->now)
        read_case_line(r, line);
    else if ((rest = behind(line, "urls ")))
        r->prefixes = strdup(rest);
    else if ((rest = behind(line, "parameters ")))
        r->parameters = strdup(rest);
    else
        wrong(r, "not in a case", line);
}

struct corpus corpus_read(const char *path, const char *filter)
{
    struct reader r = {.path = path, .filter = filter};

    for_each_line(path, read_line, &r);
    if (r.now)
        wrong(&r, "the last case has no ending", r.now->name);
    return r.corpus;
}
