/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * program.c: a server as programs for the SDK write it, in what C and C++ have in common. It is
 * compiled, with warnings as errors, and never run: it shows that http.h takes a program's usual
 * forms.
 */
#ifdef _WIN32
#include <winsock2.h>
#include <windows.h>
#endif
#include <http.h>
#include <stdlib.h>
#include <string.h>

#ifdef _WIN32
#define TEXT16(text) L##text
#else
#define TEXT16(text) u##text
#define NO_ERROR 0
#define ERROR_MORE_DATA 234
#endif

struct server {
    HTTP_SERVER_SESSION_ID session;
    HTTP_URL_GROUP_ID group;
    HANDLE queue;
};

static ULONG bind_group(struct server *server)
{
    HTTP_BINDING_INFO binding;

    memset(&binding, 0, sizeof(binding));
    binding.Flags.Present = 1;
    binding.RequestQueueHandle = server->queue;
    return HttpSetUrlGroupProperty(server->group, HttpServerBindingProperty, &binding,
                                   sizeof(binding));
}

static ULONG limit_connections(struct server *server)
{
    HTTP_QOS_SETTING_INFO qos;
    HTTP_CONNECTION_LIMIT_INFO limit;

    memset(&limit, 0, sizeof(limit));
    limit.Flags.Present = 1;
    limit.MaxConnections = HTTP_LIMIT_INFINITE;
    qos.QosType = HttpQosSettingTypeConnectionLimit;
    qos.QosSetting = &limit;
    return HttpSetUrlGroupProperty(server->group, HttpServerQosProperty, &qos, sizeof(qos));
}

static ULONG start(struct server *server)
{
    HTTPAPI_VERSION version = HTTPAPI_VERSION_2;
    ULONG error = HttpInitialize(version, HTTP_INITIALIZE_SERVER, NULL);

    HTTP_SET_NULL_ID(&server->session);
    if (!error)
        error = HttpCreateServerSession(version, &server->session, 0);
    if (!error)
        error = HttpCreateUrlGroup(server->session, &server->group, 0);
    if (!error)
        error = HttpCreateRequestQueue(version, NULL, NULL, 0, &server->queue);
    if (!error)
        error = bind_group(server);
    if (!error)
        error = limit_connections(server);
    if (!error)
        error = HttpAddUrlToUrlGroup(server->group, TEXT16("http://localhost:8080/"), 1, 0);
    return error;
}

static void stop(struct server *server)
{
    HttpRemoveUrlFromUrlGroup(server->group, NULL, HTTP_URL_FLAG_REMOVE_ALL);
    HttpShutdownRequestQueue(server->queue);
    HttpCloseRequestQueue(server->queue);
    if (!HTTP_IS_NULL_ID(&server->session))
        HttpCloseServerSession(server->session);
    HttpTerminate(HTTP_INITIALIZE_SERVER, NULL);
}

static void set_known_header(PHTTP_RESPONSE response, HTTP_HEADER_ID id, PCSTR value)
{
    response->Headers.KnownHeaders[id].pRawValue = value;
    response->Headers.KnownHeaders[id].RawValueLength = (USHORT)strlen(value);
}

static void log_request(const HTTP_REQUEST *request, PHTTP_LOG_FIELDS_DATA fields)
{
    memset(fields, 0, sizeof(*fields));
    fields->Base.Type = HttpLogDataTypeFields;
    fields->MethodNum = request->Verb;
    fields->UriStem = (PWCHAR)request->CookedUrl.pAbsPath;
    fields->UriStemLength = request->CookedUrl.AbsPathLength;
    fields->ProtocolStatus = 200;
}

