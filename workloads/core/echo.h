/* echo.h - a server that gives back what it is sent, over TCP on loopback or
 * over pipes, and the lines to it.
 *
 * The server is one thread of this process with an epoll loop; any number of
 * lines may have a request under way, each one at a time. A line belongs to one
 * thread at a time. */
#ifndef ECHO_H
#define ECHO_H

#include <stddef.h>

enum { ECHO_BYTES_MAX = 65536 }; /* of one request: what a pipe holds */

enum echo_kind { ECHO_SOCKET, ECHO_PIPE };

struct echo;

/* Starts a server and `lines` connected lines to it. port 0: a server of our
 * own on a free port; otherwise the lines go to whoever listens on that port of
 * 127.0.0.1. Raises the limit on open files when that is allowed and needed.
 * Returns 0, or -errno with what was wrong in `why`, and nothing left behind.
 * Owner: the caller, who ends it with echo_close. */
int echo_open(struct echo **out, enum echo_kind kind, int port, int lines, char *why, size_t size);

/* Sends `bytes` and waits until as many came back.
 * Returns 0; -ETIMEDOUT after 5 s of silence (sockets); -ECONNRESET when the
 * server went away; another -errno. */
int echo_exchange(struct echo *echo, int line, const void *request, void *reply, size_t bytes);

/* Ends the lines and the server, and joins its thread. No exchange may be under
 * way. NULL is fine. */
void echo_close(struct echo *echo);

#endif
