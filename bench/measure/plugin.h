/* plugin.h - pools and workloads that others bring, as shared objects.
 *
 * A plug-in exports the same versioned tables that our own pools and workloads
 * fill in (POOL_PLUGIN in pool.h, WORKLOAD_PLUGIN in workload.h). It is loaded
 * first in a process of its own, so that one that crashes, exits or hangs while
 * loading is an error message here; then here, for good. */
#ifndef PLUGIN_H
#define PLUGIN_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#include "pools/core/pool.h"
#include "workloads/core/why.h"

/* Loads FILE.so and adds its pools and workloads to those that there are.
 * Returns 0, or -EINVAL with one line in `why` that names the file and what is
 * wrong. Threads: before others are started. */
int plugin_load(const char *path, char *why, size_t size);

/* The adapters of pools that others wrote, which `make peers` has built. Returns
 * as plugin_load; -ENOENT, with what to do in `why`, when there are none. */
int plugin_load_peers(char *why, size_t size);

/* The files that were loaded, as absolute paths, 0.. to the count; and loading one of them in
 * another process, where it is not tried before: returns as plugin_load. */
int plugin_count(void);
const char *plugin_path(int index);
int plugin_load_again(const char *path, char *why, size_t size);

/* The first of them that no longer holds what it held when it was loaded; NULL: none. Reads them all. */
const char *plugin_changed(void);

/* The files that were loaded, as JSON; and loading them again, in the
 * process of a round. The JSON's owner is the caller. */
json_t *plugin_files(void);
int plugin_load_files(const json_t *files);

/* Parts of it, for those who load plug-ins otherwise (sides.h). Try: calls `load` in a
 * process of its own, and says in `why` what came of it. Load here: calls it in the process that the user talks to:
 * whatever the library does with signals, those that end this program, or tell of its children, stay its
 * own, and what it prints goes to stderr. Complete: a copy of a pool's table
 * in which nothing is missing; its owner is the caller. All return 0 or -EINVAL. */
typedef int plugin_load_fn(const char *path, struct why why);
int plugin_try(const char *path, plugin_load_fn *load, struct why why);
int plugin_load_here(const char *path, plugin_load_fn *load, struct why why);
int plugin_complete(const struct pool_ops *theirs, const char *path, struct why why, struct pool_ops **out);

/* Whether a batch is single submits, because the pool has none of its own: between them it cannot count who submits. */
bool plugin_batch_is_loop(const struct pool_ops *ops);

#endif
