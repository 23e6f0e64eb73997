/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * test_prepare.c: URLs as people write them, and what is made of them. docs/behaviour.md, "URL prefixes", says why.
 */
#include "engine/prepare.h"

#include <stdlib.h>

#include "faults.h"
#include "unit.h"

static size_t length_of(const utf16 *s)
{
    size_t n = 0;

    while (s[n])
        n++;
    return n;
}

static void makes(const utf16 *url, const utf16 *want)
{
    size_t size = 0, wanted = length_of(want);
    char got_text[512], want_text[512];
    utf16 *got;
    enum result result = prepare_url(url, length_of(url), &got, &size);

    narrow(want_text, sizeof want_text, want, wanted);
    cr_assert_eq(result, RESULT_OK, "%s: %d", want_text, result);
    cr_assert_str_eq(narrow(got_text, sizeof got_text, got, size), want_text);
    cr_assert_eq(size, wanted);
    cr_assert_eq(got[size], 0);
    free(got);
}

/* One that is prepared stays as it is, and so does every prefix. */
Test(prepare, what_is_prepared_already)
{
    static const utf16 *const same[] = {
        u"http://localhost:80/", u"https://a.example:443/b/c", u"http://+:80/a/", u"http://*:8080/", u"http://*.a:80/",
        u"http://127.0.0.1:80/", u"http://[::1]:80/", u"http://m\u00fcller:80/\u00e4/",
        u"http://\U0001f4a9:80/\U0001f600",
        u"http://localhost:80/a?b=%20c", u"http://[fe80::1%3]:80/a", u"http://a_b:80/",
    };

    for (size_t i = 0; i < COUNT(same); i++)
        makes(same[i], same[i]);
}

Test(prepare, parts)
{
    makes(u"HTTP://LocalHost", u"http://localhost:80/");
    makes(u"Https://LocalHost", u"https://localhost:443/");
    makes(u"http://a?b", u"http://a:80/?b");
    makes(u"http://a:81?b", u"http://a:81/?b");
    makes(u"http://a:00081/", u"http://a:81/");
    makes(u"http://[FE80::A]/", u"http://[fe80::a]:80/");
    makes(u"http://a/B/C", u"http://a:80/B/C");
}

Test(prepare, hosts)
{
    makes(u"http://xn--mller-kva/", u"http://m\u00fcller:80/");
    makes(u"http://XN--Mller-KVA:81", u"http://m\u00fcller:81/");
    makes(u"http://M\u00dcLLER/", u"http://m\u00fcller:80/");
    makes(u"http://mu\u0308ller/", u"http://m\u00fcller:80/");
    makes(u"http://www.xn--bcher-kva.Example/a", u"http://www.b\u00fccher.example:80/a");
    makes(u"http://fa\u00df.de/", u"http://fass.de:80/");
    makes(u"http://*.xn--mller-kva/", u"http://*.m\u00fcller:80/");
    makes(u"http://xn--ls8h/", u"http://\U0001f4a9:80/");
}

Test(prepare, paths)
{
    makes(u"http://a/b%20c/%C3%A4", u"http://a:80/b c/\u00e4");
    makes(u"http://a/\u00e4%C3%A4", u"http://a:80/\u00e4\u00e4");
    makes(u"http://a//b/./c/../d/", u"http://a:80/b/d/");
    makes(u"http://a\\b\\c", u"http://a:80/b/c");
    makes(u"http://a/b/..", u"http://a:80/");
    makes(u"http://a/c/%2e%2e/b%2Fc", u"http://a:80/b/c");
    makes(u"http://a/b?/../%41", u"http://a:80/b?/../%41");
}

static void refuses(const utf16 *url, enum result want)
{
    utf16 *got = NULL;
    size_t size;
    char text[512];
    enum result result = prepare_url(url, length_of(url), &got, &size);

    cr_assert_eq(result, want, "%s: %d", narrow(text, sizeof text, url, length_of(url)), result);
    cr_assert(!got);
}

