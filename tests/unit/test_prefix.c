/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * test_prefix.c: every form of UrlPrefix that Windows accepts or refuses, as published tests and documents show it.
 */
#include "engine/prefix.h"

#include <arpa/inet.h>
#include <stdlib.h>

#include "engine/parameters.h"
#include "faults.h"
#include "unit.h"

static enum result parse(struct prefix *p, const char *text)
{
    utf16 wide[1024];

    return prefix_parse(p, widen(wide, COUNT(wide), text));
}

struct form {
    const char *text;
    enum host_kind kind;
    const char *host;
    uint16_t port;
    const char *path; /* folded, without the last slash */
};

static const struct form accepted[] = {
    {"http://localhost:50000/", HOST_NAME, "localhost", 50000, ""},
    {"http://localhost:1/", HOST_NAME, "localhost", 1, ""},
    {"http://localhost:65535/", HOST_NAME, "localhost", 65535, ""},
    {"http://LocalHost:80/", HOST_NAME, "localhost", 80, ""},
    {"http://+:80/", HOST_STRONG, "", 80, ""},
    {"http://*:80/", HOST_WEAK, "", 80, ""},
    {"http://+:80/a", HOST_STRONG, "", 80, "/A"},
    {"http://+:80/a/", HOST_STRONG, "", 80, "/A"},
    {"http://+:80/a/B/c.d/", HOST_STRONG, "", 80, "/A/B/C.D"},
    {"http://+:80/.a/b./..c/d../.../", HOST_STRONG, "", 80, "/.A/B./..C/D../..."},
    {"http://+:80/a b+c/", HOST_STRONG, "", 80, "/A B+C"},
    {"http://a.b.c:80/", HOST_NAME, "a.b.c", 80, ""},
    {"http://a-b_c:80/", HOST_NAME, "a-b_c", 80, ""},
    {"http://1a:80/", HOST_NAME, "1a", 80, ""},
    {"http://127.0.0.1:80/", HOST_ADDRESS, "127.0.0.1", 80, ""},
    {"http://10.20.30.40:80/x", HOST_ADDRESS, "10.20.30.40", 80, "/X"},
    {"http://[::1]:80/", HOST_ADDRESS, "::1", 80, ""},
    {"http://[FE80::1]:80/x", HOST_ADDRESS, "fe80::1", 80, "/X"},
    {"http://[fe80::1%3]:80/", HOST_ADDRESS, "fe80::1%3", 80, ""},
    {"http://[FE80:0::1%4294967295]:80/", HOST_ADDRESS, "fe80::1%4294967295", 80, ""},
    {"http://*.example.org:80/", HOST_SUBDOMAINS, ".example.org", 80, ""},
    {"http://*.Org:80/a", HOST_SUBDOMAINS, ".org", 80, "/A"},
    {"http://xn--MLLER-kva:80/", HOST_NAME, "xn--mller-kva", 80, ""},
};

static void check_accepted(const struct form *f)
{
    struct prefix p;
    char path[256];
    enum result result = parse(&p, f->text);

    cr_assert_eq(result, RESULT_OK, "%s: %d", f->text, result);
    cr_assert_eq(p.kind, f->kind, "%s", f->text);
    cr_assert_str_eq(p.host, f->host);
    cr_assert_eq(p.port, f->port, "%s", f->text);
    cr_assert_str_eq(narrow(path, sizeof path, p.path, p.path_len), f->path);
    cr_assert_eq(p.path[p.path_len], 0);
    cr_assert(!p.secure);
    prefix_free(&p);
}

Test(prefix, accepted_forms)
{
    for (size_t i = 0; i < COUNT(accepted); i++)
        check_accepted(&accepted[i]);
}

