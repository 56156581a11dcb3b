/* echo.c - see echo.h. */
#include "workloads/core/echo.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

enum {
    EVENTS = 64,
    TIMEOUT_S = 5,
    SPARE_DESCRIPTORS = 64, /* for everything else in the process */
};

struct line {
    int in, out; /* -1: none; equal for a socket */
};

/* The server's end of a line, with what was read and not yet written back. */
struct end {
    struct line line;
    struct end *next; /* of all */
    size_t from, to;
    char buffer[ECHO_BYTES_MAX];
};

struct echo {
    enum echo_kind kind;
    int count;
    int listener, stop, epoll; /* descriptors, -1: none */
    bool running;
    pthread_t thread;
    struct end *ends; /* the server thread's, once it runs */
    struct line lines[];
};

/* The server. */

static void close_one(int *descriptor)
{
    if (*descriptor >= 0)
        close(*descriptor);
    *descriptor = -1;
}

static void line_close(struct line *line)
{
    int in = line->in;
    close_one(&line->in);
    if (line->out != in)
        close_one(&line->out);
    line->out = -1;
}

/* Waits for what comes, or while something is to be written back for room only:
 * so the memory of a line is bounded. */
static void end_await(const struct echo *echo, struct end *end, int operation)
{
    bool writing = end->from < end->to;
    struct epoll_event event = {.events = writing ? EPOLLOUT : EPOLLIN, .data.ptr = end};
    if (end->line.in == end->line.out) {
        epoll_ctl(echo->epoll, operation, end->line.in, &event);
        return;
    }
    /* Two pipes: one of them is silent at any time. */
    event.events = writing ? 0 : EPOLLIN;
    epoll_ctl(echo->epoll, operation, end->line.in, &event);
    event.events = writing ? EPOLLOUT : 0;
    epoll_ctl(echo->epoll, operation, end->line.out, &event);
}

static int end_add(struct echo *echo, struct line line)
{
    struct end *end = calloc(1, sizeof *end);
    if (!end) {
        line_close(&line);
        return -ENOMEM;
    }
    end->line = line;
    end->next = echo->ends;
    echo->ends = end;
    end_await(echo, end, EPOLL_CTL_ADD);
    return 0;
}

/* Both directions until one of them would wait; the end of a line closes it. */
static void end_serve(const struct echo *echo, struct end *end)
{
    bool was_writing = end->from < end->to;
    for (;;) {
        ssize_t moved;
        if (end->from == end->to) {
            moved = read(end->line.in, end->buffer, sizeof end->buffer);
            if (moved > 0) {
                end->from = 0;
                end->to = (size_t)moved;
            }
        } else {
            moved = write(end->line.out, end->buffer + end->from, end->to - end->from);
            end->from += moved > 0 ? (size_t)moved : 0;
        }
        if (moved < 0 && errno == EINTR)
            continue;
        if (moved < 0 && errno == EAGAIN)
            break;
        if (moved <= 0) {
            line_close(&end->line); /* epoll forgets it by itself */
            return;
        }
    }
    if (was_writing != (end->from < end->to))
        end_await(echo, end, EPOLL_CTL_MOD);
}

