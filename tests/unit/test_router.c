/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * test_router.c: which registration gets a request. No shard runs, so nothing listens; the port is only asked for.
 */
#include "engine/router.h"

#include <arpa/inet.h>
#include <ifaddrs.h>
#include <stdlib.h>

#include "engine/url.h"
#include "faults.h"
#include "free_port.h"
#include "unit.h"

#define URLS 5000

static struct target target;
static uint16_t port;

static void prepare(void)
{
    target_init(&target);
    port = free_port();
}

/* Nothing may be left. */
static void clear(void)
{
    router_remove_all(&target);
    cr_assert(list_empty(&target.registrations));
}

/* The prefix "http://HOST:port/PATH". */
static void make_prefix(struct prefix *p, const char *host, const char *path)
{
    char text[512];
    utf16 wide[512];

    snprintf(text, sizeof text, "http://%s:%u%s", host, port, path);
    cr_assert_eq(prefix_parse(p, widen(wide, COUNT(wide), text)), RESULT_OK, "%s", text);
}

static enum result add_to(struct target *t, const char *host, const char *path, uint64_t context)
{
    struct prefix p;

    make_prefix(&p, host, path);
    return router_add(t, &p, context);
}

static void add(const char *host, const char *path, uint64_t context)
{
    enum result result = add_to(&target, host, path, context);

    cr_assert_eq(result, RESULT_OK, "%s %s: %d", host, path, result);
}

static enum result remove_from(struct target *t, const char *host, const char *path)
{
    struct prefix p;
    enum result result;

    make_prefix(&p, host, path);
    result = router_remove(t, &p);
    prefix_free(&p);
    return result;
}

static union address address_of(const char *text)
{
    union address a = {0};

    if (strchr(text, ':')) {
        a.v6 = (struct sockaddr_in6){.sin6_family = AF_INET6, .sin6_port = htons(port)};
        cr_assert_eq(inet_pton(AF_INET6, text, &a.v6.sin6_addr), 1);
    } else {
        a.v4 = (struct sockaddr_in){.sin_family = AF_INET, .sin_port = htons(port)};
        cr_assert_eq(inet_pton(AF_INET, text, &a.v4.sin_addr), 1);
    }
    return a;
}

/* Where a request goes that came in on the address `local`, with this Host header and target. */
static struct route route_on(const char *local, const char *host, const char *path)
{
    union address a = address_of(local);
    struct url url = {0};
    struct route r;

    cr_assert_eq(url_cook(&url, text_of(path), text_of(host), TEXT(""), port), PAGE_NONE);
    r = router_find(&a, url.name, &url);
    url_free(&url);
    return r;
}

static struct route route(const char *host, const char *path)
{
    return route_on("127.0.0.1", host, path);
}

static void goes_to(uint64_t context, const char *host, const char *path)
{
    struct route r = route(host, path);

    cr_assert(r.target == &target && r.host_known, "%s %s: nowhere", host, path);
    cr_assert_eq(r.context, context, "%s %s: %d", host, path, (int)r.context);
}

static void goes_nowhere(bool host_known, const char *host, const char *path)
{
    struct route r = route(host, path);

    cr_assert(!r.target, "%s %s: %d", host, path, (int)r.context);
    cr_assert_eq(r.host_known, host_known, "%s %s", host, path);
}

Test(router, no_registration, .init = prepare)
{
    goes_nowhere(false, "localhost", "/");
}

Test(router, the_longest_path_wins, .init = prepare, .fini = clear)
{
    add("localhost", "/", 1);
    add("localhost", "/11", 2);
    add("localhost", "/2/3", 3);
    add("localhost", "/2", 4);
    add("localhost", "/11/2", 5);
    goes_to(1, "localhost", "/");
    goes_to(1, "localhost", "/1");
    goes_to(1, "localhost", "/111");
    goes_to(2, "localhost", "/11");
    goes_to(2, "localhost", "/11/");
    goes_to(2, "localhost", "/11/3");
    goes_to(5, "localhost", "/11/2");
    goes_to(5, "localhost", "/11/2/4");
    goes_to(4, "localhost", "/2/");
    goes_to(4, "localhost", "/2/33");
    goes_to(3, "localhost", "/2/3?/4");
}

