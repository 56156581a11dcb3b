/* read_machine.h - what `poolbench limits` wrote, looked at as a whole before anything is done with it. */
#ifndef READ_MACHINE_H
#define READ_MACHINE_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

enum { READ_MACHINE_CPUS_MAX = 4096 };

/* Whether a document says that it is one. */
bool read_machine_is(const json_t *document);

/* Returns 0; -EINVAL and one line in `why` where it is of another format, or holds what no measurement of limits
 * writes. */
int read_machine_check(const json_t *document, char *why, size_t size);

/* Of a checked document: the CPUs between which there are times, upwards, READ_MACHINE_CPUS_MAX at most. Returns how
 * many. */
int read_machine_cpus(const json_t *document, int cpus[READ_MACHINE_CPUS_MAX]);

#endif
