/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * url: UrlPrefix strings, HttpPrepareUrl, the cooking of request targets, and routing.
 *
 * An input has a line for each step, its first letter says which:
 *
 *   P http://host:80/path/   registers the prefix
 *   U http://Host/a/../b     prepares the URL
 *   H host:80                the Host header from here on
 *   T /path?query            cooks the target and routes it
 *   K FavorUTF8 0            a parameter (engine/parameters.h)
 *
 * What isn't UTF-8 in a P or U line is half a surrogate pair.
 */
#include "fuzz.h"

#include <arpa/inet.h>

#include "engine/parameters.h"
#include "engine/prefix.h"
#include "engine/prepare.h"
#include "engine/router.h"
#include "engine/url.h"
#include "lines.h"

#define REGISTERED_MAX 16

/* One prefix of the run, with a copy of what the router was given. */
struct registered {
    struct target target;
    struct prefix prefix;
};

struct run {
    struct registered registered[REGISTERED_MAX];
    unsigned count;
    struct text host;
};

/* For the caller to free; NUL-terminated. */
static utf16 *wide(struct text t, size_t *len)
{
    const unsigned char *p = (const unsigned char *)t.ptr, *end = p + t.len;
    utf16 *out = malloc((2 * t.len + 1) * sizeof *out), *exact;

    must(out);
    *len = 0;
    while (p < end) {
        int32_t c = utf8_next(&p, end);

        if (c < 0)
            out[(*len)++] = (utf16)((*p & 1 ? 0xd800 : 0xdc00) + *p), p++;
        else
            *len += utf16_put(out + *len, (uint32_t)c);
    }
    out[*len] = 0;
    exact = (utf16 *)exact_copy(out, (*len + 1) * sizeof *out);
    free(out);
    return exact;
}

/* No segment of it is empty, "." or "..", except that the last one may be empty. It begins with '/'. */
static bool is_canonical(const utf16 *path, size_t len)
{
    size_t start = 1;

    if (!len || path[0] != '/')
        return false;
    for (size_t i = 1; i <= len; i++) {
        size_t seg = i - start;

        if (i < len && path[i] != '/')
            continue;
        if ((!seg && i < len) || (seg == 1 && path[start] == '.') ||
            (seg == 2 && path[start] == '.' && path[start + 1] == '.'))
            return false;
        start = i + 1;
    }
    return true;
}

static bool is_well_formed(const utf16 *s, size_t len)
{
    const utf16 *end = s + len;

    while (s < end)
        if (utf16_next(&s, end) < 0)
            return false;
    return true;
}

static bool has_control(const utf16 *s, size_t len)
{
    for (size_t i = 0; i < len; i++)
        if (s[i] < 0x20 || (s[i] >= 0x7f && s[i] < 0xa0))
            return true;
    return false;
}

/* --- prefixes */

/* The prefix as somebody would write it. */
static size_t spell(const struct prefix *p, utf16 *out)
{
    static const char *const before[] = {[HOST_STRONG] = "+", [HOST_SUBDOMAINS] = "*", [HOST_WEAK] = "*"};
    bool v6 = p->kind == HOST_ADDRESS && p->family == AF_INET6;
    char text[600];
    size_t n;

    snprintf(text, sizeof text, "%s://%s%s%s%s:%u", p->secure ? "https" : "http",
             before[p->kind] ? before[p->kind] : "", v6 ? "[" : "", p->host, v6 ? "]" : "", p->port);
    widen(out, sizeof text, text);
    n = strlen(text);
    memcpy(out + n, p->path, p->path_len * sizeof *out);
    n += p->path_len;
    out[n++] = '/';
    out[n] = 0;
    return n;
}

static void check_prefix(const struct prefix *p)
{
    utf16 *spelled = malloc((p->path_len + 700) * sizeof *spelled);
    struct prefix again;

    must(spelled);
    must(p->port && strlen(p->host) <= HOST_MAX);
    must(p->path[p->path_len] == 0);
    must(!p->path_len || is_canonical(p->path, p->path_len));
    must(!p->path_len || p->path[p->path_len - 1] != '/');
    spell(p, spelled);
    must(prefix_parse(&again, spelled) == RESULT_OK, "host %s", p->host);
    must(again.kind == p->kind && again.port == p->port && again.secure == p->secure && !strcmp(again.host, p->host));
    must(again.path_len == p->path_len && !memcmp(again.path, p->path, p->path_len * sizeof *p->path));
    prefix_free(&again);
    free(spelled);
}

static void add(struct run *run, struct prefix *p)
{
    struct registered *r = &run->registered[run->count];

    target_init(&r->target);
    r->prefix = *p;
    r->prefix.path = (utf16 *)exact_copy(p->path, (p->path_len + 1) * sizeof *p->path);
    if (router_add(&r->target, p, run->count))
        prefix_free(&r->prefix);
    else
        run->count++;
}