Test(router, whole_segments_only, .init = prepare, .fini = clear)
{
    add("localhost", "/foobar/foo/", 1);
    goes_to(1, "localhost", "/foobar/foo");
    goes_to(1, "localhost", "/foobar/foo/bar");
    goes_to(1, "localhost", "/foobar/foo?a=b");
    goes_nowhere(true, "localhost", "/foobar/foobar");
    goes_nowhere(true, "localhost", "/foobar/fo");
    goes_nowhere(true, "localhost", "/foobar");
    goes_nowhere(true, "localhost", "/");
    goes_nowhere(true, "localhost", "/foobarfoo");
}

/* The forms of aspnetcore's tests, all for the prefix /basepath/ball. */
Test(router, the_cooked_path_counts, .init = prepare, .fini = clear)
{
    static const char *const same[] = {
        "/base/ball", "/base/ball/", "/baSe/BALL", "/base%2fball", "/base%5cball", "/baSe\\ball", "///base//ball",
        "/base/call/../ball", "/base/call/.%2e/ball", "/base/call//../ball", "/bas%65/b%61ll/x",
    };

    add("localhost", "/base/ball", 1);
    for (size_t i = 0; i < COUNT(same); i++)
        goes_to(1, "localhost", same[i]);
    goes_nowhere(true, "localhost", "/base/ball/..");
    goes_nowhere(true, "localhost", "/base%252fball");
}

Test(router, case_does_not_count, .init = prepare, .fini = clear)
{
    utf16 wide[] = u"http://localhost:00000/\u00c4pfel/", number[6];
    char digits[6];
    struct prefix p;

    snprintf(digits, sizeof digits, "%05u", port);
    memcpy(wide + 17, widen(number, COUNT(number), digits), 5 * sizeof *wide);
    cr_assert_eq(prefix_parse(&p, wide), RESULT_OK);
    cr_assert_eq(router_add(&target, &p, 1), RESULT_OK);
    add("localhost", "/MiXed", 2);
    goes_to(1, "localhost", "/%C3%A4PFEL/x");
    goes_to(1, "LOCALHOST", "/%C3%84pfel");
    goes_to(2, "LocalHost", "/mixed/");
    goes_to(2, "localhost", "/MIXED");
}

/* strong wildcard, name, names of a domain, address, weak wildcard */
Test(router, precedence_of_the_classes, .init = prepare, .fini = clear)
{
    add("*", "/", 5);
    goes_to(5, "www.example.org", "/");
    add("127.0.0.1", "/", 4);
    goes_to(4, "www.example.org", "/");
    add("*.example.org", "/", 3);
    goes_to(3, "www.example.org", "/");
    goes_to(4, "other", "/");
    add("www.example.org", "/", 2);
    goes_to(2, "www.example.org", "/");
    goes_to(3, "ftp.example.org", "/");
    add("+", "/", 1);
    goes_to(1, "www.example.org", "/");
    goes_to(1, "other", "/");
    goes_to(1, "127.0.0.1", "/");
}

/* A longer path in a later class doesn't count; a class without any match is passed over. */
Test(router, the_first_class_that_matches_ends_the_search, .init = prepare, .fini = clear)
{
    add("+", "/a", 1);
    add("localhost", "/a/b/c", 2);
    add("localhost", "/d", 3);
    add("*", "/d/e", 4);
    add("*", "/f", 5);
    goes_to(1, "localhost", "/a/b/c");
    goes_to(3, "localhost", "/d/e");
    goes_to(4, "other", "/d/e");
    goes_to(5, "localhost", "/f");
    goes_nowhere(true, "localhost", "/g");
}

