/* calls_io.c - descriptors: real ones, but what would block in the kernel waits here for
 * somebody else's write.
 *
 * Whoever finds nothing to read waits until anything was written or closed, and looks
 * again. A timer descriptor is an eventfd that virtual time writes into. Descriptors that
 * were made in a schedule are closed when it is over; a wait for others, which somebody
 * outside could write, is no deadlock that could be proved. */
#include "bench/explore/calls.h"

#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/select.h>
#include <sys/socket.h>
#include <sys/timerfd.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

enum { DESCRIPTORS_MAX = 1024, SECOND_NS = 1000000000, MS_NS = 1000000 };

static struct {
    bool inside; /* made in this schedule */
    bool timer;
    clockid_t clock;
    int64_t deadline, interval_ns;
} descriptors[DESCRIPTORS_MAX];
static bool any_inside;
static int timers;
static uint32_t looked_at; /* step at which all who wait have looked; a look that is in vain is none */
static const char waits;   /* what they wait at */

static bool is_known(int descriptor)
{
    return descriptor >= 0 && descriptor < DESCRIPTORS_MAX;
}

void calls_io_begin(void)
{
    for (int i = 0; any_inside && i < DESCRIPTORS_MAX; i++)
        if (descriptors[i].inside) {
            CALLS_REAL(close)(i);
            descriptors[i].inside = descriptors[i].timer = false;
        }
    any_inside = false;
    looked_at = UINT32_MAX;
    timers = 0;
}

static int made(int descriptor)
{
    if (runtime.on && is_known(descriptor)) {
        descriptors[descriptor].inside = any_inside = true;
        descriptors[descriptor].timer = false;
    }
    return descriptor;
}

/* Somebody wrote: all look again. */
static void wrote(void)
{
    if (runtime.memory != EXPLORE_SC)
        memory_release(&waits);
    choose_wake(&waits, INT_MAX);
}

bool calls_io_ready(void)
{
    if (looked_at == runtime.steps)
        return false;
    looked_at = runtime.steps;
    return choose_wake(&waits, INT_MAX) > 0;
}

bool calls_io_outside(const struct runtime_thread *thread)
{
    return thread->state == EXPLORE_WAITS && thread->address == &waits && thread->io_outside;
}

/* Timers. */

static int64_t first_timer(void)
{
    int64_t first = RUNTIME_NEVER;
    for (int i = 0; timers && i < DESCRIPTORS_MAX; i++)
        if (descriptors[i].inside && descriptors[i].timer && descriptors[i].deadline < first)
            first = descriptors[i].deadline;
    return first;
}

static void timers_write(void)
{
    for (int i = 0; timers && i < DESCRIPTORS_MAX; i++) {
        uint64_t times = 0;
        while (descriptors[i].inside && descriptors[i].timer && descriptors[i].deadline <= runtime.now_ns &&
               times < 1000) {
            times++;
            descriptors[i].deadline =
                descriptors[i].interval_ns ? descriptors[i].deadline + descriptors[i].interval_ns : RUNTIME_NEVER;
        }
        if (times && CALLS_REAL(write)(i, &times, sizeof times) > 0)
            wrote();
    }
}

/* Waits until something may have changed. Returns false when the deadline is over. */
static bool await_write(const char *why, int64_t deadline, bool outside)
{
    int64_t timer = first_timer();
    bool woken;
    runtime.now->io_outside = outside;
    woken = calls_block(&waits, why, timer < deadline ? timer : deadline);
    calls_cancel_point();
    timers_write();
    return woken || runtime.now_ns < deadline;
}

static bool is_inside(int descriptor)
{
    return is_known(descriptor) && descriptors[descriptor].inside;
}

/* Reads and writes. */