static void accept_all(struct echo *echo)
{
    for (;;) {
        int yes = 1, descriptor = accept4(echo->listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
        if (descriptor < 0)
            return;
        setsockopt(descriptor, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
        end_add(echo, (struct line){descriptor, descriptor});
    }
}

static void *serve(void *arg)
{
    struct echo *echo = arg;
    struct epoll_event events[EVENTS];
    for (;;) {
        int count = epoll_wait(echo->epoll, events, EVENTS, -1);
        for (int i = 0; i < count; i++) {
            if (events[i].data.ptr == &echo->stop)
                return NULL;
            if (events[i].data.ptr == &echo->listener)
                accept_all(echo);
            else if (((struct end *)events[i].data.ptr)->line.in >= 0)
                end_serve(echo, events[i].data.ptr);
        }
    }
}

/* Starts the thread; no signal of the program's is handled there. */
static int serve_start(struct echo *echo)
{
    sigset_t all, before;
    int error;
    sigfillset(&all);
    pthread_sigmask(SIG_BLOCK, &all, &before);
    error = pthread_create(&echo->thread, NULL, serve, echo);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    echo->running = !error;
    return -error;
}

/* Opening. */

static int fail(char *why, size_t size, const char *what, int error)
{
    snprintf(why, size, "%s: %s", what, strerror(error));
    return -error;
}

static int watch(struct echo *echo, int *descriptor)
{
    struct epoll_event event = {.events = EPOLLIN, .data.ptr = descriptor};
    return epoll_ctl(echo->epoll, EPOLL_CTL_ADD, *descriptor, &event) ? -errno : 0;
}

static int want_descriptors(enum echo_kind kind, int lines, char *why, size_t size)
{
    struct rlimit limit;
    rlim_t wanted = (rlim_t)lines * (kind == ECHO_PIPE ? 4 : 2) + SPARE_DESCRIPTORS;
    if (getrlimit(RLIMIT_NOFILE, &limit) || limit.rlim_cur >= wanted)
        return 0;
    if (limit.rlim_max >= wanted) {
        limit.rlim_cur = wanted;
        if (!setrlimit(RLIMIT_NOFILE, &limit))
            return 0;
    }
    snprintf(why, size, "%d connections need %llu open files, %llu are allowed (see ulimit -n)", lines,
             (unsigned long long)wanted, (unsigned long long)limit.rlim_max);
    return -EMFILE;
}

static struct sockaddr_in loopback(int port)
{
    return (struct sockaddr_in){
        .sin_family = AF_INET, .sin_port = htons((uint16_t)port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
}

static int listen_somewhere(struct echo *echo, int *port)
{
    struct sockaddr_in address = loopback(0);
    socklen_t length = sizeof address;
    echo->listener = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (echo->listener < 0 || bind(echo->listener, (struct sockaddr *)&address, sizeof address) ||
        listen(echo->listener, SOMAXCONN) || getsockname(echo->listener, (struct sockaddr *)&address, &length))
        return -errno;
    *port = ntohs(address.sin_port);
    return watch(echo, &echo->listener);
}

/* Ends without the state TIME_WAIT, in which ports run out after many runs. */
static int connect_line(struct line *line, int port)
{
    struct sockaddr_in address = loopback(port);
    struct linger linger = {1, 0};
    struct timeval timeout = {.tv_sec = TIMEOUT_S};
    int yes = 1;
    line->in = line->out = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (line->in < 0)
        return -errno;
    setsockopt(line->in, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
    setsockopt(line->in, SOL_SOCKET, SO_LINGER, &linger, sizeof linger);
    setsockopt(line->in, SOL_SOCKET, SO_RCVTIMEO, &timeout, sizeof timeout);
    setsockopt(line->in, SOL_SOCKET, SO_SNDTIMEO, &timeout, sizeof timeout);
    return connect(line->in, (struct sockaddr *)&address, sizeof address) ? -errno : 0;
}

static int open_sockets(struct echo *echo, int port, char *why, size_t size)
{
    char what[64];
    int error = port ? 0 : listen_somewhere(echo, &port);
    if (error)
        return fail(why, size, "listen on 127.0.0.1", -error);
    if (echo->listener >= 0 && (error = serve_start(echo)))
        return fail(why, size, "start the echo server", -error);
    for (int i = 0; i < echo->count; i++) {
        error = connect_line(&echo->lines[i], port);
        if (error) {
            snprintf(what, sizeof what, "connect to 127.0.0.1 port %d", port);
            return fail(why, size, what, -error);
        }
    }
    return 0;
}

static int pipe_ends(struct line *client, struct line *server)
{
    int there[2], back[2];
    if (pipe2(there, O_CLOEXEC))
        return -errno;
    if (pipe2(back, O_CLOEXEC)) {
        int error = -errno;
        close(there[0]);
        close(there[1]);
        return error;
    }
    *client = (struct line){.in = back[0], .out = there[1]};
    *server = (struct line){.in = there[0], .out = back[1]};
    fcntl(server->in, F_SETFL, O_NONBLOCK);
    fcntl(server->out, F_SETFL, O_NONBLOCK);
    return 0;
}

static int open_pipes(struct echo *echo, char *why, size_t size)
{
    for (int i = 0; i < echo->count; i++) {
        struct line server = {-1, -1};
        int error = pipe_ends(&echo->lines[i], &server);
        if (!error)
            error = end_add(echo, server);
        if (error)
            return fail(why, size, "open a pipe", -error);
    }
    int error = serve_start(echo);
    return error ? fail(why, size, "start the echo server", -error) : 0;
}

int echo_open(struct echo **out, enum echo_kind kind, int port, int lines, char *why, size_t size)
{
    struct echo *echo = calloc(1, sizeof *echo + (size_t)lines * sizeof echo->lines[0]);
    int error =
        echo ? want_descriptors(kind, lines, why, size) : fail(why, size, "open the lines to the echo server", ENOMEM);
    if (error) {
        free(echo);
        return error;
    }
    *echo = (struct echo){.kind = kind, .count = lines, .listener = -1};
    for (int i = 0; i < lines; i++)
        echo->lines[i] = (struct line){-1, -1};
    echo->epoll = epoll_create1(EPOLL_CLOEXEC);
    echo->stop = eventfd(0, EFD_CLOEXEC);
    if (echo->epoll < 0 || echo->stop < 0 || watch(echo, &echo->stop))
        error = fail(why, size, "start the echo server", errno);
    else
        error = kind == ECHO_PIPE ? open_pipes(echo, why, size) : open_sockets(echo, port, why, size);
    if (error)
        echo_close(echo);
    else
        *out = echo;
    return error;
}

void echo_close(struct echo *echo)
{
    uint64_t one = 1;
    if (!echo)
        return;
    if (echo->running && write(echo->stop, &one, sizeof one) == sizeof one)
        pthread_join(echo->thread, NULL);
    for (int i = 0; i < echo->count; i++)
        line_close(&echo->lines[i]);
    while (echo->ends) {
        struct end *next = echo->ends->next;
        line_close(&echo->ends->line);
        free(echo->ends);
        echo->ends = next;
    }
    close_one(&echo->listener);
    close_one(&echo->stop);
    close_one(&echo->epoll);
    free(echo);
}

/* The lines. */

static ssize_t send_some(const struct echo *echo, int descriptor, const char *bytes, size_t count)
{
    return echo->kind == ECHO_SOCKET ? send(descriptor, bytes, count, MSG_NOSIGNAL) : write(descriptor, bytes, count);
}

int echo_exchange(struct echo *echo, int line, const void *request, void *reply, size_t bytes)
{
    const struct line *to = &echo->lines[line];
    size_t sent = 0, got = 0;
    while (got < bytes) {
        ssize_t moved = sent < bytes ? send_some(echo, to->out, (const char *)request + sent, bytes - sent)
                                     : read(to->in, (char *)reply + got, bytes - got);
        if (moved < 0 && errno == EINTR)
            continue;
        if (moved < 0)
            return errno == EAGAIN ? -ETIMEDOUT : errno == EPIPE ? -ECONNRESET : -errno;
        if (moved == 0)
            return -ECONNRESET;
        *(sent < bytes ? &sent : &got) += (size_t)moved;
    }
    return 0;
}
