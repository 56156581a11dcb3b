/* confine.h - the bounds of a cell: whatever it does harms nobody else.
 *
 * What it prints ends in a file in memory that cannot grow; it starts no processes, and dies
 * with its judge. A pool may need much of what is only a name: address space that it
 * reserves, a file in memory that it maps. So the bound of memory is what it uses, and the
 * judge looks at it; only our own pools have a bound of address space, too. */
#ifndef CONFINE_H
#define CONFINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#define CONFINE_MEMORY_MAX (INT64_C(4) << 30)

/* A file for what a cell prints; what is beyond its end is lost (EPERM). Returns its
 * descriptor, or -1 with errno. Text: its beginning, ended by a zero. */
int confine_output(void);
void confine_text(int file, char *text, size_t size);

/* In the child: its streams, signals, limits. Ends it where its judge is dead. */
void confine(int output, pid_t judge);

/* In the child: no more than CONFINE_MEMORY_MAX of address space. */
void confine_space(void);

/* From here on this process has threads, but no children. all_threads: those, too, that are
 * there already. */
void confine_processes(bool all_threads);

/* The bytes that a process has in memory; 0: it is gone. */
int64_t confine_memory(pid_t process);

#endif
