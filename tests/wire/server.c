/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * server.c: the programs that are tested: one for each set of URLs and parameters.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "wire.h"

#define THREADS "40"
#define START_SECONDS 60
#define STOP_SECONDS 30
#define URLS_MAX 16

struct server {
    struct server *next;
    char *prefixes, *parameters;
    uint16_t port;
    pid_t pid;
    int input, output;
    char *buffer;
    size_t begin, end, size;
};

static struct server *servers;
static char **command;

void server_command(char **argv)
{
    command = argv;
}

uint16_t server_port(const struct server *s)
{
    return s->port;
}

int server_output(const struct server *s)
{
    return s->output;
}

static uint16_t free_port(void)
{
    struct sockaddr_in a = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_ANY)};
    socklen_t len = sizeof a;
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

    if (fd < 0 || bind(fd, (struct sockaddr *)&a, sizeof a) || getsockname(fd, (struct sockaddr *)&a, &len))
        fatal("no port: %s", strerror(errno));
    close(fd);
    return ntohs(a.sin_port);
}

/* "NAME=VALUE NAME=VALUE": the library takes them from its environment. */
static void set_parameters(char *parameters)
{
    char *p, *value, name[256];

    while ((p = strsep(&parameters, " "))) {
        if (!(value = strchr(p, '=')))
            continue;
        *value++ = 0;
        snprintf(name, sizeof name, "HTTPAPI_%s", p);
        setenv(name, value, 1);
    }
}

static void become_program(const struct server *s)
{
    struct bytes urls = {0};
    char *argv[URLS_MAX + 16], *url;
    int n = 0;

    while (command[n] && n < 8)
        argv[n] = command[n], n++;
    argv[n++] = THREADS;
    bytes_unescape(&urls, s->prefixes, s->port);
    while ((url = strsep(&urls.at, " ")) && n < URLS_MAX + 15)
        if (*url)
            argv[n++] = url;
    argv[n] = NULL;
    set_parameters(strdup(s->parameters));
    execvp(argv[0], argv);
    perror(argv[0]);
    _exit(127);
}

static void spawn(struct server *s)
{
    int in[2], out[2];

    s->port = free_port();
    if (pipe2(in, O_CLOEXEC) || pipe2(out, O_CLOEXEC) || (s->pid = fork()) < 0)
        fatal("%s", strerror(errno));
    if (!s->pid) {
        dup2(in[0], 0);
        dup2(out[1], 1);
        become_program(s);
    }
    close(in[0]);
    close(out[1]);
    s->input = in[1];
    s->output = out[0];
    fcntl(s->output, F_SETFL, O_NONBLOCK);
}

static bool wait_until_listening(struct server *s)
{
    double deadline = now() + START_SECONDS;
    struct pollfd p = {.fd = s->output, .events = POLLIN};
    const char *line;

    do {
        line = server_line(s);
        if (line && !strncmp(line, "listening on", 12))
            return true;
        if (!line)
            poll(&p, 1, 1000);
    } while (now() < deadline && !(p.revents & POLLHUP));
    return false;
}

struct server *server_for(const char *prefixes, const char *parameters)
{
    struct server *s;

    for (s = servers; s; s = s->next)
        if (!strcmp(s->prefixes, prefixes) && !strcmp(s->parameters, parameters))
            return s;
    s = calloc(1, sizeof *s);
    s->prefixes = strdup(prefixes);
    s->parameters = strdup(parameters);
    s->next = servers;
    servers = s;
    spawn(s);
    if (!wait_until_listening(s))
        fatal("%s doesn't start with %s %s", command[0], prefixes, parameters);
    return s;
}

static bool fill(struct server *s)
{
    ssize_t n;

    if (s->begin) {
        memmove(s->buffer, s->buffer + s->begin, s->end - s->begin);
        s->end -= s->begin;
        s->begin = 0;
    }
    if (s->size - s->end < 65536) {
        s->size = s->size * 2 + 131072;
        s->buffer = realloc(s->buffer, s->size);
        if (!s->buffer)
            fatal("no memory");
    }
    n = read(s->output, s->buffer + s->end, s->size - s->end);
    s->end += n > 0 ? (size_t)n : 0;
    return n > 0;
}

char *server_line(struct server *s)
{
    char *line, *lf;

    do {
        lf = s->end > s->begin ? memchr(s->buffer + s->begin, '\n', s->end - s->begin) : NULL;
    } while (!lf && fill(s));
    if (!lf)
        return NULL;
    line = s->buffer + s->begin;
    s->begin = (size_t)(lf + 1 - s->buffer);
    *lf = 0;
    if (lf > line && lf[-1] == '\r')
        lf[-1] = 0;
    return line;
}

/* Its exit status; it is ended when it takes too long. */
static int wait_for_end(struct server *s)
{
    struct pollfd p = {.fd = s->output, .events = 0}; /* POLLHUP: all that have its output are gone */
    int status;

    if (poll(&p, 1, STOP_SECONDS * 1000) != 1)
        kill(s->pid, SIGKILL);
    waitpid(s->pid, &status, 0);
    return status;
}

bool servers_stop(void)
{
    bool good = true;

    for (struct server *s = servers; s; s = s->next)
        close(s->input);
    for (struct server *s = servers; s; s = s->next) {
        int status = wait_for_end(s);
        const char *line = server_line(s);

        if (status)
            printf("the program's status is %#x\n", status);
        if (line)
            printf("a request that no case expects: %.200s\n", line);
        good &= !status && !line;
        close(s->output);
    }
    return good;
}
