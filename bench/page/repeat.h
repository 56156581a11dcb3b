/* repeat.h - the command that measures a part of a result again. */
#ifndef PAGE_REPEAT_H
#define PAGE_REPEAT_H

#include <jansson.h>
#include <stdbool.h>

/* "poolbench run -p ring,mutex -w cpu:size=1us -t 1,2": of the configurations that were asked for under that
 * workload, with what is not the default; of all, where spec is NULL. Owner: the caller (free). Ends the program when
 * out of memory. */
char *repeat_command(const json_t *result, const char *spec);

/* The command by which the whole was made, as a shell takes it; its file (-o), which another try would replace, only
 * where that is wanted. Owner: as above. */
char *repeat_whole(const json_t *result, bool output);

#endif
