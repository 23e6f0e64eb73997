/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * wire.h: the driver's parts. README.md has the format of the cases.
 */
#ifndef WIRE_H
#define WIRE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Ends the driver: a mistake in a file, or in its surroundings. */
void fatal(const char *format, ...) __attribute__((noreturn, format(printf, 1, 2)));

double now(void); /* seconds */

/* Room for one more of `size` bytes than the `count` items. */
void *grow(void *items, size_t count, size_t size);

typedef void line_reader(void *to, char *line, int number);

/* The file's lines without their ends; not those that are empty or begin with '#'. */
void for_each_line(const char *path, line_reader *read, void *to);

/* --- bytes.c */

/* `solid[i]` is set when the bytes aren't to be parted in front of byte i. NUL-terminated when not empty. */
struct bytes {
    char *at;
    bool *solid;
    size_t len, size;
};

void bytes_add(struct bytes *b, const char *at, size_t len, bool solid);
void bytes_free(struct bytes *b);

/* Appends `text` with its escapes undone; false for one that isn't known. */
bool bytes_unescape(struct bytes *b, const char *text, uint16_t port);

/* As people can read it; long text is shortened. The caller frees it. */
char *bytes_show(const char *at, size_t len);

#define NO_DATE "Thu, 01 Jan 1970 00:00:00 GMT"

/* Replaces the dates of answers by NO_DATE, when they are dates. */
void bytes_forget_dates(char *at, size_t len);

/* --- answers.c */

void answers_read(const char *path);

/* "NAME", "page NAME" or "page-head NAME"; false when there is none. */
bool answers_add(struct bytes *to, const char *name);

/* A page's body, for who wants to compute its sum. */
void answers_print_page(const char *name);

/* --- cases.c */

enum step_kind { STEP_SEND, STEP_FIN, STEP_GET };

struct step {
    enum step_kind kind;
    struct bytes bytes;
};

/* A request that the program gets: its first line and the others, as the program writes them. */
struct sight {
    char **lines;
    size_t count;
};

enum ending { ENDS_OPEN, ENDS_WAITING, ENDS_CLOSED, ENDS_RESET };

struct wire_case {
    const char *file;
    int line;
    char *name, *from;
    struct step *steps;
    struct sight *sights;
    size_t step_count, sight_count;
    enum ending ending;
    /* what became of it */
    bool failed;
    unsigned failures;
};

struct server;

struct corpus {
    struct wire_case *cases;
    size_t count;
    struct server *server;
};

/* The cases of the file whose name contains `filter`; starts the server that they need. */
struct corpus corpus_read(const char *path, const char *filter);

/* --- server.c */

/* Starts `command` with `prefixes` (in which \p is the port), unless one runs that was started with the same. */
struct server *server_for(const char *prefixes, const char *parameters);
void server_command(char **command);

struct sockaddr_in;
uint16_t server_port(const struct server *s);
int server_output(const struct server *s);

/* The next line that the program wrote; NULL when there is none yet. Valid until the next call. */
char *server_line(struct server *s);

/* Closes their input and waits for them to end; false when one didn't end well. */
bool servers_stop(void);

/* --- unread.c */

/*
 * Whether the server has read all `sent` bytes of the connection from `client` (address and port in network order), or
 * has no such connection any more.
 */
bool server_has_read(uint32_t client, uint16_t client_port, uint16_t server_port, uint64_t sent);

/* Ends the driver when the kernel can't tell. */
void unread_check(void);

/* --- play.c */

struct plan {
    unsigned splits; /* for each case; PLAY_ALL */
    unsigned seed;
};

#define PLAY_ALL (~0U)

/* Plays all cases in all ways; their `failed` says the result. Returns the number of connections. */
unsigned play(struct corpus *c, const struct plan *plan);

#endif
