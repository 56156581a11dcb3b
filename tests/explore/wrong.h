/* wrong.h - scenarios that are wrong in one way each; hooked_heap.c. */
#ifndef WRONG_H
#define WRONG_H

#include <stdint.h>

void wrong_after_free(void *arg);
void wrong_beyond(void *arg);
void wrong_free(void *arg);
void wrong_leak(void *arg);
void wrong_cache(void *arg);   /* right */
void wrong_nothing(void *arg); /* right */
void wrong_long(void *arg);    /* right */
void wrong_spin(void *arg);
void wrong_livelock(void *arg);

#endif
