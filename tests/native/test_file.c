/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * test_file.c: files, pipes, temporary names.
 */
#include "native_test.h"

#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../../dlls/httpapi/host/host.h"

TestSuite(file, .timeout = TIMEOUT_S);

static char name[MAX_PATH];

/* A name in the temporary folder that nobody has: the file is made and deleted. */
static void new_name(void)
{
    char path[MAX_PATH];

    cr_assert(GetTempPathA(sizeof path, path));
    cr_assert(GetTempFileNameA(path, "tst", 0, name));
    cr_assert(DeleteFileA(name));
}

static HANDLE open_as(DWORD access, DWORD disposition, DWORD flags)
{
    return CreateFileA(name, access, FILE_SHARE_READ, NULL, disposition, flags, NULL);
}

#define READ_WRITE (GENERIC_READ | GENERIC_WRITE)

static HANDLE new_file(const char *content, DWORD flags)
{
    HANDLE file;
    DWORD n;

    new_name();
    file = open_as(READ_WRITE, CREATE_NEW, flags);
    cr_assert(file != INVALID_HANDLE_VALUE);
    if (*content)
        succeeds(WriteFile(file, content, (DWORD)strlen(content), &n, NULL));
    return file;
}

static LARGE_INTEGER large(LONGLONG value)
{
    return (LARGE_INTEGER){.QuadPart = value};
}

#define opened(call) \
    __extension__({ \
        SetLastError(0xdead); \
        HANDLE opened_h = (call); \
        cr_assert(opened_h != INVALID_HANDLE_VALUE, "error %u", GetLastError()); \
        opened_h; \
    })
#define refused(call, error) fails((call) != INVALID_HANDLE_VALUE, error)

Test(file, dispositions)
{
    new_name();
    refused(open_as(GENERIC_READ, OPEN_EXISTING, 0), ERROR_FILE_NOT_FOUND);
    refused(open_as(READ_WRITE, TRUNCATE_EXISTING, 0), ERROR_FILE_NOT_FOUND);
    CloseHandle(opened(open_as(READ_WRITE, OPEN_ALWAYS, 0)));
    eq(GetLastError(), NO_ERROR);
    CloseHandle(opened(open_as(READ_WRITE, OPEN_ALWAYS, 0)));
    eq(GetLastError(), ERROR_ALREADY_EXISTS);
    refused(open_as(READ_WRITE, CREATE_NEW, 0), ERROR_FILE_EXISTS);
    CloseHandle(opened(open_as(READ_WRITE, CREATE_ALWAYS, FILE_ATTRIBUTE_NORMAL)));
    eq(GetLastError(), ERROR_ALREADY_EXISTS);
    refused(open_as(GENERIC_READ, TRUNCATE_EXISTING, 0), ERROR_INVALID_PARAMETER);
    refused(open_as(GENERIC_READ, 0, 0), ERROR_INVALID_PARAMETER);
    refused(open_as(GENERIC_READ, 6, 0), ERROR_INVALID_PARAMETER);
    succeeds(DeleteFileA(name));
    fails(DeleteFileA(name), ERROR_FILE_NOT_FOUND);
    CloseHandle(opened(open_as(READ_WRITE, CREATE_ALWAYS, 0)));
    eq(GetLastError(), NO_ERROR);
    DeleteFileA(name);
}

Test(file, truncation)
{
    HANDLE file = new_file("hello", 0);

    eq(GetFileSize(file, NULL), 5);
    CloseHandle(opened(open_as(READ_WRITE, OPEN_ALWAYS, 0)));
    eq(GetFileSize(file, NULL), 5);
    CloseHandle(opened(open_as(READ_WRITE, TRUNCATE_EXISTING, 0)));
    eq(GetFileSize(file, NULL), 0);
    DeleteFileA(name);
}

Test(file, what_is_refused)
{
    new_name();
    refused(CreateFileA(NULL, GENERIC_READ, 0, NULL, OPEN_EXISTING, 0, NULL), ERROR_PATH_NOT_FOUND);
    refused(CreateFileA("/", GENERIC_READ, 0, NULL, OPEN_EXISTING, 0, NULL), ERROR_ACCESS_DENIED);
    refused(CreateFileA("/dev/null/x", GENERIC_READ, 0, NULL, OPEN_EXISTING, 0, NULL), ERROR_PATH_NOT_FOUND);
    refused(CreateFileA(name, GENERIC_READ, 8, NULL, OPEN_EXISTING, 0, NULL), ERROR_INVALID_PARAMETER);
    refused(open_as(READ_WRITE, CREATE_NEW, 0x20000000 /* FILE_FLAG_NO_BUFFERING */), ERROR_INVALID_PARAMETER);
    refused(CreateFileA(name, GENERIC_READ, 0, NULL, CREATE_NEW, 0, auto_event(FALSE)), ERROR_NOT_SUPPORTED);
    refused(open_as(GENERIC_READ, OPEN_EXISTING, 0), ERROR_FILE_NOT_FOUND); /* nothing was created */
    fails(DeleteFileA("/"), ERROR_ACCESS_DENIED);
}

