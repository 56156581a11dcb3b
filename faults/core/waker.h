/* waker.h - what may wake a thread of this process though every thread is asleep: a timer
 * that is armed, whose signal's handler posts a semaphore; a descriptor that sends a
 * signal when there is something to read; a ring of the kernel's. */
#ifndef WAKER_H
#define WAKER_H

enum waker { WAKER_NONE, WAKER_TIMER, WAKER_ALARM, WAKER_DESCRIPTOR, WAKER_RING };

/* The first that there is in this process. Threads: any. Takes no lock and no memory. */
enum waker waker_find(void);

/* "a timer of timer_create is armed". Of any number. */
const char *waker_name(int waker);

#endif