Test(prepare, what_is_no_url)
{
    static const utf16 *const bad[] = {
        u"", u"http", u"http://", u"http:///a", u"http://:80/", u"ftp://a/", u"//a/", u"a", u"http:/a", u"http://a:/",
        u"http://a:0/", u"http://a:65536/", u"http://a:999999999999999999999/", u"http://a:x/", u"http://a:8x/",
        u"http://a:-1/", u"http://a b/", u"http://a@b/", u"http://[::1/", u"http://[::1]x/", u"http://[]/",
        u"http://[g]/", u"http://a..b/", u"http://xn--zzzzzz9999/", u"http://xn--rja/", u"http://xn--/",
        u"http://\u00fc b/", u"http://\xd83d/",
        u"http://a/%", u"http://a/%zz", u"http://a/%00", u"http://a/%25", u"http://a/%3f", u"http://a/b#c",
        u"http://a/\xd83d", u"http://a/\x01", u"http://a/..",
    };

    for (size_t i = 0; i < COUNT(bad); i++)
        refuses(bad[i], RESULT_INVALID);
    refuses(u"http://0.0.0.0/", RESULT_UNSUPPORTED);
    refuses(u"http://[::]/", RESULT_UNSUPPORTED);
}

/* The longest there are: all escaped, and all of characters that grow in UTF-8. */
Test(prepare, long_urls)
{
    static const utf16 units[] = {'a', 0x4e00, '%', '/', 0xd83d};
    utf16 *url = malloc(PREPARE_MAX * sizeof *url);

    for (size_t k = 0; k < COUNT(units); k++) {
        utf16 *got;
        size_t size;

        widen(url, 20, "http://a/");
        for (size_t i = 9; i < PREPARE_MAX; i++)
            url[i] = units[k];
        for (size_t len = PREPARE_MAX; len > 9; len /= 2)
            if (!prepare_url(url, len, &got, &size))
                free(got);
    }
    widen(url, 20, "http://");
    for (size_t i = 7; i < PREPARE_MAX; i++)
        url[i] = 'a';
    cr_assert_eq(prepare_url(url, PREPARE_MAX, &(utf16 *){NULL}, &(size_t){0}), RESULT_INVALID);
    free(url);
}

/* At random; and what is prepared is prepared. */
Test(prepare, whatever_comes)
{
    static const utf16 *const pieces[] = {
        u"http://", u"https://", u"HTTP://", u"/", u"\\", u"..", u".", u"%", u"%2F", u"%C3%A4", u"%41", u"?", u"#",
        u":", u":80", u"[::1]", u"[", u"xn--ls8h", u"xn--", u"m\u00fcller", u"A", u"*.", u"+", u" ", u"\xd83d",
        u"\U0001f4a9", u"1.2.3.4",
    };
    unsigned seed = 1, good = 0;

    for (unsigned i = 0; i < 50000; i++) {
        utf16 text[200], *first, *second;
        size_t n = 0, size, again;

        for (unsigned k = 0; !k || rand_r(&seed) % 6; k++) {
            const utf16 *piece = pieces[k ? (unsigned)rand_r(&seed) % COUNT(pieces) : i % 3];

            if (n + length_of(piece) > COUNT(text))
                break;
            memcpy(text + n, piece, length_of(piece) * sizeof *piece);
            n += length_of(piece);
        }
        if (prepare_url(text, n, &first, &size))
            continue;
        good++;
        cr_assert_eq(prepare_url(first, size, &second, &again), RESULT_OK);
        cr_assert(again == size && !memcmp(first, second, size * sizeof *first));
        free(first);
        free(second);
    }
    cr_assert(good > 1000, "%u", good);
}

Test(prepare, without_memory)
{
    static const utf16 url[] = u"http://a/b%20c";
    bool failed = true;

    for (unsigned nth = 1; failed; nth++) {
        utf16 *got = NULL;
        size_t size;
        enum result result;

        faults_fail_alloc(nth);
        result = prepare_url(url, COUNT(url) - 1, &got, &size);
        failed = faults_alloc_failed();
        cr_assert_eq(result, failed ? RESULT_NO_MEMORY : RESULT_OK, "allocation %u: %d", nth, result);
        free(got);
    }
}
