/* echo.c - the echo server: many lines at once, none to be had, one that ends. */
#include <arpa/inet.h>
#include <criterion/criterion.h>
#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include "tests/core/kit.h"
#include "workloads/core/echo.h"

enum { THREADS = 8, LINES = 320, TURNS = 12 };

struct client {
    struct echo *echo;
    int first, count;
    int wrong;
};

/* Each line carries words of its own. */
static void *talk(void *arg)
{
    struct client *client = arg;
    char request[512], reply[512];
    for (int turn = 0; turn < TURNS; turn++) {
        for (int line = client->first; line < client->first + client->count; line++) {
            size_t bytes = (size_t)(1 + (line * 37 + turn * 101) % 512);
            memset(request, line ^ turn, bytes);
            client->wrong +=
                echo_exchange(client->echo, line, request, reply, bytes) != 0 || memcmp(request, reply, bytes) != 0;
        }
    }
    return NULL;
}

static void many_lines(enum echo_kind kind)
{
    struct echo *echo;
    struct client clients[THREADS];
    pthread_t threads[THREADS];
    char why[256];
    int before = kit_descriptors();
    cr_assert(echo_open(&echo, kind, 0, LINES, why, sizeof why) == 0, "%s", why);
    for (int i = 0; i < THREADS; i++) {
        clients[i] = (struct client){echo, i * LINES / THREADS, LINES / THREADS, 0};
        cr_assert(pthread_create(&threads[i], NULL, talk, &clients[i]) == 0);
    }
    for (int i = 0; i < THREADS; i++) {
        pthread_join(threads[i], NULL);
        cr_expect(clients[i].wrong == 0, "%d of %d exchanges wrong", clients[i].wrong, LINES / THREADS * TURNS);
    }
    echo_close(echo);
    cr_assert(kit_descriptors() == before);
}

Test(echo, many_connections_each_get_their_own_words_back, .timeout = 60)
{
    many_lines(ECHO_SOCKET);
}

Test(echo, many_pipes_each_get_their_own_words_back, .timeout = 60)
{
    many_lines(ECHO_PIPE);
}

Test(echo, the_largest_request_goes_through, .timeout = 60)
{
    static char request[ECHO_BYTES_MAX], reply[ECHO_BYTES_MAX];
    char why[256];
    for (size_t i = 0; i < sizeof request; i++)
        request[i] = (char)(i * 31);
    for (int kind = ECHO_SOCKET; kind <= ECHO_PIPE; kind++) {
        struct echo *echo;
        cr_assert(echo_open(&echo, (enum echo_kind)kind, 0, 1, why, sizeof why) == 0, "%s", why);
        memset(reply, 0, sizeof reply);
        cr_assert(echo_exchange(echo, 0, request, reply, sizeof request) == 0);
        cr_assert(!memcmp(request, reply, sizeof request));
        echo_close(echo);
    }
}

/* A listener on a port that the kernel chose. */
static int listen_here(int *port)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t length = sizeof address;
    int listener = socket(AF_INET, SOCK_STREAM, 0);
    cr_assert(listener >= 0 && !bind(listener, (struct sockaddr *)&address, sizeof address) && !listen(listener, 8) &&
              !getsockname(listener, (struct sockaddr *)&address, &length));
    *port = ntohs(address.sin_port);
    return listener;
}

Test(echo, a_port_where_nobody_listens_is_named, .timeout = 20)
{
    struct echo *echo = NULL;
    char why[256], text[32];
    int port, before = kit_descriptors();
    close(listen_here(&port));
    snprintf(text, sizeof text, "port %d", port);
    cr_assert(echo_open(&echo, ECHO_SOCKET, port, 3, why, sizeof why) == -ECONNREFUSED);
    cr_assert(!echo && strstr(why, text) && strstr(why, "refused"), "%s", why);
    cr_assert(kit_descriptors() == before);
}

static void *accept_and_leave(void *arg)
{
    char byte;
    int line = accept(*(int *)arg, NULL, NULL);
    if (read(line, &byte, 1) == 1)
        close(line);
    return NULL;
}

Test(echo, a_server_that_goes_away_is_an_error, .timeout = 20)
{
    struct echo *echo;
    pthread_t thread;
    char why[256], byte = 'x';
    int port, listener = listen_here(&port);
    cr_assert(pthread_create(&thread, NULL, accept_and_leave, &listener) == 0);
    cr_assert(echo_open(&echo, ECHO_SOCKET, port, 1, why, sizeof why) == 0, "%s", why);
    cr_assert(echo_exchange(echo, 0, &byte, &byte, 1) == -ECONNRESET);
    pthread_join(thread, NULL);
    close(listener);
    echo_close(echo);
}

Test(echo, too_few_descriptors_are_said, .timeout = 20)
{
    struct rlimit limit = {200, 200};
    struct echo *echo = NULL;
    char why[256];
    int before = kit_descriptors();
    cr_assert(setrlimit(RLIMIT_NOFILE, &limit) == 0);
    cr_assert(echo_open(&echo, ECHO_PIPE, 0, 500, why, sizeof why) == -EMFILE);
    cr_assert(strstr(why, "500") && strstr(why, "200"), "%s", why);
    cr_assert(kit_descriptors() == before);
}
