/* refusal.h - what the machine, not the pool, refused: threads, memory, descriptors. */
#ifndef REFUSAL_H
#define REFUSAL_H

#include <stdbool.h>
#include <stddef.h>

/* Whether a pool of that many workers may have been told so by the machine: an errno of
 * that kind, and asked for as much again, the machine refuses it now, too. */
bool refusal_is_real(int error, int workers);

/* "no more memory (ulimit -v, the memory of a container)". Returns text. */
char *refusal_text(int error, char *text, size_t size);

#endif
