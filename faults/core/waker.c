/* waker.c - see waker.h. */
#include "faults/core/waker.h"

#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

enum { TIMERS_MAX = 1024, DESCRIPTORS_MAX = 4096 };

static bool alarm_is_set(void)
{
    struct itimerval left = {0};
    return !getitimer(ITIMER_REAL, &left) && (left.it_value.tv_sec || left.it_value.tv_usec);
}

/* By the kernel's number. */
static bool timer_is_armed(int number)
{
    struct itimerspec left = {0};
    return !syscall(SYS_timer_gettime, number, &left) && (left.it_value.tv_sec || left.it_value.tv_nsec);
}

/* /proc/self/timers has the numbers, in lines "ID: 3"; where it is not, the first ones. */
static bool any_timer_is_armed(void)
{
    char text[8192];
    int file = open("/proc/self/timers", O_RDONLY | O_CLOEXEC);
    ssize_t length = file < 0 ? -1 : read(file, text, sizeof text - 1);
    if (file >= 0)
        close(file);
    if (length < 0) {
        for (int number = 0; number < TIMERS_MAX; number++)
            if (timer_is_armed(number))
                return true;
        return false;
    }
    text[length] = '\0';
    for (const char *at = text; (at = strstr(at, "ID: ")); at++)
        if (timer_is_armed(atoi(at + 4)))
            return true;
    return length == sizeof text - 1; /* there are more than can be read */
}

static enum waker look_at_descriptors(void)
{
    for (int number = 0; number < DESCRIPTORS_MAX; number++) {
        char path[48], target[32];
        ssize_t length;
        int flags = fcntl(number, F_GETFL);
        if (flags < 0)
            continue;
        if (flags & O_ASYNC)
            return WAKER_DESCRIPTOR;
        snprintf(path, sizeof path, "/proc/self/fd/%d", number);
        length = readlink(path, target, sizeof target - 1);
        target[length > 0 ? length : 0] = '\0';
        if (strstr(target, "io_uring"))
            return WAKER_RING;
    }
    return WAKER_NONE;
}

enum waker waker_find(void)
{
    return alarm_is_set() ? WAKER_ALARM : any_timer_is_armed() ? WAKER_TIMER : look_at_descriptors();
}

const char *waker_name(int waker)
{
    switch (waker) {
    case WAKER_TIMER:
        return "a timer of timer_create is armed";
    case WAKER_ALARM:
        return "an alarm of setitimer is set";
    case WAKER_DESCRIPTOR:
        return "a descriptor sends a signal when there is something to read";
    case WAKER_RING:
        return "a ring of io_uring is open";
    default:
        return "nothing";
    }
}