static void take_prefix(struct run *run, struct text line)
{
    size_t len;
    utf16 *text = wide(line, &len);
    struct prefix p;

    if (prefix_parse(&p, text) == RESULT_OK) {
        check_prefix(&p);
        if (run->count < REGISTERED_MAX)
            add(run, &p);
        else
            prefix_free(&p);
    }
    free(text);
}

/* --- HttpPrepareUrl */

static void check_prepared(const utf16 *url, size_t len)
{
    struct prefix p;
    size_t n = 0, size;
    utf16 *again, *bare;

    must(url[len] == 0);
    while (n < len && url[n] != '?')
        n++;
    bare = (utf16 *)exact_copy(url, (n + 1) * sizeof *url);
    bare[n] = 0;
    must(is_well_formed(bare, n) && !has_control(bare, n));
    must(prefix_parse(&p, bare) == RESULT_OK);
    check_prefix(&p);
    prefix_free(&p);
    must(prepare_url(url, len, &again, &size) == RESULT_OK);
    must(size == len && !memcmp(again, url, len * sizeof *url), "prepared twice, it is another one");
    free(again);
    free(bare);
}

static void take_url(struct text line)
{
    size_t len, size;
    utf16 *text = wide(line, &len), *prepared;

    if (len <= PREPARE_MAX && prepare_url(text, len, &prepared, &size) == RESULT_OK) {
        check_prepared(prepared, size);
        free(prepared);
    }
    free(text);
}

/* --- cooked URLs */

/* As a target that means just this path. */
static size_t escape(const utf16 *path, size_t len, char *out)
{
    const utf16 *end = path + len;
    char *o = out;

    while (path < end) {
        int32_t c = utf16_next(&path, end);
        char bytes[4];

        if (c < 0) {
            o += sprintf(o, "%%u%04X", *path++);
            continue;
        }
        if (c == '/' || (c < 0x80 && (ascii_lower((char)c) >= 'a' && ascii_lower((char)c) <= 'z'))) {
            *o++ = (char)c;
            continue;
        }
        for (unsigned i = 0, n = utf8_put(bytes, (uint32_t)c); i < n; i++)
            o += sprintf(o, "%%%02x", (unsigned char)bytes[i]);
    }
    return (size_t)(o - out);
}

static void check_cooked_again(const struct url *u)
{
    char *target = malloc(12 * u->path_len + 1);
    struct url again = {0};
    struct parameters before = parameters;
    size_t n;

    must(target);
    parameters.EnableNonUTF8 = parameters.FavorUTF8 = parameters.PercentUAllowed = 1;
    parameters.UrlSegmentMaxLength = parameters.UrlSegmentMaxCount = UINT32_MAX;
    n = escape(u->text + u->path, u->path_len, target);
    must(url_cook(&again, (struct text){target, n}, TEXT("h"), TEXT(""), 80) == PAGE_NONE);
    must(again.path_len == u->path_len &&
             !memcmp(again.text + again.path, u->text + u->path, u->path_len * sizeof *u->text),
         "cooked twice, the path is another one: %.*s", (int)n, target);
    parameters = before;
    url_free(&again);
    free(target);
}

static void check_cooked(const struct url *u, struct text target)
{
    const char *question = memchr(target.ptr, '?', target.len);
    const utf16 *path = u->text + u->path;

    must(u->len < u->size && u->text[u->len] == 0);
    must(u->host == 7 && u->host_len && u->path == u->host + u->host_len);
    must(u->query == u->path + u->path_len && u->len == u->query + u->query_len);
    must(u->query_len == (question ? (size_t)(target.ptr + target.len - question) : 0));
    must(is_canonical(path, u->path_len));
    must(parameters.AllowRestrictedChars || !has_control(u->text, u->query));
    for (uint32_t i = 0; i < u->path_len; i++)
        must(path[i] != '\\');
    must(is_well_formed(path, u->path_len) || memmem(target.ptr, target.len, "%u", 2) ||
         memmem(target.ptr, target.len, "%U", 2));
    must(u->name.len);
    if (!text_is(target, "*"))
        check_cooked_again(u);
}

/* --- routing, by trying every prefix */

static bool is_host_of(const struct prefix *p, enum host_kind kind, const union address *local, struct text name)
{
    const char *dot = name.len ? memchr(name.ptr, '.', name.len) : NULL;
    struct text host = {p->host, strlen(p->host)};

    switch (kind) {
    case HOST_STRONG:
    case HOST_WEAK: return p->kind == kind;
    case HOST_NAME: return (p->kind == HOST_NAME || p->kind == HOST_ADDRESS) && text_equal_nocase(host, name);
    case HOST_SUBDOMAINS:
        return p->kind == kind && dot && dot != name.ptr &&
               text_equal_nocase(host, (struct text){dot, (size_t)(name.ptr + name.len - dot)});
    case HOST_ADDRESS:
        return p->kind == kind && p->family == AF_INET && p->address.v4.s_addr == local->v4.sin_addr.s_addr;
    }
    return false;
}

