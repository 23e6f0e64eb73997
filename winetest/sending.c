/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * sending.c: see sending.h.
 */
#include "sending.h"

const char *value_of(const char *text, const char *name)
{
    static char value[512];

    return answer_header(text, name, value, sizeof value) < 0 ? "(none)" : value;
}

int count_of(const char *text, const char *what)
{
    int n = 0;

    while ((text = strstr(text, what))) {
        text++;
        n++;
    }
    return n;
}

void check_alive(struct scene *x)
{
    scene_take(x, GET_FOOBAR, 0);
    scene_finish(x);
}

void check_ends(struct scene *x)
{
    char text[4096];

    ok(recv_all(x->client, text, sizeof text) > 0, "the connection doesn't end");
    ok_eq(count_of(text, "\r\nConnection: close\r\n"), 1);
    ok_eq(count_of(text, "\r\nConnection: "), 1);
    scene_reconnect(x);
}

HANDLE make_file(char path[MAX_PATH], const char *content)
{
    char folder[MAX_PATH];
    HANDLE file;
    DWORD written;

    GetTempPathA(sizeof folder, folder);
    GetTempFileNameA(folder, "htp", 0, path);
    file = CreateFileA(path, GENERIC_READ | GENERIC_WRITE, FILE_SHARE_READ | FILE_SHARE_WRITE, NULL, CREATE_ALWAYS,
                       FILE_ATTRIBUTE_NORMAL, NULL);
    ok(file != INVALID_HANDLE_VALUE, "no file %s: %lu", path, UL(GetLastError()));
    ok(WriteFile(file, content, (DWORD)strlen(content), &written, NULL), "WriteFile: %lu", UL(GetLastError()));
    return file;
}

void remove_file(HANDLE file, const char *path)
{
    CloseHandle(file);
    DeleteFileA(path);
}

void chunk_file(HTTP_DATA_CHUNK *chunk, HANDLE file, ULONGLONG start, ULONGLONG length)
{
    memset(chunk, 0, sizeof *chunk);
    chunk->DataChunkType = HttpDataChunkFromFileHandle;
    chunk->FromFileHandle.FileHandle = file;
    chunk->FromFileHandle.ByteRange.StartingOffset.QuadPart = start;
    chunk->FromFileHandle.ByteRange.Length.QuadPart = length;
}

void reply_unknown(struct reply *r, const char *name, const char *value)
{
    HTTP_UNKNOWN_HEADER *h = &r->unknown[r->response.Headers.UnknownHeaderCount++];

    h->pName = name;
    h->NameLength = (USHORT)strlen(name);
    h->pRawValue = value;
    h->RawValueLength = (USHORT)strlen(value);
    r->response.Headers.pUnknownHeaders = r->unknown;
}

void reply_multiple(struct reply *r, HTTP_RESPONSE_INFO *info, HTTP_MULTIPLE_KNOWN_HEADERS *multiple, HTTP_HEADER_ID id,
                    HTTP_KNOWN_HEADER *values, USHORT count)
{
    memset(multiple, 0, sizeof *multiple);
    multiple->HeaderId = id;
    multiple->KnownHeaderCount = count;
    multiple->KnownHeaders = values;
    memset(info, 0, sizeof *info);
    info->Type = HttpResponseInfoTypeMultipleKnownHeaders;
    info->Length = sizeof *multiple;
    info->pInfo = multiple;
    reply_init(r, 200, "OK");
    r->response.ResponseInfoCount = 1;
    r->response.pResponseInfo = info;
}