Test(file, dangling_link)
{
    new_name();
    cr_assert(!symlink("/nonexistent/file", name));
    refused(open_as(READ_WRITE, OPEN_ALWAYS, 0), ERROR_FILE_NOT_FOUND);
    DeleteFileA(name);
}

Test(file, wide_and_backslash)
{
    HANDLE file;
    WCHAR wide[MAX_PATH];
    char slashes[MAX_PATH];

    new_name();
    strcpy(slashes, name);
    for (char *p = name; *p; p++)
        if (*p == '/')
            *p = '\\';
    MultiByteToWideChar(CP_UTF8, 0, name, -1, wide, MAX_PATH);
    file = opened(CreateFileW(wide, READ_WRITE, 0, NULL, CREATE_NEW, 0, NULL));
    CloseHandle(file);
    cr_assert(!access(slashes, F_OK));
    CloseHandle(opened(open_as(GENERIC_READ, OPEN_EXISTING, 0)));
    succeeds(DeleteFileW(wide));
    refused(open_as(GENERIC_READ, OPEN_EXISTING, 0), ERROR_FILE_NOT_FOUND);
    fails(CreateFileW(NULL, 0, 0, NULL, OPEN_EXISTING, 0, NULL) != INVALID_HANDLE_VALUE, ERROR_PATH_NOT_FOUND);
}

Test(file, read_write_and_position)
{
    HANDLE file = new_file("0123456789", 0);
    LARGE_INTEGER at;
    char buffer[20];
    DWORD n = 99;

    succeeds(ReadFile(file, buffer, sizeof buffer, &n, NULL));
    eq(n, 0); /* at the end: no error, nothing read */
    succeeds(SetFilePointerEx(file, large(1), NULL, FILE_BEGIN));
    succeeds(SetFilePointerEx(file, large(-4), &at, FILE_END));
    eq(at.QuadPart, 6);
    succeeds(ReadFile(file, buffer, 2, &n, NULL));
    eq(n, 2);
    cr_assert(!memcmp(buffer, "67", 2));
    succeeds(SetFilePointerEx(file, large(0), &at, FILE_CURRENT));
    eq(at.QuadPart, 8);
    fails(SetFilePointerEx(file, large(-1), &at, FILE_BEGIN), ERROR_NEGATIVE_SEEK);
    fails(SetFilePointerEx(file, large(0), &at, 3), ERROR_INVALID_PARAMETER);
    eq(GetFileType(file), FILE_TYPE_DISK);
    succeeds(GetFileSizeEx(file, &at));
    eq(at.QuadPart, 10);
    fails(ReadFile(file, NULL, 4, NULL, NULL), ERROR_INVALID_PARAMETER);
    SetFilePointerEx(file, large(0), NULL, FILE_BEGIN);
    fails(ReadFile(file, (void *)16, 4, &n, NULL), ERROR_NOACCESS);
    DeleteFileA(name);
}

Test(file, access)
{
    HANDLE file = new_file("x", 0), other;
    char c;
    DWORD n;

    other = opened(open_as(GENERIC_READ, OPEN_EXISTING, 0));
    fails(WriteFile(other, "y", 1, &n, NULL), ERROR_ACCESS_DENIED);
    eq(n, 0);
    other = opened(open_as(GENERIC_WRITE, OPEN_EXISTING, 0));
    fails(ReadFile(other, &c, 1, &n, NULL), ERROR_ACCESS_DENIED);
    other = opened(open_as(FILE_APPEND_DATA, OPEN_EXISTING, 0));
    succeeds(WriteFile(other, "y", 1, &n, NULL));
    eq(GetFileSize(file, NULL), 2);
    DeleteFileA(name);
}

Test(file, with_overlapped)
{
    HANDLE file = new_file("0123456789", 0), other = opened(open_as(READ_WRITE, OPEN_EXISTING, FILE_FLAG_OVERLAPPED));
    OVERLAPPED o = {.Offset = 3, .hEvent = manual_event(FALSE)};
    LARGE_INTEGER at;
    char buffer[20];
    DWORD n;

    succeeds(ReadFile(other, buffer, 4, NULL, &o));
    succeeds(GetOverlappedResult(other, &o, &n, TRUE));
    eq(n, 4);
    cr_assert(!memcmp(buffer, "3456", 4));
    cr_assert(is_signalled(o.hEvent));
    o.Offset = 10;
    fails(ReadFile(other, buffer, 4, &n, &o), ERROR_HANDLE_EOF);
    eq(n, 0);
    cr_assert(!is_signalled(o.hEvent)); /* reset when it began */
    fails(GetOverlappedResult(other, &o, &n, FALSE), ERROR_HANDLE_EOF);
    fails(ReadFile(other, buffer, 4, &n, NULL), ERROR_INVALID_PARAMETER);
    o.Offset = 8;
    succeeds(WriteFile(other, "abcd", 4, NULL, &o));
    eq(GetFileSize(file, NULL), 12);

    o.Offset = 2; /* without FILE_FLAG_OVERLAPPED the position follows */
    succeeds(ReadFile(file, buffer, 3, &n, &o));
    SetFilePointerEx(file, large(0), &at, FILE_CURRENT);
    eq(at.QuadPart, 5);
    DeleteFileA(name);
}

