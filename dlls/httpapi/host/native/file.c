/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * file.c: files, pipes and standard handles.
 *
 * A pipe is a pair of sockets, because a write to one whose reader is gone can then be an error without a signal.
 */
#include "file.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../../engine/list.h"
#include "../../engine/log.h"
#include "event.h"
#include "text.h"

struct file {
    struct object object;
    int fd;
    bool readable, writable;
    bool overlapped;   /* FILE_FLAG_OVERLAPPED */
    bool seekable;     /* a regular file */
    bool pipe;
    char *delete_path; /* FILE_FLAG_DELETE_ON_CLOSE, else NULL */
};

static void file_closed(struct object *o)
{
    struct file *f = container_of(o, struct file, object);

    if (f->delete_path)
        unlink(f->delete_path);
}

static void file_destroy(struct object *o)
{
    struct file *f = container_of(o, struct file, object);

    close(f->fd);
    free(f->delete_path);
    free(f);
}

static const struct object_type file_type = {
    .name = "file",
    .last_handle_closed = file_closed,
    .destroy = file_destroy,
};

static struct file *pin_file(HANDLE handle)
{
    struct object *o = object_pin(handle, &file_type);

    return o ? container_of(o, struct file, object) : NULL;
}

bool is_file(HANDLE handle)
{
    DWORD error = GetLastError();
    struct file *f = pin_file(handle);

    if (f)
        object_unpin(handle);
    SetLastError(error);
    return f;
}

/* Takes the descriptor over, also when it fails: NULL sets the last error. */
static struct file *file_new(int fd)
{
    struct file *f = calloc(1, sizeof *f);
    struct stat st;

    if (!f || fstat(fd, &st)) {
        f ? (void)fail_errno() : SetLastError(ERROR_NOT_ENOUGH_MEMORY);
        close(fd);
        free(f);
        return NULL;
    }
    object_init(&f->object, &file_type);
    f->fd = fd;
    f->seekable = S_ISREG(st.st_mode);
    f->pipe = S_ISSOCK(st.st_mode);
    if (S_ISDIR(st.st_mode)) {
        object_unref(&f->object);
        SetLastError(ERROR_ACCESS_DENIED);
        return NULL;
    }
    return f;
}

/* --- opening */

#define READING (GENERIC_READ | GENERIC_ALL | FILE_READ_DATA)
#define OVERWRITING (GENERIC_WRITE | GENERIC_ALL | FILE_WRITE_DATA)
#define WRITING (OVERWRITING | FILE_APPEND_DATA)
#define SHARE_FLAGS (DWORD)(FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE)
#define KNOWN_FLAGS \
    (DWORD)(FILE_ATTRIBUTE_READONLY | FILE_ATTRIBUTE_HIDDEN | FILE_ATTRIBUTE_ARCHIVE | FILE_ATTRIBUTE_NORMAL | \
            FILE_ATTRIBUTE_TEMPORARY | FILE_FLAG_WRITE_THROUGH | FILE_FLAG_OVERLAPPED | FILE_FLAG_RANDOM_ACCESS | \
            FILE_FLAG_SEQUENTIAL_SCAN | FILE_FLAG_DELETE_ON_CLOSE)

/* The error of CreateFile's arguments; NO_ERROR. */
static DWORD check_open(LPCSTR name, DWORD access, DWORD share, DWORD disposition, DWORD flags, HANDLE template_file)
{
    if (template_file)
        return ERROR_NOT_SUPPORTED;
    if (!name || !*name)
        return ERROR_PATH_NOT_FOUND;
    if (flags & ~KNOWN_FLAGS) {
        FIXME("file flags %#x", flags & ~KNOWN_FLAGS);
        return ERROR_INVALID_PARAMETER;
    }
    if (share & ~SHARE_FLAGS || disposition < CREATE_NEW || disposition > TRUNCATE_EXISTING ||
        (disposition == TRUNCATE_EXISTING && !(access & WRITING)))
        return ERROR_INVALID_PARAMETER;
    return NO_ERROR;
}

static int open_flags(DWORD access, DWORD flags)
{
    int result = O_CLOEXEC | O_NOCTTY;

    if (access & WRITING)
        result |= access & READING ? O_RDWR : O_WRONLY;
    if (access & FILE_APPEND_DATA && !(access & OVERWRITING))
        result |= O_APPEND;
    return flags & FILE_FLAG_WRITE_THROUGH ? result | O_DSYNC : result;
}

static int open_uninterrupted(const char *path, int flags, mode_t mode)
{
    int fd;

    do
        fd = open(path, flags, mode);
    while (fd < 0 && errno == EINTR);
    return fd;
}