/* The asterisk is one label. */
Test(router, names_of_a_domain, .init = prepare, .fini = clear)
{
    add("*.example.org", "/a", 1);
    add("*.sub.example.org", "/", 2);
    goes_to(1, "www.example.org", "/a/b");
    goes_to(1, "WWW.Example.Org:80", "/a");
    goes_to(2, "www.sub.example.org", "/a");
    goes_nowhere(true, "www.example.org", "/b");
    goes_nowhere(false, "example.org", "/a");
    goes_nowhere(false, ".example.org", "/a");
    goes_nowhere(false, "a.b.example.org", "/a");
    goes_nowhere(false, "wwwexample.org", "/a");
    goes_nowhere(false, "www.example.org.", "/a");
    /* as a name it is another host */
    add("example.org", "/a", 3);
    goes_to(3, "example.org", "/a");
    goes_to(1, "www.example.org", "/a");
    cr_assert_eq(add_to(&target, "*.EXAMPLE.org", "/a/", 4), RESULT_EXISTS);
    cr_assert_eq(remove_from(&target, "*.example.org", "/a"), RESULT_OK);
    goes_nowhere(false, "www.example.org", "/a");
    goes_to(3, "example.org", "/a");
}

static enum result add_wide(const utf16 *name, const char *path, uint64_t context)
{
    utf16 wide[128];
    struct prefix p;
    char text[64];
    size_t n = 0;

    widen(wide, COUNT(wide), "http://");
    while (name[n]) {
        wide[7 + n] = name[n];
        n++;
    }
    snprintf(text, sizeof text, ":%u%s", port, path);
    widen(wide + 7 + n, COUNT(wide) - 7 - n, text);
    cr_assert_eq(prefix_parse(&p, wide), RESULT_OK);
    return router_add(&target, &p, context);
}

/* Encoded or not, in the prefix or in the Host header: one name. */
Test(router, names_in_other_scripts, .init = prepare, .fini = clear)
{
    cr_assert_eq(add_wide(u"m\u00fcller.example", "/", 1), RESULT_OK);
    add("xn--bcher-kva", "/", 2);
    cr_assert_eq(add_wide(u"*.\u00fc", "/", 3), RESULT_OK);
    goes_to(1, "xn--mller-kva.example", "/");
    goes_to(1, "XN--Mller-kva.Example:80", "/");
    goes_to(1, "m\xc3\xbcller.example", "/");
    goes_to(1, "M\xc3\x9cLLER.example", "/");
    goes_to(1, "m\xfcller.example", "/");
    goes_to(2, "b\xc3\xbc" "cher", "/");
    goes_to(2, "xn--bcher-kva", "/");
    goes_to(3, "a.xn--tda", "/");
    goes_to(3, "a.\xc3\xbc", "/");
    goes_nowhere(false, "muller.example", "/");
    cr_assert_eq(add_wide(u"M\u00dcller.example", "/", 4), RESULT_EXISTS);
    cr_assert_eq(add_to(&target, "xn--mller-kva.example", "/", 4), RESULT_EXISTS);
    cr_assert_eq(add_wide(u"b\u00fccher", "/", 4), RESULT_EXISTS);
}

Test(router, unknown_host_or_unknown_path, .init = prepare, .fini = clear)
{
    add("localhost", "/a", 1);
    goes_nowhere(true, "localhost", "/b");
    goes_nowhere(false, "other", "/a");
    goes_nowhere(false, "other", "/b");
    add("*", "/c", 2);
    goes_nowhere(true, "other", "/a");
}

Test(router, the_port_in_the_host_header_does_not_count, .init = prepare, .fini = clear)
{
    add("localhost", "/", 1);
    goes_to(1, "localhost:1", "/");
    goes_to(1, "localhost:65535", "/");
}

Test(router, another_port_is_another_server, .init = prepare, .fini = clear)
{
    uint16_t first = port;

    add("localhost", "/", 1);
    while (port == first)
        port = free_port();
    goes_nowhere(false, "localhost", "/");
    add("localhost", "/", 2);
    goes_to(2, "localhost", "/");
    port = first;
    goes_to(1, "localhost", "/");
}

Test(router, addresses, .init = prepare, .fini = clear)
{
    add("127.0.0.2", "/", 1);
    add("[::1]", "/", 2);
    cr_assert_eq(route_on("127.0.0.2", "any", "/").context, 1u);
    cr_assert_eq(route_on("::1", "any", "/").context, 2u);
    cr_assert(!route_on("127.0.0.1", "any", "/").target);
    cr_assert(!route_on("::2", "any", "/").target);
    cr_assert(!route_on("127.0.0.1", "any", "/").host_known);
}

