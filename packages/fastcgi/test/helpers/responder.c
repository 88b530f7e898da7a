/* A responder on libfcgi: listens on the path given, or has its socket as descriptor 0; answers by REQUEST_URI, ends on /quit. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <fcgiapp.h>

static void echo(FCGX_Request *request) {
    char buffer[4096];
    int length;
    FCGX_FPrintF(request->out, "Status: 200 OK\r\nContent-Type: application/octet-stream\r\n\r\n");
    while ((length = FCGX_GetStr(buffer, sizeof buffer, request->in)) > 0) {
        FCGX_PutStr(buffer, length, request->out);
    }
}

static void big(FCGX_Request *request) {
    int line;
    FCGX_FPrintF(request->out, "Content-Type: text/plain\n\n");
    for (line = 0; line < 100000; line += 1) FCGX_FPrintF(request->out, "line %05d\n", line);
}

int main(int argc, char **argv) {
    FCGX_Request request;
    int is_running = 1;
    if (argc > 2 || FCGX_Init() != 0) return 1;
    FCGX_InitRequest(&request, argc == 2 ? FCGX_OpenSocket(argv[1], 16) : 0, 0);
    puts("ready");
    fflush(stdout);
    while (is_running && FCGX_Accept_r(&request) == 0) {
        const char *uri = FCGX_GetParam("REQUEST_URI", request.envp);
        const char *query = FCGX_GetParam("QUERY_STRING", request.envp);
        if (uri != NULL && strcmp(uri, "/echo") == 0) {
            echo(&request);
        } else if (uri != NULL && strcmp(uri, "/big") == 0) {
            big(&request);
        } else {
            FCGX_FPrintF(request.err, "log for %s\n", uri == NULL ? "(none)" : uri);
            FCGX_FPrintF(request.out, "Status: 404 Not Found\r\nX-Query: %s\r\n\r\n", query == NULL ? "(none)" : query);
            FCGX_SetExitStatus(7, request.out);
            if (uri != NULL && strcmp(uri, "/quit") == 0) is_running = 0;
        }
        FCGX_Finish_r(&request);
    }
    return 0;
}