Test(file, delete_on_close)
{
    HANDLE file = new_file("x", FILE_FLAG_DELETE_ON_CLOSE), other;

    DuplicateHandle(GetCurrentProcess(), file, GetCurrentProcess(), &other, 0, FALSE, DUPLICATE_SAME_ACCESS);
    CloseHandle(file);
    CloseHandle(opened(open_as(GENERIC_READ, OPEN_EXISTING, 0)));
    CloseHandle(other);
    refused(open_as(GENERIC_READ, OPEN_EXISTING, 0), ERROR_FILE_NOT_FOUND);
}

Test(file, pipe)
{
    HANDLE reader, writer;
    char buffer[8];
    DWORD n;

    succeeds(CreatePipe(&reader, &writer, NULL, 0));
    eq(GetFileType(reader), FILE_TYPE_PIPE);
    succeeds(WriteFile(writer, "hello", 5, &n, NULL));
    eq(n, 5);
    succeeds(ReadFile(reader, buffer, sizeof buffer, &n, NULL));
    eq(n, 5);
    fails(WriteFile(reader, "x", 1, &n, NULL), ERROR_ACCESS_DENIED);
    fails(ReadFile(writer, buffer, 1, &n, NULL), ERROR_ACCESS_DENIED);
    fails(GetFileSize(reader, NULL) != INVALID_FILE_SIZE, ERROR_INVALID_FUNCTION);
    CloseHandle(writer);
    fails(ReadFile(reader, buffer, 1, &n, NULL), ERROR_BROKEN_PIPE);
    succeeds(CreatePipe(&reader, &writer, NULL, 0));
    CloseHandle(reader);
    fails(WriteFile(writer, "x", 1, &n, NULL), ERROR_NO_DATA); /* and no SIGPIPE */
}

Test(file, standard_handles)
{
    HANDLE out = GetStdHandle(STD_OUTPUT_HANDLE);
    DWORD n;

    cr_assert(out);
    eq((ULONG_PTR)GetStdHandle(STD_OUTPUT_HANDLE), (ULONG_PTR)out);
    succeeds(WriteFile(out, "", 0, &n, NULL));
    fails(GetStdHandle(5) != INVALID_HANDLE_VALUE, ERROR_INVALID_HANDLE);
    eq(GetFileType(opened(CreateFileA("/dev/null", GENERIC_READ, 0, NULL, OPEN_EXISTING, 0, NULL))), FILE_TYPE_CHAR);
    fails(GetFileType(auto_event(FALSE)), ERROR_INVALID_HANDLE);
}

Test(file, descriptor_for_api)
{
    HANDLE file = new_file("abc", FILE_FLAG_DELETE_ON_CLOSE), reader, writer;
    struct stat st;
    int fd = -1;

    eq(host_file_fd(file, &fd), STATUS_SUCCESS);
    CloseHandle(file);
    cr_assert(!fstat(fd, &st) && st.st_size == 3);
    close(fd);
    fd = -1;
    eq(host_file_fd(file, &fd), STATUS_INVALID_HANDLE);
    eq(host_file_fd(auto_event(FALSE), &fd), STATUS_INVALID_HANDLE);
    CreatePipe(&reader, &writer, NULL, 0);
    eq(host_file_fd(reader, &fd), STATUS_INVALID_HANDLE);
    new_name();
    eq(host_file_fd(opened(open_as(GENERIC_WRITE, CREATE_NEW, FILE_FLAG_DELETE_ON_CLOSE)), &fd), STATUS_ACCESS_DENIED);
    eq(fd, -1);
    DeleteFileA(name);
}

Test(file, temporary_names)
{
    char path[MAX_PATH], other[MAX_PATH], small[2];
    WCHAR wide[MAX_PATH], wide_name[MAX_PATH];
    DWORD length = GetTempPathA(MAX_PATH, path);

    eq(length, strlen(path));
    eq(path[length - 1], '/');
    eq(GetTempPathA(2, small), length + 1);
    eq(GetTempPathA(0, NULL), length + 1);
    eq(GetTempPathW(MAX_PATH, wide), length);
    eq(GetTempFileNameA(path, "prefix", 0xabcd, name), 0xabcd);
    cr_assert(strstr(name, "/preabcd.TMP"), "%s", name);
    refused(open_as(GENERIC_READ, OPEN_EXISTING, 0), ERROR_FILE_NOT_FOUND);
    cr_assert(GetTempFileNameW(wide, u"w", 0, wide_name));
    succeeds(DeleteFileW(wide_name));
    fails(GetTempFileNameA("/nonexistent", "x", 0, other), ERROR_DIRECTORY);
    fails(GetTempFileNameA(NULL, "x", 0, other), ERROR_INVALID_PARAMETER);
}
