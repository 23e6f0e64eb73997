/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * hello-v1: version 1 of the API, as programs for Windows XP and Server 2003 use it: a queue handle that takes URLs
 * itself, no session, no URL group.
 */
#include "hello.h"

int main(int argc, char **argv)
{
    HTTPAPI_VERSION version = HTTPAPI_VERSION_1;
    HTTP_REQUEST_V1 *request = malloc(REQUEST_BUFFER);
    WCHAR url[1024];
    struct hello hello;
    HANDLE queue;
    ULONG bytes, error;

    wide(url, 1024, argc > 1 ? argv[1] : DEFAULT_URL);
    check("HttpInitialize", HttpInitialize(version, HTTP_INITIALIZE_SERVER, NULL));
    check("HttpCreateHttpHandle", HttpCreateHttpHandle(&queue, 0));
    check("HttpAddUrl", HttpAddUrl(queue, url, NULL));
    stop_queue = queue;
    SetConsoleCtrlHandler(on_control, TRUE);
    hello_init(&hello);
    server_ready(argc, argv);
    /* ERROR_MORE_DATA: the headers don't fit, but the request's id, which is all we need, does. */
    while ((error = HttpReceiveHttpRequest(queue, HTTP_NULL_ID, 0, (HTTP_REQUEST *)request, REQUEST_BUFFER, &bytes, NULL)) ==
               NO_ERROR || error == ERROR_MORE_DATA)
        HttpSendHttpResponse(queue, request->RequestId, 0, &hello.response, NULL, &bytes, NULL, 0, NULL, NULL);
    HttpRemoveUrl(queue, url);
    CloseHandle(queue);
    HttpTerminate(HTTP_INITIALIZE_SERVER, NULL);
    free(request);
    return 0;
}
