/* task.h - what the kernel says of one thread of a process: small files of text in its folder
 * below /proc/PID/task, see proc(5). Threads: any. */
#ifndef TASK_H
#define TASK_H

#include <dirent.h>
#include <stdbool.h>
#include <stddef.h>

/* Reads `name` in the folder of a thread: its number, below the open folder `tasks`; or a path from
 * the root, whatever that is. Ended by a zero. False: the thread is gone, or hidden. */
bool task_read(int tasks, const char *thread, const char *name, char *text, size_t size);

/* Whether the text of "stat", as in "PID (NAME) STATE ...", says that it sleeps. */
bool task_sleeps(const char *stat);

/* The name of the next thread of this process in an open /proc/self/task, the calling one left
 * out; NULL: there is none, or `tasks` is NULL. Valid until the next call. */
const char *task_next_other(DIR *tasks);

#endif