/* An address is also the name of a host. */
Test(router, an_address_in_the_host_header, .init = prepare, .fini = clear)
{
    add("127.0.0.2", "/", 1);
    add("[::1]", "/", 2);
    goes_to(1, "127.0.0.2", "/");
    goes_to(1, "127.0.0.2:80", "/");
    goes_to(2, "[::1]", "/");
    goes_to(2, "[::1]:80", "/");
    goes_nowhere(false, "127.0.0.3", "/");
}

Test(router, spellings_of_an_address, .init = prepare, .fini = clear)
{
    add("[0:0:0:0:0:0:0:1]", "/", 1);
    goes_to(1, "[::1]", "/");
    goes_to(1, "[0:0::1]:80", "/");
    cr_assert_eq(add_to(&target, "[::1]", "/", 2), RESULT_EXISTS);
    cr_assert_eq(add_to(&target, "[::1]", "/a", 2), RESULT_OK);
    /* documented: the string must be the one it was registered with */
    cr_assert_eq(remove_from(&target, "[::1]", "/"), RESULT_NOT_FOUND);
    cr_assert_eq(remove_from(&target, "[0:0:0:0:0:0:0:1]", "/"), RESULT_OK);
    cr_assert_eq(remove_from(&target, "[::1]", "/a"), RESULT_OK);
}

/* Of which connections would come in, if any could. */
Test(router, addresses_of_others, .init = prepare)
{
    static const char *const others[] = {
        "192.0.2.1", "198.51.100.7", "224.0.0.1", "255.255.255.255", "[2001:db8::1]", "[ff02::1]", "[fe80::dead:beef]",
        "[fe80::dead:beef%1]", "[fe80::dead:beef%4000000]",
    };

    for (size_t i = 0; i < COUNT(others); i++) {
        enum result result = add_to(&target, others[i], "/", 1);

        cr_assert_eq(result, RESULT_NOT_LOCAL, "%s: %d", others[i], result);
    }
}

/* An address of a scope is another one in another. */
Test(router, scopes, .init = prepare, .fini = clear)
{
    struct ifaddrs *all, *i;

    cr_assert(!getifaddrs(&all));
    for (i = all; i; i = i->ifa_next) {
        const struct sockaddr_in6 *a = (const struct sockaddr_in6 *)i->ifa_addr;
        char text[INET6_ADDRSTRLEN], host[80];
        struct url url = {0};
        union address local;

        if (!a || a->sin6_family != AF_INET6 || !IN6_IS_ADDR_LINKLOCAL(&a->sin6_addr))
            continue;
        inet_ntop(AF_INET6, &a->sin6_addr, text, sizeof text);
        snprintf(host, sizeof host, "[%s%%%u]", text, a->sin6_scope_id);
        add(host, "/a", 1);
        cr_assert_eq(url_cook(&url, TEXT("/a"), TEXT("any"), TEXT(""), port), PAGE_NONE);
        local = (union address){.v6 = *a};
        local.v6.sin6_port = htons(port);
        cr_assert_eq(router_find(&local, url.name, &url).context, 1u);
        local.v6.sin6_scope_id++;
        cr_assert(!router_find(&local, url.name, &url).target);
        url_free(&url);
        snprintf(host, sizeof host, "[%s]", text);
        add(host, "/b", 2);
        goes_to(2, host, "/b");
    }
    freeifaddrs(all);
}

/* Many of them on one port: each is found. */
Test(router, many_addresses, .init = prepare, .fini = clear)
{
    char host[32];

    for (unsigned i = 1; i < 200; i++) {
        snprintf(host, sizeof host, "127.0.0.%u", i);
        add(host, "/", i);
    }
    for (unsigned i = 1; i < 200; i++) {
        snprintf(host, sizeof host, "127.0.0.%u", i);
        cr_assert_eq(route_on(host, "any", "/").context, i);
    }
    cr_assert(!route_on("127.0.1.1", "any", "/").target);
    for (unsigned i = 1; i < 200; i += 2) {
        snprintf(host, sizeof host, "127.0.0.%u", i);
        cr_assert_eq(remove_from(&target, host, "/"), RESULT_OK);
    }
    cr_assert(!route_on("127.0.0.1", "any", "/").target);
    cr_assert_eq(route_on("127.0.0.2", "any", "/").context, 2u);
}