static bool covers(const struct prefix *p, const struct url *u)
{
    const utf16 *path = u->text + u->path;

    if (p->path_len > u->path_len || (p->path_len < u->path_len && path[p->path_len] != '/'))
        return false;
    for (uint32_t i = 0; i < p->path_len; i++)
        if (utf16_fold(path[i]) != p->path[i])
            return false;
    return true;
}

static const struct registered *route(const struct run *run, const union address *local, const struct url *u,
                                      bool *host_known)
{
    const struct registered *best = NULL;

    *host_known = false;
    for (enum host_kind kind = HOST_STRONG; kind <= HOST_WEAK && !best; kind++)
        for (unsigned i = 0; i < run->count; i++) {
            const struct registered *r = &run->registered[i];

            if (r->prefix.port != ntohs(local->v4.sin_port) || !is_host_of(&r->prefix, kind, local, u->name))
                continue;
            *host_known = true;
            if (covers(&r->prefix, u) && (!best || r->prefix.path_len > best->prefix.path_len))
                best = r;
        }
    return best;
}

static void check_route(const struct run *run, const struct url *u)
{
    union address local = {.v4 = {AF_INET, htons(80), {htonl(INADDR_LOOPBACK)}, {0}}};
    struct route to = router_find(&local, u->name, u);
    bool host_known;
    const struct registered *r = route(run, &local, u, &host_known);

    must(to.target == (r ? &r->target : NULL), "context %llu", (unsigned long long)to.context);
    must(to.host_known == host_known);
    must(!r || to.context == (uint64_t)(r - run->registered));
}

static void take_target(const struct run *run, struct text line)
{
    char *bytes = exact_copy(line.ptr, line.len);
    struct text target = {bytes, line.len};
    struct url u = {0};

    if (target.len && url_is_clean(target) && url_cook(&u, target, run->host, TEXT("127.0.0.1"), 80) == PAGE_NONE) {
        check_cooked(&u, target);
        check_route(run, &u);
    }
    url_free(&u);
    free(bytes);
}

/* "Name value"; one that isn't there, or no number, would only be logged. */
static void take_parameter(struct text line)
{
    const char *blank = line.len ? memchr(line.ptr, ' ', line.len) : NULL;
    size_t n = blank ? (size_t)(blank - line.ptr) : 0;
    uint64_t value;

    if (!blank || !text_to_u64((struct text){blank + 1, line.len - n - 1}, &value) || value > UINT32_MAX)
        return;
#define X(name, ...) \
    if (text_equal_nocase((struct text){line.ptr, n}, TEXT(#name))) \
        parameters_set_number("fuzz", #name, (uint32_t)value);
    PARAMETERS(X)
#undef X
}

static void end_run(struct run *run)
{
    for (unsigned i = 0; i < run->count; i++) {
        router_remove_all(&run->registered[i].target);
        prefix_free(&run->registered[i].prefix);
    }
}

static const char *const known_lines[] = {
    "P http://+:80/", "P http://*:80/", "P http://a.example:80/x/", "P http://*.example:80/", "P http://127.0.0.1:80/y/",
    "P http://[::1]:80/", "P https://+:443/", "P http://b\xc3\xbc:80/\xc3\xa4/",
    "U HTTP://Example.org/a/../b%20c?d", "U http://xn--mller-kva/", "H localhost", "H a.example:80", "H a.b.example",
    "H 127.0.0.1", "H [::1]:80", "H xn--mller-kva",
    "H m\xc3\xbcller", "H b\xfc", "T /", "T *", "T /x/y?z", "T /X/./../x//y", "T /a%2fb%5Cc", "T /%c3%a4/%e4/%u20AC",
    "T http://a.example/x", "T https://b:1/", "K FavorUTF8 0", "K EnableNonUTF8 0", "K PercentUAllowed 0",
    "K AllowRestrictedChars 1", "K UrlSegmentMaxLength 3", "K UrlSegmentMaxCount 2", NULL,
};

size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max, unsigned seed);
size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max, unsigned seed)
{
    return lines_mutate(data, size, max, seed, known_lines);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct input in = input_of(data, size);
    struct run run = {.host = TEXT("localhost")};
    struct parameters standard = parameters;

    while (in.at < in.end) {
        struct text line = input_line(&in);
        struct text rest = line.len > 2 ? (struct text){line.ptr + 2, line.len - 2} : TEXT("");

        switch (line.len ? line.ptr[0] : 0) {
        case 'P': take_prefix(&run, rest); break;
        case 'U': take_url(rest); break;
        case 'H': run.host = text_trim(rest); break;
        case 'T': take_target(&run, rest); break;
        case 'K': take_parameter(rest); break;
        }
    }
    end_run(&run);
    parameters = standard;
    return 0;
}
