/* sibling_options.h - the command lines of the programs beside this one (sibling.h), poolbench-check and
 * poolbench-explore: how they are read, and what their options have in common.
 *
 * Every call that can fail returns 0, or -EINVAL with one line in `why` that says what was wrong and what is
 * allowed. Texts stay the caller's. Threads: one at a time, as getopt_long. */
#ifndef SIBLING_OPTIONS_H
#define SIBLING_OPTIONS_H

#include <getopt.h>

#include "pools/core/pool.h"
#include "workloads/core/why.h"

/* Takes one option by getopt's letter. */
typedef int sibling_set_fn(void *context, int letter, const char *value, struct why why);

struct sibling_options {
    const char *command;        /* "check" */
    const char *shorts;         /* getopt's, from ':' on */
    const struct option *longs; /* ends with a zero */
    sibling_set_fn *early;      /* of all options before `set` is called: what brings names that others may give */
    sibling_set_fn *set;
    void *context;
};

/* Reads argv, of which argv[0] is the command; plain words are none. */
int sibling_options_read(const struct sibling_options *options, int argc, char **argv, struct why why);

/* Calls `add` for each name of a list by comma; none at all is an error. */
typedef int sibling_add_fn(void *context, const char *name, struct why why);
int sibling_options_each(const char *list, const char *option, sibling_add_fn *add, void *context, struct why why);

/* Which of the names it is (NULL ends them): its index in *choice. */
int sibling_options_choice(int *choice, const char *text, const char *option, const char *const *names, struct why why);

/* Appends the pool of that name to pools[*count], which has room for all that there are. Each once. */
int sibling_options_pool(const struct pool_ops **pools, int *count, const char *name, struct why why);

/* -o: a file ending in .json that could be written later; *out is the text. */
int sibling_options_out(const char **out, const char *text, struct why why);

/* Appends " --plugin FILE", as for a shell, to what was loaded. Returns 0, or -ENOSPC where it has no room: then
 * nothing is appended. */
int sibling_options_loaded(char *loaded, size_t size, const char *path);

#endif
