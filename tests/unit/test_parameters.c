/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * test_parameters.c: the registry's values, their ranges, and the file and the environment that stand for them.
 *
 * Names, defaults and ranges: Microsoft's page "Http.sys registry settings for Windows".
 */
#include "engine/parameters.h"

#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "engine/log.h"
#include "unit.h"

struct row {
    const char *name;
    uint32_t *value;
    uint32_t standard, minimum, maximum;
};

static const struct row rows[] = {
#define X(name, standard, minimum, maximum, built) {#name, &parameters.name, standard, minimum, maximum},
    PARAMETERS(X)
#undef X
};

static char log_text[4096];

/* What is logged since log_begin(), which has to come first. */
static int log_pipe[2];

static void log_begin(void)
{
    cr_assert_eq(pipe2(log_pipe, O_CLOEXEC | O_NONBLOCK), 0);
    cr_assert_eq(dup2(log_pipe[1], STDERR_FILENO), STDERR_FILENO);
    log_level = LOG_WARN;
}

static const char *logged(void)
{
    ssize_t n = read(log_pipe[0], log_text, sizeof log_text - 1);

    log_text[n > 0 ? n : 0] = 0;
    return log_text;
}

#define assert_logged(...) \
    do { \
        const char *want_[] = {__VA_ARGS__}, *got_ = logged(); \
        for (size_t w_ = 0; w_ < COUNT(want_); w_++) \
            cr_assert(strstr(got_, want_[w_]), "\"%s\" isn't in \"%s\"", want_[w_], got_); \
    } while (0)

#define assert_quiet() cr_assert_str_eq(logged(), "")

Test(parameters, defaults)
{
    clearenv();
    parameters_start();
    for (size_t i = 0; i < COUNT(rows); i++)
        cr_assert_eq(*rows[i].value, rows[i].standard, "%s is %u", rows[i].name, *rows[i].value);
    cr_assert_str_eq(parameters.ErrorLoggingDir, "");
}

/* The list against the table on Microsoft's page. */
Test(parameters, as_documented)
{
    cr_assert_eq(parameters.MaxFieldLength, 16384);
    cr_assert_eq(parameters.MaxRequestBytes, 16384);
    cr_assert_eq(parameters.UrlSegmentMaxLength, 260);
    cr_assert_eq(parameters.UrlSegmentMaxCount, 255);
    cr_assert_eq(parameters.AllowRestrictedChars, 0);
    cr_assert_eq(parameters.EnableNonUTF8, 1);
    cr_assert_eq(parameters.FavorUTF8, 1);
    cr_assert_eq(parameters.PercentUAllowed, 1);
    cr_assert_eq(parameters.MaxConnections, UINT32_MAX);
    cr_assert_eq(parameters.UriMaxUriBytes, 262144);
    cr_assert_eq(parameters.DisableServerHeader, 0);
    cr_assert_eq(parameters.MaxBytesPerSend, 65536);
    cr_assert_eq(parameters.ErrorLogFileTruncateSize, 1 << 20);
}

static void set_and_expect(const struct row *r, uint32_t value, uint32_t want)
{
    parameters_set_number("test", r->name, value);
    cr_assert_eq(*r->value, want, "%s: %u became %u, not %u", r->name, value, *r->value, want);
}

Test(parameters, ranges)
{
    for (size_t i = 0; i < COUNT(rows); i++) {
        const struct row *r = &rows[i];

        set_and_expect(r, r->minimum, r->minimum);
        set_and_expect(r, r->maximum, r->maximum);
        if (r->minimum)
            set_and_expect(r, r->minimum - 1, r->minimum);
        if (r->maximum < UINT32_MAX)
            set_and_expect(r, r->maximum + 1, r->maximum);
        set_and_expect(r, r->minimum + 1, r->minimum + 1);
        set_and_expect(r, r->maximum - 1, r->maximum - 1);
    }
}

Test(parameters, out_of_range_is_logged)
{
    log_begin();
    parameters_set_number("here", "MaxFieldLength", 63);
    assert_logged("here", "MaxFieldLength", "63", "64");
    parameters_set_number("here", "AllowRestrictedChars", 2); /* "If nonzero" */
    assert_quiet();
}

Test(parameters, names_have_any_case)
{
    parameters_set_number("test", "maxFIELDlength", 100);
    cr_assert_eq(parameters.MaxFieldLength, 100);
    parameters_set_string("test", "errorloggingdir", "C:\\logs");
    cr_assert_str_eq(parameters.ErrorLoggingDir, "C:\\logs");
}

Test(parameters, wrong_types)
{
    log_begin();
    parameters_set_string("here", "MaxFieldLength", "100");
    assert_logged("here", "MaxFieldLength has to be a DWORD");
    parameters_set_number("here", "ErrorLoggingDir", 1);
    assert_logged("here", "ErrorLoggingDir has to be a string");
    parameters_mistyped("here", "MaxRequestBytes");
    assert_logged("here", "MaxRequestBytes has to be a DWORD");
    parameters_set_number("here", "MaxFieldLengt", 100);
    assert_logged("here", "no parameter MaxFieldLengt");
    parameters_mistyped("here", "SomethingElse");
    assert_logged("here", "no parameter SomethingElse");
    cr_assert_eq(parameters.MaxFieldLength, 16384);
    cr_assert_str_eq(parameters.ErrorLoggingDir, "");
}