/*
 * For CREATE_ALWAYS and OPEN_ALWAYS, which tell whether the file was there. It may come and go between the two
 * attempts; a dangling link does so for ever, hence the limit.
 */
static int open_or_create(const char *path, int flags, int truncate, mode_t mode, bool *existed)
{
    int fd = -1;

    for (int tries = 0; tries < 3 && fd < 0; tries++) {
        *existed = false;
        fd = open_uninterrupted(path, flags | O_CREAT | O_EXCL, mode);
        if (fd >= 0 || errno != EEXIST)
            break;
        *existed = true;
        fd = open_uninterrupted(path, flags | truncate, 0);
        if (fd < 0 && errno != ENOENT)
            break;
    }
    return fd;
}

static int open_path(const char *path, int flags, DWORD disposition, mode_t mode, bool *existed)
{
    *existed = false;
    switch (disposition) {
    case CREATE_NEW:
        return open_uninterrupted(path, flags | O_CREAT | O_EXCL, mode);
    case CREATE_ALWAYS:
        return open_or_create(path, flags, O_TRUNC, mode, existed);
    case OPEN_ALWAYS:
        return open_or_create(path, flags, 0, mode, existed);
    case TRUNCATE_EXISTING:
        return open_uninterrupted(path, flags | O_TRUNC, 0);
    default:
        return open_uninterrupted(path, flags, 0);
    }
}

/* A copy of a path, in the system's spelling. */
static char *path_of(LPCSTR name)
{
    char *path = strdup(name);

    if (!path)
        SetLastError(ERROR_NOT_ENOUGH_MEMORY);
    for (char *p = path; p && *p; p++)
        if (*p == '\\')
            *p = '/';
    return path;
}

/* Takes the path over. */
static HANDLE open_file(char *path, DWORD access, DWORD disposition, DWORD flags)
{
    mode_t mode = flags & FILE_ATTRIBUTE_READONLY ? 0444 : 0666;
    bool existed;
    int fd = open_path(path, open_flags(access, flags), disposition, mode, &existed);
    struct file *f = NULL;

    if (fd < 0)
        fail_errno();
    else
        f = file_new(fd);
    if (!f) {
        free(path);
        return INVALID_HANDLE_VALUE;
    }
    f->readable = access & READING;
    f->writable = access & WRITING;
    f->overlapped = flags & FILE_FLAG_OVERLAPPED;
    if (flags & FILE_FLAG_DELETE_ON_CLOSE)
        f->delete_path = path;
    else
        free(path);
    if (disposition == CREATE_ALWAYS || disposition == OPEN_ALWAYS)
        SetLastError(existed ? ERROR_ALREADY_EXISTS : NO_ERROR);
    HANDLE handle = object_publish(&f->object);
    return handle ? handle : INVALID_HANDLE_VALUE;
}

NATIVE_EXPORT HANDLE CreateFileA(LPCSTR name, DWORD access, DWORD share, LPSECURITY_ATTRIBUTES security,
                                 DWORD disposition, DWORD flags, HANDLE template_file)
{
    DWORD error = check_open(name, access, share, disposition, flags, template_file);
    char *path;

    (void)security;
    if (error) {
        SetLastError(error);
        return INVALID_HANDLE_VALUE;
    }
    path = path_of(name);
    return path ? open_file(path, access, disposition, flags) : INVALID_HANDLE_VALUE;
}

NATIVE_EXPORT HANDLE CreateFileW(LPCWSTR name, DWORD access, DWORD share, LPSECURITY_ATTRIBUTES security,
                                 DWORD disposition, DWORD flags, HANDLE template_file)
{
    char *utf8 = text_to_utf8(name);
    HANDLE file = INVALID_HANDLE_VALUE;

    if (utf8 || !name)
        file = CreateFileA(utf8, access, share, security, disposition, flags, template_file);
    free(utf8);
    return file;
}

static HANDLE publish_as(struct file *f, bool readable, bool writable)
{
    f->readable = readable;
    f->writable = writable;
    return object_publish(&f->object);
}

NATIVE_EXPORT BOOL CreatePipe(PHANDLE read, PHANDLE write, LPSECURITY_ATTRIBUTES security, DWORD size)
{
    struct file *reader, *writer;
    int fds[2];

    (void)security, (void)size; /* a suggestion, as documented */
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds))
        return fail_errno();
    reader = file_new(fds[0]);
    writer = file_new(fds[1]);
    *read = reader ? publish_as(reader, true, false) : NULL;
    *write = writer ? publish_as(writer, false, true) : NULL;
    if (*read && *write)
        return TRUE;
    if (*read)
        object_close(*read, false);
    if (*write)
        object_close(*write, false);
    return fail(ERROR_NOT_ENOUGH_MEMORY);
}