static const char *const refused[] = {
    /* of the conformance tests */
    "http://localhost:50000", "localhost:50000", "localhost:50000/", "http://localhost/", "http://localhost:/",
    "http://localhost:0/", "http://localhost:50000/barfoo?a=b",
    /* scheme */
    "", "http", "http:", "http:/", "http://", "HTTP://localhost:80/", "Http://localhost:80/", "ftp://localhost:80/",
    "//localhost:80/", " http://localhost:80/", "http//localhost:80/", "httpss://localhost:80/",
    /* port */
    "http://localhost:-1/", "http://localhost:65536/", "http://localhost:99999999/", "http://localhost:trash/",
    "http://localhost:08/", "http://localhost:00080/", "http://localhost:80a/", "http://localhost:80 /",
    "http://localhost: 80/", "http://localhost:+80/", "http://localhost:80:80/", "http://localhost:4294967376/",
    "http://doesntexist:99999999/", "http://localhost:80\\", "http://localhost:80?",
    /* host */
    "http://:80/", "http:///", "http://[]:80/", "http://[::1%2]:80/", "http://./", "http://.:80/", "http://\\/",
    "http://\\:80/", "http://a..b:80/", "http://a.:80/", "http://.a:80/", "http://++:80/", "http://**:80/",
    "http://+a:80/", "http://*a:80/", "http://*.:80/", "http://*..a:80/", "http://*.*.a:80/", "http://a.*.b:80/",
    "http://*.1.2.3.4:80/", "http://*.[::1]:80/", "http://+.a:80/", "http://a b:80/", "http://a@b:80/",
    "http://[fe80::1%]:80/", "http://[fe80::1%0]:80/", "http://[fe80::1%x]:80/", "http://[fe80::1%4294967296]:80/",
    "http://[fe80::1%1%2]:80/", "http://[%1]:80/", "http://a%20:80/", "http://[::1:80/", "http://::1:80/",
    "http://[::1]80/", "http://[::1]x:80/", "http://[[::1]]:80/", "http://[1.2.3.4]:80/", "http://[g::]:80/", "http://a]:80/",
    /* path */
    "http://localhost:80/invalid%path/", "http://localhost:80/a%20b/", "http://localhost:80/x//sub_path/",
    "http://localhost:80//", "http://localhost:80/a//", "http://localhost:80/?", "http://localhost:80/#",
    "http://localhost:80/a#b", "http://localhost:80/a\\b", "http://localhost:80/.", "http://localhost:80/..",
    "http://localhost:80/./", "http://localhost:80/../", "http://localhost:80/a/.", "http://localhost:80/a/../b/",
    "http://localhost:80/a/./b/", "http://localhost:80/a\tb/", "http://localhost:80/a\x7f/",
    /* other mistakes come before a host that isn't supported */
    "http://0.0.0.0/", "http://0.0.0.0:0/", "http://0.0.0.0:80", "http://192.:80/a%", "http://[::]:80/?",
};

/* Published: 0.0.0.0 and "192." are "not supported" on Windows. The others are like them. */
static const char *const unsupported[] = {
    "http://0.0.0.0:80/", "http://192.:80/", "http://1.2.3:80/", "http://1.2.3.4.5:80/", "http://256.1.1.1:80/",
    "http://12345:80/", "http://[::]:80/", "http://[0:0::0]:80/", "http://[::ffff:1.2.3.4]:80/",
};

static void check_refused(const char *text, enum result want)
{
    struct prefix p;
    enum result result = parse(&p, text);

    cr_assert_eq(result, want, "%s: %d", text, result);
    cr_assert(!p.path, "%s: something is owned", text);
}

Test(prefix, refused_forms)
{
    for (size_t i = 0; i < COUNT(refused); i++)
        check_refused(refused[i], RESULT_INVALID);
    for (size_t i = 0; i < COUNT(unsupported); i++)
        check_refused(unsupported[i], RESULT_UNSUPPORTED);
}

Test(prefix, control_characters_in_the_path)
{
    for (unsigned c = 1; c < 0xa0; c = c == 0x1f ? 0x7f : c + 1) {
        utf16 wide[] = u"http://+:80/a?b/";
        struct prefix p;

        wide[13] = (utf16)c;
        cr_assert_eq(prefix_parse(&p, wide), RESULT_INVALID, "%02x", c);
    }
}

Test(prefix, https)
{
    struct prefix p;

    cr_assert_eq(parse(&p, "https://+:443/a/"), RESULT_OK);
    cr_assert(p.secure);
    prefix_free(&p);
    cr_assert_eq(parse(&p, "https://+/"), RESULT_INVALID);
}