/* The first bytes of an IPv4 address mustn't pass for those of an IPv6 one. */
Test(router, families_are_not_mixed_up, .init = prepare, .fini = clear)
{
    add("127.0.0.1", "/", 1);
    cr_assert(!route_on("7f00:1::", "any", "/").target);
    cr_assert(!route_on("::7f00:1", "any", "/").target);
}

Test(router, the_same_again, .init = prepare, .fini = clear)
{
    struct target other;

    target_init(&other);
    add("localhost", "/foo/barfoo/", 1);
    cr_assert_eq(add_to(&target, "localhost", "/foo/barfoo/", 2), RESULT_EXISTS);
    cr_assert_eq(add_to(&other, "localhost", "/foo/barfoo/", 2), RESULT_EXISTS);
    cr_assert_eq(add_to(&other, "localhost", "/foo/barfoo", 2), RESULT_EXISTS);
    cr_assert_eq(add_to(&other, "LOCALHOST", "/Foo/BARfoo", 2), RESULT_EXISTS);
    goes_to(1, "localhost", "/foo/barfoo");
    cr_assert_eq(add_to(&other, "localhost", "/foo/bar", 3), RESULT_OK);
    cr_assert_eq(add_to(&other, "+", "/foo/barfoo", 4), RESULT_OK);
    cr_assert_eq(route("localhost", "/foo/bar").target, &other);
    router_remove_all(&other);
}

Test(router, removal, .init = prepare, .fini = clear)
{
    struct target other;

    target_init(&other);
    add("localhost", "/", 1);
    add("localhost", "/a/", 2);
    cr_assert_eq(remove_from(&other, "localhost", "/a/"), RESULT_NOT_FOUND, "not its own");
    cr_assert_eq(remove_from(&target, "localhost", "/b/"), RESULT_NOT_FOUND);
    cr_assert_eq(remove_from(&target, "+", "/a/"), RESULT_NOT_FOUND);
    goes_to(2, "localhost", "/a/x");
    cr_assert_eq(remove_from(&target, "localhost", "/A"), RESULT_OK);
    cr_assert_eq(remove_from(&target, "localhost", "/a/"), RESULT_NOT_FOUND);
    goes_to(1, "localhost", "/a/x");
    cr_assert_eq(remove_from(&target, "localhost", "/"), RESULT_OK);
    goes_nowhere(false, "localhost", "/a/x");
    add("localhost", "/a/", 3);
    goes_to(3, "localhost", "/a/x");
}

Test(router, removing_a_port_that_was_never_there, .init = prepare)
{
    cr_assert_eq(remove_from(&target, "localhost", "/"), RESULT_NOT_FOUND);
}

Test(router, binding_and_disabling, .init = prepare, .fini = clear)
{
    struct queue *q = (struct queue *)&target; /* any pointer: the router doesn't look at it */

    add("localhost", "/", 1);
    cr_assert(!route("localhost", "/").target->queue);
    router_bind(&target, q);
    cr_assert_eq(route("localhost", "/").target->queue, q);
    router_disable(&target, true);
    cr_assert(route("localhost", "/").target->disabled);
    router_disable(&target, false);
    router_bind(&target, NULL);
    cr_assert(!route("localhost", "/").target->disabled && !route("localhost", "/").target->queue);
}

static const struct target *owner_of(const char *host, const char *path, const struct queue *q)
{
    const struct target *owner;
    struct prefix p;

    make_prefix(&p, host, path);
    owner = router_owner(&p, q);
    prefix_free(&p);
    return owner;
}

