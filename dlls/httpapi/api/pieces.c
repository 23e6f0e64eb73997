/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * pieces.c: memory stays the caller's until the send is over, a file's handle becomes a descriptor of our own, trailers
 * become text.
 */
#include "pieces.h"

#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../host/host.h"
#include "api.h"
#include "status.h"

#define CHUNKS_MAX 9999 /* documented for HttpSendResponseEntityBody */

/* Each trailer can be read. They are the end of a response. */
static ULONG check_trailers(const HTTP_DATA_CHUNK *c, bool last)
{
    if (!last || !c->Trailers.TrailerCount || !c->Trailers.pTrailers)
        return ERROR_INVALID_PARAMETER;
    if (!API_IS_ALIGNED(c->Trailers.pTrailers))
        return ERROR_NOACCESS;
    for (USHORT i = 0; i < c->Trailers.TrailerCount; i++) {
        const HTTP_UNKNOWN_HEADER *t = &c->Trailers.pTrailers[i];

        if (!t->pName || !t->NameLength || (!t->pRawValue && t->RawValueLength))
            return ERROR_INVALID_PARAMETER;
        probe_read(t->pName, t->NameLength);
        probe_read(t->pRawValue, t->RawValueLength);
    }
    return NO_ERROR;
}

static ULONG check_chunk(const HTTP_DATA_CHUNK *c, bool last)
{
    switch (c->DataChunkType) {
    case HttpDataChunkFromMemory:
        if (!c->FromMemory.pBuffer && c->FromMemory.BufferLength)
            return ERROR_INVALID_PARAMETER;
        probe_read(c->FromMemory.pBuffer, c->FromMemory.BufferLength);
        return NO_ERROR;
    case HttpDataChunkFromFileHandle:
        return NO_ERROR;
    case HttpDataChunkTrailers:
        return check_trailers(c, last);
    case HttpDataChunkFromFragmentCache:
    case HttpDataChunkFromFragmentCacheEx:
        FIXME("data chunk type %u isn't built yet", c->DataChunkType);
        return ERROR_NOT_SUPPORTED;
    default:
        return ERROR_INVALID_PARAMETER;
    }
}

ULONG pieces_check(const HTTP_DATA_CHUNK *chunks, USHORT count, ULONG flags)
{
    bool ends = !(flags & HTTP_SEND_RESPONSE_FLAG_MORE_DATA);
    ULONG error = NO_ERROR;

    if (count > CHUNKS_MAX || (count && !chunks))
        return ERROR_INVALID_PARAMETER;
    if (!API_IS_ALIGNED(chunks))
        return ERROR_NOACCESS;
    probe_read(chunks, count * sizeof *chunks);
    for (USHORT i = 0; i < count && !error; i++)
        error = check_chunk(&chunks[i], ends && i == count - 1);
    return error;
}

/* Why a file handle gives no descriptor: it is none for this, or there is none left. */
static ULONG file_error(NTSTATUS status)
{
    switch (status) {
    case STATUS_ACCESS_DENIED: return ERROR_ACCESS_DENIED;
    case STATUS_NO_MEMORY:
    case STATUS_INSUFFICIENT_RESOURCES:
    case STATUS_TOO_MANY_OPENED_FILES: return ERROR_NO_SYSTEM_RESOURCES;
    default: return ERROR_INVALID_HANDLE;
    }
}

/*
 * Bytes [StartingOffset, StartingOffset + Length) of a regular file; "to the end" is all that is there now. What can't
 * be read from any place, again and again, is no file in this sense: pipes, directories, consoles.
 */
static ULONG file_piece(struct piece *p, const HTTP_DATA_CHUNK *c)
{
    const HTTP_BYTE_RANGE *range = &c->FromFileHandle.ByteRange;
    ULONGLONG start = range->StartingOffset.QuadPart, length = range->Length.QuadPart, size;
    struct stat st;
    NTSTATUS status = host_file_fd(c->FromFileHandle.FileHandle, &p->fd);

    if (status)
        return file_error(status);
    if (fstat(p->fd, &st))
        return ERROR_IO_DEVICE;
    if (!S_ISREG(st.st_mode))
        return ERROR_INVALID_PARAMETER;
    size = (ULONGLONG)st.st_size;
    if (start > size)
        return ERROR_HANDLE_EOF;
    if (length == HTTP_BYTE_RANGE_TO_EOF)
        length = size - start;
    if (length > size - start)
        return ERROR_HANDLE_EOF;
    p->offset = start;
    p->length = length;
    return NO_ERROR;
}

static void write_trailers(struct head *h, char *buffer, size_t size, const HTTP_DATA_CHUNK *c)
{
    trailers_begin(h, buffer, size);
    for (USHORT i = 0; i < c->Trailers.TrailerCount; i++) {
        const HTTP_UNKNOWN_HEADER *t = &c->Trailers.pTrailers[i];

        trailers_add(h, (struct text){t->pName, t->NameLength}, (struct text){t->pRawValue, t->RawValueLength});
    }
    trailers_end(h);
}

static ULONG make_trailers(struct op *op, const HTTP_DATA_CHUNK *c)
{
    struct head h;
    size_t size;

    write_trailers(&h, NULL, 0, c);
    size = h.len;
    op->extra = malloc(size);
    if (!op->extra)
        return ERROR_NOT_ENOUGH_MEMORY;
    write_trailers(&h, op->extra, size, c);
    op->send.trailers = (struct text){op->extra, size};
    return h.bad || h.len != size ? ERROR_INVALID_PARAMETER : NO_ERROR;
}

static ULONG make_piece(struct op *op, struct piece *p, const HTTP_DATA_CHUNK *c)
{
    *p = (struct piece){.fd = -1};
    switch (c->DataChunkType) {
    case HttpDataChunkFromMemory:
        p->memory = c->FromMemory.pBuffer;
        p->length = p->memory ? c->FromMemory.BufferLength : 0;
        return NO_ERROR;
    case HttpDataChunkFromFileHandle:
        return file_piece(p, c);
    case HttpDataChunkTrailers:
        return make_trailers(op, c);
    default:
        return ERROR_INVALID_PARAMETER;
    }
}

static void add_empty(struct send *s, unsigned count)
{
    while (count--)
        s->pieces[s->count++] = (struct piece){.fd = -1};
}

ULONG pieces_reserve(struct op *op, unsigned count)
{
    struct piece *p;

    if (count <= SEND_PIECES)
        return NO_ERROR;
    p = malloc(count * sizeof *p);
    if (!p)
        return ERROR_NOT_ENOUGH_MEMORY;
    op->send.pieces = p;
    return NO_ERROR;
}

ULONG pieces_make(struct op *op, unsigned front, unsigned back, const HTTP_DATA_CHUNK *chunks, USHORT count)
{
    struct send *s = &op->send;
    ULONG error = pieces_reserve(op, front + count + back);

    if (error)
        return error;
    add_empty(s, front);
    for (USHORT i = 0; i < count && !error; i++)
        error = make_piece(op, &s->pieces[s->count++], &chunks[i]);
    add_empty(s, error ? 0 : back);
    return error;
}

void pieces_free(struct op *op)
{
    struct send *s = &op->send;

    for (unsigned i = 0; i < s->count; i++)
        if (s->pieces[i].fd >= 0)
            close(s->pieces[i].fd);
    if (s->pieces != s->few)
        free(s->pieces);
    free(op->extra);
}