Test(prefix, addresses)
{
    struct prefix p;
    char text[INET6_ADDRSTRLEN];

    cr_assert_eq(parse(&p, "http://127.1.2.3:80/"), RESULT_OK);
    cr_assert_eq(p.family, AF_INET);
    cr_assert_str_eq(inet_ntop(AF_INET, &p.address.v4, text, sizeof text), "127.1.2.3");
    prefix_free(&p);
    cr_assert_eq(parse(&p, "http://[fe80:0::2]:80/"), RESULT_OK);
    cr_assert_eq(p.family, AF_INET6);
    cr_assert_str_eq(inet_ntop(AF_INET6, &p.address.v6, text, sizeof text), "fe80::2");
    prefix_free(&p);
}

/* One address, two spellings: the prefix is the same, so a second registration must be able to see it. */
Test(prefix, spellings_of_an_address)
{
    struct prefix a, b;

    cr_assert_eq(parse(&a, "http://[::1]:80/"), RESULT_OK);
    cr_assert_eq(parse(&b, "http://[0:0:0:0:0:0:0:1]:80/"), RESULT_OK);
    cr_assert_str_eq(a.host, b.host);
    /* but removing it takes the one it was registered with */
    cr_assert_str_eq(a.spelling, "::1");
    cr_assert_str_eq(b.spelling, "0:0:0:0:0:0:0:1");
    prefix_free(&a);
    prefix_free(&b);
}

Test(prefix, scopes)
{
    struct prefix p;

    cr_assert_eq(parse(&p, "http://[fe80::1%7]:80/"), RESULT_OK);
    cr_assert_eq(p.scope, 7u);
    prefix_free(&p);
    cr_assert_eq(parse(&p, "http://[fe80::1]:80/"), RESULT_OK);
    cr_assert_eq(p.scope, 0u);
    prefix_free(&p);
}

Test(prefix, paths_in_other_scripts_are_folded)
{
    struct prefix p;
    char path[64];

    cr_assert_eq(prefix_parse(&p, u"http://+:80/stra\u00dfe/\u00e4\u0436/\U0001f600/"), RESULT_OK);
    cr_assert_str_eq(narrow(path, sizeof path, p.path, p.path_len), "/STRA\u00dfE/\u00c4\u0416/\U0001f600");
    prefix_free(&p);
}

static void check_host(const utf16 *text, enum host_kind kind, const char *host)
{
    struct prefix p;

    cr_assert_eq(prefix_parse(&p, text), RESULT_OK, "%s", host);
    cr_assert_eq(p.kind, kind, "%s", host);
    cr_assert_str_eq(p.host, host);
    prefix_free(&p);
}

/* One form for a name, however it is written. */
Test(prefix, hosts_in_other_scripts)
{
    check_host(u"http://m\u00fcller:80/", HOST_NAME, "xn--mller-kva");
    check_host(u"http://M\u00dcLLER:80/", HOST_NAME, "xn--mller-kva");
    check_host(u"http://mu\u0308ller:80/", HOST_NAME, "xn--mller-kva");
    check_host(u"http://www.b\u00fccher.example:80/", HOST_NAME, "www.xn--bcher-kva.example");
    check_host(u"http://*.m\u00fcller:80/", HOST_SUBDOMAINS, ".xn--mller-kva");
    check_host(u"http://\U0001f4a9:80/", HOST_NAME, "xn--ls8h");
    check_host(u"http://fa\u00df.de:80/", HOST_NAME, "fass.de");
    check_host(u"http://\uff21bc:80/", HOST_NAME, "abc");
}

Test(prefix, hosts_in_other_scripts_that_are_none)
{
    static const utf16 *const bad[] = {
        u"http://\u00fc b:80/",  u"http://\u00fc/:80/",   u"http://\u00fc..a:80/", u"http://-\u00fc:80/",
        u"http://\u00fc*:80/",   u"http://\xd83d:80/",    u"http://\xde00\xd83d:80/", u"http://a\001\u00fc:80/",
        u"http://\uff0b:80/",    u"http://\u00fc.:80/",
    };

    for (size_t i = 0; i < COUNT(bad); i++) {
        struct prefix p;

        cr_assert_eq(prefix_parse(&p, bad[i]), RESULT_INVALID, "%zu", i);
    }
}