Test(parameters, numbers_as_text)
{
    static const struct {
        const char *text;
        uint32_t want; /* 1: refused */
    } cases[] = {
        {"100", 100}, {"0x64", 100}, {"0X64", 100}, {"0100", 100}, {"65534", 65534}, {"0xfffE", 65534}, {"4294967295", 65534},
        {"", 1}, {"x", 1}, {"-100", 1}, {"+100", 1}, {"1e3", 1}, {"100 bytes", 1}, {"0x", 1}, {"0xg", 1}, {"1,000", 1},
        {"4294967296", 1}, {"99999999999999999999999", 1}, {"0x100000000", 1}, {"100.", 1},
    };

    for (size_t i = 0; i < COUNT(cases); i++) {
        parameters.MaxFieldLength = 1;
        log_begin();
        parameters_set_text("here", "MaxFieldLength", cases[i].text);
        cr_assert_eq(parameters.MaxFieldLength, cases[i].want, "%s: %u", cases[i].text, parameters.MaxFieldLength);
        if (cases[i].want == 1)
            assert_logged("here", "MaxFieldLength has to be a number", cases[i].text);
    }
}

Test(parameters, strings_have_a_longest)
{
    char text[PARAMETER_STRING_MAX + 2];

    memset(text, 'x', sizeof text);
    text[PARAMETER_STRING_MAX] = 0;
    parameters_set_string("test", "ErrorLoggingDir", text);
    cr_assert_str_eq(parameters.ErrorLoggingDir, text);
    text[PARAMETER_STRING_MAX] = 'x';
    text[PARAMETER_STRING_MAX + 1] = 0;
    parameters_set_string("test", "ErrorLoggingDir", "short");
    parameters_set_string("test", "ErrorLoggingDir", text);
    cr_assert_str_eq(parameters.ErrorLoggingDir, "short");
}

static char path[] = "/tmp/parameters.XXXXXX";

static void write_file(const char *text)
{
    int fd = mkstemp(path);

    cr_assert(fd >= 0);
    cr_assert_eq(write(fd, text, strlen(text)), (ssize_t)strlen(text));
    close(fd);
}

Test(parameters, file)
{
    char third[64];

    write_file("# limits\r\n\n  maxfieldlength=0x80\nMaxRequestBytes 512\n\tUrlSegmentMaxCount = 7 \r\nNoSuch = 1\n"
               "= 4\nErrorLoggingDir = /var/log/a b\nPercentUAllowed = 0");
    log_begin();
    parameters_read_file(path, true);
    unlink(path);
    snprintf(third, sizeof third, "%s:4: ", path);
    assert_logged(third, ":6: there is no parameter NoSuch", ":7: ");
    cr_assert_eq(parameters.MaxFieldLength, 128);
    cr_assert_eq(parameters.MaxRequestBytes, 16384);
    cr_assert_eq(parameters.UrlSegmentMaxCount, 7);
    cr_assert_str_eq(parameters.ErrorLoggingDir, "/var/log/a b");
    cr_assert_eq(parameters.PercentUAllowed, 0); /* a last line without its end */
}

Test(parameters, missing_file)
{
    log_begin();
    parameters_read_file("/nonexistent/parameters", false);
    assert_quiet();
    parameters_read_file("/nonexistent/parameters", true);
    assert_logged("/nonexistent/parameters");
    parameters_read_file("/", false); /* opens, and can't be read */
    assert_logged("can't read all of the parameters in /");
}

Test(parameters, environment_overrules_the_file)
{
    write_file("MaxFieldLength = 100\nUrlSegmentMaxLength = 20\n");
    setenv("HTTPAPI_PARAMETERS", path, 1);
    setenv("HTTPAPI_UrlSegmentMaxLength", "30", 1);
    setenv("HTTPAPI_ErrorLoggingDir", "/here", 1);
    setenv("HTTPAPI_MaxRequestBytes", "much", 1);
    log_begin();
    parameters_start();
    unlink(path);
    assert_logged("HTTPAPI_MaxRequestBytes", "much");
    cr_assert_eq(parameters.MaxFieldLength, 100);
    cr_assert_eq(parameters.UrlSegmentMaxLength, 30);
    cr_assert_str_eq(parameters.ErrorLoggingDir, "/here");
}

/* "If this value is lower than MaxFieldLength, the MaxFieldLength value is adjusted." */
Test(parameters, a_field_is_no_longer_than_the_request)
{
    parameters_set_number("test", "MaxRequestBytes", 4096);
    parameters_start();
    cr_assert_eq(parameters.MaxFieldLength, 4096);
    cr_assert_eq(parameters.MaxRequestBytes, 4096);
}

Test(parameters, zero_segments_are_any)
{
    parameters_set_number("test", "UrlSegmentMaxLength", 0);
    parameters_set_number("test", "UrlSegmentMaxCount", 0);
    parameters_start();
    cr_assert_eq(parameters.UrlSegmentMaxLength, UINT32_MAX);
    cr_assert_eq(parameters.UrlSegmentMaxCount, UINT32_MAX);
}

Test(parameters, what_has_no_effect_is_said)
{
    log_begin();
    parameters_set_number("test", "UriEnableCache", 0);
    parameters_start();
    assert_logged("UriEnableCache has no effect");
}
