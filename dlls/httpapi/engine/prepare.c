/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * prepare.c: normalises a URL part by part.
 */
#include "prepare.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "idn.h"
#include "prefix.h"
#include "text.h"
#include "url.h"

struct output {
    utf16 *text; /* has room for everything: see ROOM */
    size_t len;
};

/* Scheme, host of two units a character, port and NUL; a byte of a path in UTF-8 may become a unit. */
#define ROOM(len) (sizeof "https://[]:65535/" + 2 * HOST_MAX + 3 * (len))

struct input {
    const utf16 *at, *end;
};

static void put(struct output *o, struct text t)
{
    for (size_t i = 0; i < t.len; i++)
        o->text[o->len++] = (unsigned char)t.ptr[i];
}

static bool is_one_of(utf16 c, const char *set)
{
    for (; *set; set++)
        if (c == (unsigned char)*set)
            return true;
    return false;
}

/* What lies before the first of these characters. */
static struct input cut(struct input *in, const char *set)
{
    struct input part = *in;

    while (in->at < in->end && !is_one_of(*in->at, set))
        in->at++;
    part.end = in->at;
    return part;
}

static bool skip_nocase(struct input *in, struct text t)
{
    if ((size_t)(in->end - in->at) < t.len)
        return false;
    for (size_t i = 0; i < t.len; i++)
        if (utf16_fold(in->at[i]) != utf16_fold((unsigned char)t.ptr[i]))
            return false;
    in->at += t.len;
    return true;
}

static bool prepare_scheme(struct input *in, struct output *o, unsigned *default_port)
{
    bool secure = skip_nocase(in, TEXT("https://"));

    if (!secure && !skip_nocase(in, TEXT("http://")))
        return false;
    put(o, secure ? TEXT("https://") : TEXT("http://"));
    *default_port = secure ? 443 : 80;
    return true;
}

/* An ASCII name in lower case; false for one with other characters. */
static bool narrow_name(const uint32_t *name, char ascii[HOST_MAX + 1])
{
    size_t i;

    for (i = 0; name[i]; i++) {
        if (name[i] >= 0x80)
            return false;
        ascii[i] = ascii_lower((char)name[i]);
    }
    ascii[i] = 0;
    return true;
}

static enum result prepare_host(struct input host, struct output *o)
{
    uint32_t name[HOST_MAX + 1], n;
    char ascii[HOST_MAX + 1];
    enum result result = RESULT_OK;
    struct text text;

    if (!idn_widen(host.at, (size_t)(host.end - host.at), name))
        return RESULT_INVALID;
    if (!narrow_name(name, ascii))
        result = idn_encode(name, ascii);
    if (result)
        return result;
    text = (struct text){ascii, strlen(ascii)};
    if (!idn_is_encoded(text)) {
        put(o, text);
        return RESULT_OK;
    }
    result = idn_decode(text, name, &n);
    for (uint32_t i = 0; i < n; i++)
        o->len += utf16_put(o->text + o->len, name[i]);
    return result;
}

/* The brackets' colons are no port's. */
static bool cut_host(struct input *in, struct input *host)
{
    *host = *in;
    if (in->at < in->end && *in->at == '[') {
        cut(in, "]");
        if (in->at == in->end)
            return false;
        in->at++;
    } else {
        cut(in, ":/\\?");
    }
    host->end = in->at;
    return true;
}

static bool prepare_port(struct input *in, struct output *o, unsigned port)
{
    char digits[12];

    if (in->at < in->end && *in->at == ':') {
        in->at++;
        if (in->at == in->end || !is_one_of(*in->at, "0123456789"))
            return false;
        for (port = 0; in->at < in->end && is_one_of(*in->at, "0123456789") && port < 65536; in->at++)
            port = port * 10 + (*in->at - '0');
    }
    if (!port || port > 65535)
        return false;
    put(o, (struct text){digits, (size_t)snprintf(digits, sizeof digits, ":%u", port)});
    return true;
}

/* In UTF-8, in memory of 3 bytes for each unit. -1 for half a surrogate pair. */
static ssize_t path_bytes(struct input path, char *bytes)
{
    char *out = bytes;

    while (path.at < path.end) {
        int32_t c = utf16_next(&path.at, path.end);

        if (c < 0)
            return -1;
        out += utf8_put(out, (uint32_t)c);
    }
    return out - bytes;
}

static enum result prepare_path(struct input path, struct output *o)
{
    size_t units = (size_t)(path.end - path.at);
    char *bytes;
    ssize_t n;
    int32_t got;

    if (!units) {
        put(o, TEXT("/"));
        return RESULT_OK;
    }
    bytes = malloc(3 * units);
    if (!bytes)
        return RESULT_NO_MEMORY;
    n = path_bytes(path, bytes);
    got = n < 0 ? -1 : url_decode_utf8_path((struct text){bytes, (size_t)n}, o->text + o->len);
    free(bytes);
    /* An escape names half a pair as little as a unit may be one: prepared again, the URL would be refused. */
    if (got < 0 || !utf16_is_well_formed(o->text + o->len, (size_t)got))
        return RESULT_INVALID;
    o->len += (size_t)got;
    return RESULT_OK;
}

/* Whether it may be registered now. */
static enum result check_prefix(struct output *o)
{
    struct prefix p;
    enum result result;

    o->text[o->len] = 0;
    result = prefix_parse(&p, o->text);
    if (!result)
        prefix_free(&p);
    return result;
}

static enum result prepare_parts(struct input in, struct output *o)
{
    struct input host, path;
    enum result result;
    unsigned port;

    if (!prepare_scheme(&in, o, &port) || !cut_host(&in, &host))
        return RESULT_INVALID;
    result = prepare_host(host, o);
    if (result)
        return result;
    if (!prepare_port(&in, o, port))
        return RESULT_INVALID;
    path = cut(&in, "?");
    result = prepare_path(path, o);
    if (!result)
        result = check_prefix(o);
    while (in.at < in.end)
        o->text[o->len++] = *in.at++;
    o->text[o->len] = 0;
    return result;
}

enum result prepare_url(const utf16 *url, size_t len, utf16 **prepared, size_t *size)
{
    struct output o = {malloc(ROOM(len) * sizeof *url), 0};
    enum result result;

    if (!o.text)
        return RESULT_NO_MEMORY;
    result = prepare_parts((struct input){url, url + len}, &o);
    if (result) {
        free(o.text);
        return result;
    }
    *prepared = o.text;
    *size = o.len;
    return RESULT_OK;
}