static HANDLE open_standard(int fd)
{
    int copy = fcntl(fd, F_DUPFD_CLOEXEC, 0);
    struct file *f = copy < 0 ? NULL : file_new(copy);

    return f ? publish_as(f, true, true) : NULL;
}

/* Closing such a handle leaves the process's descriptor alone. NULL when that isn't open. */
NATIVE_EXPORT HANDLE GetStdHandle(DWORD which)
{
    static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
    static HANDLE handles[3];
    DWORD fd = STD_INPUT_HANDLE - which;
    HANDLE handle;

    if (fd > 2) {
        SetLastError(ERROR_INVALID_HANDLE);
        return INVALID_HANDLE_VALUE;
    }
    pthread_mutex_lock(&lock);
    if (!handles[fd])
        handles[fd] = open_standard((int)fd);
    handle = handles[fd];
    pthread_mutex_unlock(&lock);
    return handle;
}

/* --- reading and writing */

static off_t offset_of(const OVERLAPPED *o)
{
    return (off_t)((ULONGLONG)o->OffsetHigh << 32 | o->Offset);
}

static ssize_t read_some(const struct file *f, void *buffer, size_t size, const OVERLAPPED *o)
{
    ssize_t n;

    do {
        if (f->pipe)
            n = recv(f->fd, buffer, size, 0);
        else if (o && f->seekable)
            n = pread(f->fd, buffer, size, offset_of(o));
        else
            n = read(f->fd, buffer, size);
    } while (n < 0 && errno == EINTR);
    return n;
}

static ssize_t write_some(const struct file *f, const char *buffer, size_t size, const OVERLAPPED *o, size_t done)
{
    ssize_t n;

    do {
        if (f->pipe)
            n = send(f->fd, buffer, size, MSG_NOSIGNAL);
        else if (o && f->seekable)
            n = pwrite(f->fd, buffer, size, offset_of(o) + (off_t)done);
        else
            n = write(f->fd, buffer, size);
    } while (n < 0 && errno == EINTR);
    return n;
}

/* The error of a read; NO_ERROR at the end of the file when there is no OVERLAPPED. */
static DWORD read_all(const struct file *f, void *buffer, DWORD size, DWORD *done, const OVERLAPPED *o)
{
    ssize_t n = read_some(f, buffer, size, o);

    if (n < 0)
        return error_from_errno(errno);
    *done = (DWORD)n;
    if (n || !size)
        return NO_ERROR;
    return f->pipe ? ERROR_BROKEN_PIPE : o ? ERROR_HANDLE_EOF : NO_ERROR;
}

static DWORD write_all(const struct file *f, const char *buffer, DWORD size, DWORD *done, const OVERLAPPED *o)
{
    while (*done < size) {
        ssize_t n = write_some(f, buffer + *done, size - *done, o, *done);

        if (n < 0)
            return error_from_errno(errno);
        *done += (DWORD)n;
    }
    return NO_ERROR;
}

/* Whether the call may be made at all, before anything is touched. */
static DWORD check_transfer(const struct file *f, bool allowed, const DWORD *bytes, const OVERLAPPED *o)
{
    if (!allowed)
        return ERROR_ACCESS_DENIED;
    return (!bytes && !o) || (f->overlapped && !o) ? ERROR_INVALID_PARAMETER : NO_ERROR;
}

static void begin_overlapped(OVERLAPPED *o)
{
    o->InternalHigh = 0;
    o->Internal = (ULONG_PTR)STATUS_PENDING;
    if (o->hEvent)
        event_clear(o->hEvent);
}

/* A handle opened without FILE_FLAG_OVERLAPPED has a position, and it follows. After an error nothing is signalled. */
static void end_overlapped(const struct file *f, OVERLAPPED *o, DWORD error, DWORD done)
{
    NTSTATUS status = !error                       ? STATUS_SUCCESS
                      : error == ERROR_HANDLE_EOF ? STATUS_END_OF_FILE
                                                   : STATUS_IO_DEVICE_ERROR;

    if (f->seekable && !f->overlapped)
        lseek(f->fd, offset_of(o) + done, SEEK_SET);
    o->InternalHigh = done;
    __atomic_store_n(&o->Internal, (ULONG_PTR)status, __ATOMIC_RELEASE);
    if (!error && o->hEvent)
        event_signal(o->hEvent);
}

/* ReadFile and WriteFile: one of `into` and `from` is given. */
static BOOL transfer(HANDLE handle, void *into, const void *from, DWORD size, DWORD *bytes, OVERLAPPED *o)
{
    struct file *f = pin_file(handle);
    DWORD done = 0, error;

    if (bytes)
        *bytes = 0;
    if (!f)
        return FALSE;
    error = check_transfer(f, from ? f->writable : f->readable, bytes, o);
    if (error)
        goto out;
    if (o)
        begin_overlapped(o);
    error = from ? write_all(f, from, size, &done, o) : read_all(f, into, size, &done, o);
    if (o)
        end_overlapped(f, o, error, done);
    if (bytes)
        *bytes = done;
out:
    object_unpin(handle);
    return !error || fail(error);
}