static void fill_chunks(PHTTP_DATA_CHUNK chunks, char *text, HANDLE file)
{
    chunks[0].DataChunkType = HttpDataChunkFromMemory;
    chunks[0].FromMemory.pBuffer = text;
    chunks[0].FromMemory.BufferLength = (ULONG)strlen(text);
    chunks[1].DataChunkType = HttpDataChunkFromFileHandle;
    chunks[1].FromFileHandle.ByteRange.StartingOffset.QuadPart = 0;
    chunks[1].FromFileHandle.ByteRange.Length.QuadPart = HTTP_BYTE_RANGE_TO_EOF;
    chunks[1].FromFileHandle.FileHandle = file;
}

static ULONG answer(HANDLE queue, PHTTP_REQUEST request, char *text, HANDLE file)
{
    HTTP_RESPONSE response;
    HTTP_DATA_CHUNK chunks[2];
    HTTP_KNOWN_HEADER cookies[2];
    HTTP_MULTIPLE_KNOWN_HEADERS several;
    HTTP_RESPONSE_INFO info;
    HTTP_LOG_FIELDS_DATA fields;
    ULONG sent;

    memset(&response, 0, sizeof(response));
    memset(cookies, 0, sizeof(cookies));
    HTTP_SET_VERSION(response.Version, 1, 1);
    response.StatusCode = 200;
    response.pReason = "OK";
    response.ReasonLength = 2;
    set_known_header(&response, HttpHeaderContentType, "text/plain");
    fill_chunks(chunks, text, file);
    response.EntityChunkCount = 2;
    response.pEntityChunks = chunks;

    several.HeaderId = HttpHeaderSetCookie;
    several.Flags = HTTP_RESPONSE_INFO_FLAGS_PRESERVE_ORDER;
    several.KnownHeaderCount = 2;
    several.KnownHeaders = cookies;
    info.Type = HttpResponseInfoTypeMultipleKnownHeaders;
    info.Length = sizeof(several);
    info.pInfo = &several;
    response.ResponseInfoCount = 1;
    response.pResponseInfo = &info;

    log_request(request, &fields);
    return HttpSendHttpResponse(queue, request->RequestId, HTTP_SEND_RESPONSE_FLAG_DISCONNECT,
                                &response, NULL, &sent, NULL, 0, NULL, (PHTTP_LOG_DATA)&fields);
}

/* Version 2's request is also version 1's, whichever way a program says so. */
static int is_local(PHTTP_REQUEST_V2 request)
{
    PHTTP_REQUEST_V1 first = (PHTTP_REQUEST_V1)request;
#ifdef __cplusplus
    const HTTP_REQUEST_V1 &same = *request;

    return first->Verb == HttpVerbGET &&
           same.Address.pLocalAddress == request->Address.pLocalAddress;
#else
    return first->Verb == HttpVerbGET &&
           request->Base.Address.pLocalAddress == request->Address.pLocalAddress;
#endif
}

static PHTTP_REQUEST receive(HANDLE queue, ULONG size)
{
    HTTP_REQUEST_ID id = HTTP_NULL_ID;
    PHTTP_REQUEST request;
    ULONG error, needed;

    for (;;) {
        request = (PHTTP_REQUEST)calloc(1, size);
        if (!request)
            return NULL;
        error = HttpReceiveHttpRequest(queue, id, HTTP_RECEIVE_REQUEST_FLAG_COPY_BODY, request,
                                       size, &needed, NULL);
        if (error == NO_ERROR)
            return request;
        id = request->RequestId;
        free(request);
        if (error != ERROR_MORE_DATA)
            return NULL;
        size = needed;
    }
}

int main(void)
{
    struct server server;
    PHTTP_REQUEST request;
    char text[] = "hello";

    memset(&server, 0, sizeof(server));
    if (start(&server) == NO_ERROR) {
        while ((request = receive(server.queue, sizeof(HTTP_REQUEST) + 4096)) != NULL) {
            if (is_local(request) && HTTP_GREATER_EQUAL_VERSION(request->Version, 1, 1))
                answer(server.queue, request, text, NULL);
            free(request);
        }
    }
    stop(&server);
    return 0;
}
