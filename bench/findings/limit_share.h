/* limit_share.h - the overhead of a job as a multiple of what binds it on this machine,
 * round by round: what moves both, as a host that moves CPUs about, falls out. */
#ifndef LIMIT_SHARE_H
#define LIMIT_SHARE_H

#include <jansson.h>

/* Adds "of_limit" to the summary of each configuration of a summarised result
 * (results/README.md). A wake-up binds where most jobs need one, else a cache line's
 * way to another CPU and back. */
void limit_share_add(json_t *result);

#endif