/* Waits until the descriptor is ready for this; not where the call would not block. */
static void until_ready_for(int descriptor, short events, const char *why)
{
    struct pollfd look = {.fd = descriptor, .events = events};
    if (fcntl(descriptor, F_GETFL) & O_NONBLOCK)
        return;
    timers_write();
    while (CALLS_REAL(poll)(&look, 1, 0) == 0)
        await_write(why, RUNTIME_NEVER, !is_inside(descriptor));
}

ssize_t read(int descriptor, void *to, size_t size)
{
    ssize_t length;
    if (!runtime.on)
        return CALLS_REAL(read)(descriptor, to, size);
    CALLS_BEGIN("read", NULL);
    calls_cancel_point();
    until_ready_for(descriptor, POLLIN, "read");
    timers_write();
    length = CALLS_REAL(read)(descriptor, to, size);
    if (length >= 0) {
        if (runtime.memory != EXPLORE_SC)
            memory_acquire(&waits);
        choose_wake(&waits, INT_MAX); /* there is room in it now */
    }
    return length;
}

ssize_t write(int descriptor, const void *from, size_t size)
{
    ssize_t length;
    if (!runtime.on)
        return CALLS_REAL(write)(descriptor, from, size);
    CALLS_BEGIN("write", NULL);
    calls_cancel_point();
    until_ready_for(descriptor, POLLOUT, "write");
    length = CALLS_REAL(write)(descriptor, from, size);
    wrote();
    calls_end();
    return length;
}

ssize_t recv(int descriptor, void *to, size_t size, int flags)
{
    ssize_t length;
    if (!runtime.on)
        return CALLS_REAL(recv)(descriptor, to, size, flags);
    CALLS_BEGIN("recv", NULL);
    calls_cancel_point();
    if (!(flags & MSG_DONTWAIT))
        until_ready_for(descriptor, POLLIN, "recv");
    length = CALLS_REAL(recv)(descriptor, to, size, flags);
    if (runtime.memory != EXPLORE_SC)
        memory_acquire(&waits);
    choose_wake(&waits, INT_MAX);
    return length;
}

ssize_t send(int descriptor, const void *from, size_t size, int flags)
{
    ssize_t length;
    if (!runtime.on)
        return CALLS_REAL(send)(descriptor, from, size, flags);
    CALLS_BEGIN("send", NULL);
    calls_cancel_point();
    if (!(flags & MSG_DONTWAIT))
        until_ready_for(descriptor, POLLOUT, "send");
    length = CALLS_REAL(send)(descriptor, from, size, flags);
    wrote();
    calls_end();
    return length;
}