NATIVE_EXPORT BOOL ReadFile(HANDLE file, LPVOID buffer, DWORD size, LPDWORD bytes, LPOVERLAPPED overlapped)
{
    return transfer(file, buffer, NULL, size, bytes, overlapped);
}

NATIVE_EXPORT BOOL WriteFile(HANDLE file, LPCVOID buffer, DWORD size, LPDWORD bytes, LPOVERLAPPED overlapped)
{
    return transfer(file, NULL, buffer ? buffer : "", buffer ? size : 0, bytes, overlapped);
}

/* --- the rest */

NATIVE_EXPORT BOOL GetFileSizeEx(HANDLE handle, PLARGE_INTEGER size)
{
    struct file *f = pin_file(handle);
    bool known;
    struct stat st;

    if (!f)
        return FALSE;
    known = f->seekable ? !fstat(f->fd, &st) || fail_errno() : fail(ERROR_INVALID_FUNCTION);
    object_unpin(handle);
    if (known)
        size->QuadPart = st.st_size;
    return known;
}

NATIVE_EXPORT DWORD GetFileSize(HANDLE handle, LPDWORD high)
{
    LARGE_INTEGER size;

    if (!GetFileSizeEx(handle, &size))
        return INVALID_FILE_SIZE;
    if (high)
        *high = (DWORD)size.HighPart;
    SetLastError(NO_ERROR); /* INVALID_FILE_SIZE may be the true low half */
    return size.LowPart;
}

NATIVE_EXPORT BOOL SetFilePointerEx(HANDLE handle, LARGE_INTEGER distance, PLARGE_INTEGER position, DWORD from)
{
    static const int whence[] = {[FILE_BEGIN] = SEEK_SET, [FILE_CURRENT] = SEEK_CUR, [FILE_END] = SEEK_END};
    struct file *f;
    off_t at;

    if (from > FILE_END)
        return fail(ERROR_INVALID_PARAMETER);
    f = pin_file(handle);
    if (!f)
        return FALSE;
    at = lseek(f->fd, distance.QuadPart, whence[from]);
    object_unpin(handle);
    if (at < 0)
        return errno == EINVAL ? fail(ERROR_NEGATIVE_SEEK) : fail_errno();
    if (position)
        position->QuadPart = at;
    return TRUE;
}

static DWORD type_of_mode(mode_t mode)
{
    return S_ISREG(mode)                      ? FILE_TYPE_DISK
           : S_ISCHR(mode)                    ? FILE_TYPE_CHAR
           : S_ISFIFO(mode) || S_ISSOCK(mode) ? FILE_TYPE_PIPE
                                              : FILE_TYPE_UNKNOWN;
}

NATIVE_EXPORT DWORD GetFileType(HANDLE handle)
{
    struct file *f = pin_file(handle);
    DWORD type = FILE_TYPE_UNKNOWN;
    struct stat st;

    if (!f)
        return type;
    if (!fstat(f->fd, &st)) {
        type = type_of_mode(st.st_mode);
        SetLastError(NO_ERROR);
    } else {
        fail_errno();
    }
    object_unpin(handle);
    return type;
}

NATIVE_EXPORT BOOL DeleteFileA(LPCSTR name)
{
    char *path = name ? path_of(name) : NULL;
    bool deleted;

    if (!path)
        return name ? FALSE : fail(ERROR_PATH_NOT_FOUND);
    deleted = !unlink(path) || fail_errno();
    free(path);
    return deleted;
}

NATIVE_EXPORT BOOL DeleteFileW(LPCWSTR name)
{
    char *utf8 = text_to_utf8(name);
    BOOL deleted = (utf8 || !name) && DeleteFileA(utf8);

    free(utf8);
    return deleted;
}

NTSTATUS file_duplicate_fd(HANDLE handle, int *fd)
{
    DWORD error = GetLastError();
    struct file *f = pin_file(handle);
    NTSTATUS status = STATUS_INVALID_HANDLE;
    int copy;

    if (f && f->seekable && !f->readable) {
        status = STATUS_ACCESS_DENIED;
    } else if (f && f->seekable) {
        copy = fcntl(f->fd, F_DUPFD_CLOEXEC, 0);
        status = copy < 0 ? STATUS_INSUFFICIENT_RESOURCES : STATUS_SUCCESS;
        if (copy >= 0)
            *fd = copy;
    }
    if (f)
        object_unpin(handle);
    SetLastError(error);
    return status;
}
