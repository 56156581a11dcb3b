/* file_sum.h - what a file holds, to be known again: a build that runs meanwhile writes another. */
#ifndef FILE_SUM_H
#define FILE_SUM_H

#include <stdbool.h>

enum { FILE_SUM = 65 };

/* SHA-256 of a file, in hexadecimal digits. Returns 0 or -errno. Threads: any. */
int file_sum(const char *path, char sum[FILE_SUM]);

/* Whether it can no longer be read, or holds something else. */
bool file_sum_differs(const char *path, const char sum[FILE_SUM]);

#endif