/* The same by parts and by messages. */
#define WRITE(name, parameters, arguments)                                                                             \
    ssize_t name parameters                                                                                            \
    {                                                                                                                  \
        ssize_t length;                                                                                                \
        if (!runtime.on)                                                                                               \
            return CALLS_REAL(name) arguments;                                                                         \
        CALLS_BEGIN(#name, NULL);                                                                                      \
        calls_cancel_point();                                                                                          \
        until_ready_for(descriptor, POLLOUT, #name);                                                                   \
        length = CALLS_REAL(name) arguments;                                                                           \
        wrote();                                                                                                       \
        calls_end();                                                                                                   \
        return length;                                                                                                 \
    }
#define READ(name, parameters, arguments)                                                                              \
    ssize_t name parameters                                                                                            \
    {                                                                                                                  \
        ssize_t length;                                                                                                \
        if (!runtime.on)                                                                                               \
            return CALLS_REAL(name) arguments;                                                                         \
        CALLS_BEGIN(#name, NULL);                                                                                      \
        calls_cancel_point();                                                                                          \
        until_ready_for(descriptor, POLLIN, #name);                                                                    \
        length = CALLS_REAL(name) arguments;                                                                           \
        if (runtime.memory != EXPLORE_SC)                                                                              \
            memory_acquire(&waits);                                                                                    \
        choose_wake(&waits, INT_MAX);                                                                                  \
        return length;                                                                                                 \
    }
WRITE(writev, (int descriptor, const struct iovec *parts, int count), (descriptor, parts, count))
WRITE(sendmsg, (int descriptor, const struct msghdr *message, int flags), (descriptor, message, flags))
READ(readv, (int descriptor, const struct iovec *parts, int count), (descriptor, parts, count))
READ(recvmsg, (int descriptor, struct msghdr *message, int flags), (descriptor, message, flags))

int eventfd_read(int descriptor, eventfd_t *value)
{
    return read(descriptor, value, sizeof *value) == sizeof *value ? 0 : -1;
}

int eventfd_write(int descriptor, eventfd_t value)
{
    return write(descriptor, &value, sizeof value) == sizeof value ? 0 : -1;
}

int close(int descriptor)
{
    int error;
    if (!runtime.on)
        return CALLS_REAL(close)(descriptor);
    CALLS_BEGIN("close", NULL);
    calls_cancel_point();
    if (is_known(descriptor)) {
        timers -= descriptors[descriptor].inside && descriptors[descriptor].timer;
        descriptors[descriptor].inside = descriptors[descriptor].timer = false;
    }
    error = CALLS_REAL(close)(descriptor);
    wrote();
    return error;
}

/* Waits for several. */

static int64_t in_ms(int ms)
{
    return ms < 0 ? RUNTIME_NEVER : runtime.now_ns + (int64_t)ms * MS_NS;
}

static bool any_outside(const struct pollfd *looks, nfds_t count)
{
    for (nfds_t i = 0; i < count; i++)
        if (looks[i].fd >= 0 && !is_inside(looks[i].fd))
            return true;
    return false;
}

static int poll_until(struct pollfd *looks, nfds_t count, int64_t deadline, const char *why)
{
    int ready;
    calls_begin(why, NULL);
    calls_cancel_point();
    for (;;) {
        timers_write();
        ready = CALLS_REAL(poll)(looks, count, 0);
        if (ready != 0 || runtime.now_ns >= deadline)
            break;
        await_write(why, deadline, any_outside(looks, count));
    }
    if (runtime.memory != EXPLORE_SC)
        memory_acquire(&waits);
    return ready;
}

int poll(struct pollfd *looks, nfds_t count, int ms)
{
    if (!runtime.on)
        return CALLS_REAL(poll)(looks, count, ms);
    RUNTIME_HERE();
    return poll_until(looks, count, in_ms(ms), "poll");
}

int ppoll(struct pollfd *looks, nfds_t count, const struct timespec *limit, const sigset_t *mask)
{
    if (!runtime.on)
        return CALLS_REAL(ppoll)(looks, count, limit, mask);
    RUNTIME_HERE();
    return poll_until(looks, count, limit ? calls_after(calls_ns(limit)) : RUNTIME_NEVER, "ppoll");
}

int select(int count, fd_set *reads, fd_set *writes, fd_set *others, struct timeval *limit)
{
    fd_set wanted[3], *sets[3] = {reads, writes, others};
    int64_t deadline = RUNTIME_NEVER;
    int ready;
    if (!runtime.on)
        return CALLS_REAL(select)(count, reads, writes, others, limit);
    CALLS_BEGIN("select", NULL);
    calls_cancel_point();
    if (limit)
        deadline = calls_after(calls_ns(&(struct timespec){limit->tv_sec, limit->tv_usec * 1000}));
    for (int i = 0; i < 3; i++)
        if (sets[i])
            wanted[i] = *sets[i];
    for (;;) {
        struct timeval none = {0, 0};
        timers_write();
        ready = count ? CALLS_REAL(select)(count, reads, writes, others, &none) : 0;
        if (ready != 0 || runtime.now_ns >= deadline)
            return ready;
        await_write("select", deadline, count > 0);
        for (int i = 0; i < 3; i++)
            if (sets[i])
                *sets[i] = wanted[i];
    }
}

static int epoll_until(int epoll, struct epoll_event *events, int max, int64_t deadline)
{
    int ready;
    calls_begin("epoll_wait", NULL);
    calls_cancel_point();
    for (;;) {
        timers_write();
        ready = CALLS_REAL(epoll_wait)(epoll, events, max, 0);
        if (ready != 0 || runtime.now_ns >= deadline)
            break;
        await_write("epoll_wait", deadline, !is_inside(epoll));
    }
    if (runtime.memory != EXPLORE_SC)
        memory_acquire(&waits);
    return ready;
}

int epoll_wait(int epoll, struct epoll_event *events, int max, int ms)
{
    if (!runtime.on)
        return CALLS_REAL(epoll_wait)(epoll, events, max, ms);
    RUNTIME_HERE();
    return epoll_until(epoll, events, max, in_ms(ms));
}

int epoll_pwait(int epoll, struct epoll_event *events, int max, int ms, const sigset_t *mask)
{
    if (!runtime.on)
        return CALLS_REAL(epoll_pwait)(epoll, events, max, ms, mask);
    RUNTIME_HERE();
    return epoll_until(epoll, events, max, in_ms(ms));
}

int epoll_ctl(int epoll, int what, int descriptor, struct epoll_event *event)
{
    int error = CALLS_REAL(epoll_ctl)(epoll, what, descriptor, event);
    if (runtime.on)
        wrote();
    return error;
}

/* Makers. */

int eventfd(unsigned value, int flags)
{
    return made(CALLS_REAL(eventfd)(value, flags));
}

int epoll_create(int size)
{
    return made(CALLS_REAL(epoll_create)(size));
}

int epoll_create1(int flags)
{
    return made(CALLS_REAL(epoll_create1)(flags));
}

int pipe2(int ends[2], int flags)
{
    int error = CALLS_REAL(pipe2)(ends, flags);
    if (!error)
        made(ends[0]), made(ends[1]);
    return error;
}

int pipe(int ends[2])
{
    return pipe2(ends, 0);
}

int socketpair(int domain, int type, int protocol, int ends[2])
{
    int error = CALLS_REAL(socketpair)(domain, type, protocol, ends);
    if (!error)
        made(ends[0]), made(ends[1]);
    return error;
}

int timerfd_create(clockid_t clock, int flags)
{
    int descriptor;
    if (!runtime.on)
        return CALLS_REAL(timerfd_create)(clock, flags);
    descriptor = made(CALLS_REAL(eventfd)(0, (flags & TFD_NONBLOCK ? EFD_NONBLOCK : 0) | EFD_CLOEXEC));
    if (!is_known(descriptor))
        return descriptor;
    descriptors[descriptor].timer = true;
    descriptors[descriptor].clock = clock;
    descriptors[descriptor].deadline = RUNTIME_NEVER;
    timers++;
    return descriptor;
}

int timerfd_settime(int descriptor, int flags, const struct itimerspec *next, struct itimerspec *before)
{
    int64_t ns;
    uint64_t old;
    if (!runtime.on || !is_known(descriptor) || !descriptors[descriptor].timer)
        return CALLS_REAL(timerfd_settime)(descriptor, flags, next, before);
    CALLS_BEGIN("timerfd_settime", NULL);
    ns = calls_ns(&next->it_value);
    descriptors[descriptor].interval_ns = calls_ns(&next->it_interval);
    descriptors[descriptor].deadline = ns == 0 ? RUNTIME_NEVER
                                       : flags & TFD_TIMER_ABSTIME
                                           ? calls_deadline(descriptors[descriptor].clock, &next->it_value)
                                           : calls_after(ns);
    if (before)
        *before = (struct itimerspec){0};
    if (fcntl(descriptor, F_GETFL) & O_NONBLOCK || CALLS_REAL(poll)(&(struct pollfd){descriptor, POLLIN, 0}, 1, 0) == 1)
        (void)!CALLS_REAL(read)(descriptor, &old, sizeof old); /* what has expired is forgotten */
    wrote();
    return 0;
}