/* Of letters that grow when they are encoded, and more than any name has. */
Test(prefix, long_hosts_in_other_scripts)
{
    for (size_t n = 1; n < 600; n++) {
        utf16 wide[620];
        struct prefix p;
        enum result result;

        widen(wide, COUNT(wide), "http://");
        for (size_t i = 0; i < n; i++)
            wide[7 + i] = i % 20 == 19 ? '.' : 0x4e00 + (utf16)i;
        widen(wide + 7 + n, COUNT(wide) - 7 - n, ":80/");
        result = prefix_parse(&p, wide);
        cr_assert_eq(result, n % 20 && n < 100 ? RESULT_OK : result, "%zu", n);
        cr_assert(n < 255 || result == RESULT_INVALID, "%zu", n);
        prefix_free(&p);
    }
}

/* "http://hhh...:80/", with n letters. */
static enum result parse_long_host(size_t n)
{
    utf16 wide[600];
    struct prefix p;
    enum result result;

    widen(wide, COUNT(wide), "http://");
    for (size_t i = 0; i < n; i++)
        wide[7 + i] = 'h';
    widen(wide + 7 + n, COUNT(wide) - 7 - n, ":80/");
    result = prefix_parse(&p, wide);
    if (!result)
        cr_assert_eq(strlen(p.host), n);
    prefix_free(&p);
    return result;
}

Test(prefix, the_longest_host)
{
    cr_assert_eq(parse_long_host(HOST_MAX), RESULT_OK);
    cr_assert_eq(parse_long_host(HOST_MAX + 1), RESULT_INVALID);
    cr_assert_eq(parse_long_host(500), RESULT_INVALID);
}

static enum result parse_long_path(size_t n)
{
    utf16 *wide = malloc((n + 13) * sizeof *wide);
    struct prefix p;
    enum result result;

    widen(wide, 13, "http://+:80/");
    for (size_t i = 1; i < n; i++)
        wide[11 + i] = 'p';
    wide[11 + n] = 0;
    result = prefix_parse(&p, wide);
    prefix_free(&p);
    free(wide);
    return result;
}

Test(prefix, the_longest_path)
{
    parameters.UrlSegmentMaxLength = UINT32_MAX;
    cr_assert_eq(parse_long_path(32767), RESULT_OK);
    cr_assert_eq(parse_long_path(32768), RESULT_INVALID);
    cr_assert_eq(parse_long_path(100000), RESULT_INVALID);
}

/* A prefix that no request could match. */
Test(prefix, long_segments)
{
    cr_assert_eq(parse_long_path(261), RESULT_OK);
    cr_assert_eq(parse_long_path(262), RESULT_INVALID);
    parameters.UrlSegmentMaxLength = 3;
    cr_assert_eq(parse_long_path(4), RESULT_OK);
    cr_assert_eq(parse_long_path(5), RESULT_INVALID);
}

static enum result parse_segments(unsigned n, bool slash)
{
    char text[1024] = "http://+:80";
    struct prefix p;
    enum result result;

    for (; n; n--)
        strcat(text, "/p");
    result = parse(&p, strcat(text, slash ? "/" : ""));
    prefix_free(&p);
    return result;
}

Test(prefix, many_segments)
{
    for (int slash = 0; slash < 2; slash++) {
        cr_assert_eq(parse_segments(254, slash), RESULT_OK);
        cr_assert_eq(parse_segments(255, slash), RESULT_OK);
        cr_assert_eq(parse_segments(256, slash), RESULT_INVALID);
    }
    parameters.UrlSegmentMaxCount = UINT32_MAX;
    cr_assert_eq(parse_segments(400, false), RESULT_OK);
}

/* Only as much is read as there is: each prefix of a good text, in memory of exactly its size. */
Test(prefix, reads_no_further_than_the_end)
{
    static const utf16 whole[] = u"http://[::1]:80/ab/";

    for (size_t n = 0; n < COUNT(whole); n++) {
        utf16 *part = malloc((n + 1) * sizeof *part);
        struct prefix p;

        memcpy(part, whole, n * sizeof *part);
        part[n] = 0;
        cr_assert_eq(prefix_parse(&p, part), n >= 16 ? RESULT_OK : RESULT_INVALID, "%zu", n);
        prefix_free(&p);
        free(part);
    }
}

Test(prefix, without_memory)
{
    struct prefix p;

    faults_fail_alloc(1);
    cr_assert_eq(parse(&p, "http://+:80/a/"), RESULT_NO_MEMORY);
    cr_assert(faults_alloc_failed());
    cr_assert(!p.path);
}