Test(router, owners, .init = prepare, .fini = clear)
{
    static char one, two; /* any pointers */
    struct queue *first = (struct queue *)&one, *second = (struct queue *)&two;
    struct target other;

    target_init(&other);
    add("localhost", "/", 1);
    cr_assert_eq(add_to(&other, "localhost", "/a/", 2), RESULT_OK);
    cr_assert(!owner_of("localhost", "/", first), "not bound yet");
    router_bind(&target, first);
    router_bind(&other, second);
    cr_assert_eq(owner_of("localhost", "/", first), &target);
    cr_assert_eq(owner_of("localhost", "/a/b", second), &other);
    cr_assert_eq(owner_of("localhost", "/a/b", first), &target, "the longest of its own");
    cr_assert(!owner_of("localhost", "/ab", second));
    cr_assert(!owner_of("localhost", "/", second));
    cr_assert(!owner_of("+", "/", first), "another host");
    router_remove_all(&other);
    cr_assert(!owner_of("localhost", "/a/b", second));
}

Test(router, https, .init = prepare, .fini = clear)
{
    struct prefix p;

    make_prefix(&p, "localhost", "/");
    p.secure = true;
    cr_assert_eq(router_add(&target, &p, 1), RESULT_UNSUPPORTED);
    cr_assert(!p.path);
}

static const char *path_number(unsigned i)
{
    static char path[32];

    snprintf(path, sizeof path, "/%u/%u/", i % 100, i);
    return path;
}

Test(router, many_urls, .init = prepare, .fini = clear)
{
    for (unsigned i = 0; i < URLS; i++)
        add(i % 2 ? "+" : "localhost", path_number(i), i);
    for (unsigned i = 0; i < URLS; i++)
        goes_to(i, "localhost", path_number(i));
    for (unsigned i = 0; i < URLS; i += 3)
        cr_assert_eq(remove_from(&target, i % 2 ? "+" : "localhost", path_number(i)), RESULT_OK);
    for (unsigned i = 0; i < URLS; i++)
        if (i % 3)
            goes_to(i, "localhost", path_number(i));
        else
            goes_nowhere(true, "localhost", path_number(i));
}

Test(router, many_hosts, .init = prepare, .fini = clear)
{
    char host[32];

    for (unsigned i = 0; i < 1000; i++) {
        snprintf(host, sizeof host, "host%u.example", i);
        add(host, "/", i);
    }
    for (unsigned i = 0; i < 1000; i++) {
        snprintf(host, sizeof host, "HOST%u.example:%u", i, i + 1);
        goes_to(i, host, "/x");
    }
    goes_nowhere(false, "host1000.example", "/");
}

/* Another program's socket on the port. */
Test(router, the_port_is_taken, .init = prepare, .fini = clear)
{
    struct sockaddr_in a = {.sin_family = AF_INET, .sin_port = htons(port),
                            .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

    cr_assert(!bind(fd, (struct sockaddr *)&a, sizeof a));
    cr_assert_eq(add_to(&target, "localhost", "/", 1), RESULT_IN_USE);
    cr_assert_eq(add_to(&target, "+", "/", 1), RESULT_IN_USE);
    goes_nowhere(false, "localhost", "/");
    close(fd);
    add("localhost", "/", 2);
    goes_to(2, "localhost", "/");
}

/* Each allocation fails once: no crash, no leak, and the next attempt works. */
static void add_without_memory(const char *host, const char *path)
{
    bool failed = true;

    for (unsigned nth = 1; failed; nth++) {
        struct prefix p;
        enum result result;

        make_prefix(&p, host, path);
        faults_fail_alloc(nth);
        result = router_add(&target, &p, 1);
        failed = faults_alloc_failed();
        cr_assert_eq(result, failed ? RESULT_NO_MEMORY : RESULT_OK, "allocation %u: %d", nth, result);
        cr_assert(!p.path);
        if (failed)
            cr_assert(!route("127.0.0.1", path).target);
    }
    goes_to(1, *host == 'l' ? host : *host == '*' ? "a.example" : "127.0.0.1", path);
}

Test(router, without_memory, .init = prepare, .fini = clear)
{
    add_without_memory("localhost", "/a/");
    add_without_memory("localhost", "/b/");
    add_without_memory("+", "/c/");
    add_without_memory("127.0.0.1", "/d/");
    add_without_memory("*.example", "/e/");
}
