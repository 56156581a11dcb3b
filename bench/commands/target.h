/* target.h - where a run's result goes: a name that is free, and the folder of its
 * figures beside it. */
#ifndef TARGET_H
#define TARGET_H

#include "bench/commands/options.h"

struct target {
    bool given;      /* -o: replaces a file of that name */
    bool saved;      /* the file of that name is this run's */
    char stem[4096]; /* of our own names: results/<time>-<workloads> */
    char path[4200];
    char figures[4200]; /* the folder */
};

/* Chooses names, and sees to it that they can be written before time is spent.
 * Returns an exit status, and says on stderr what failed. */
int target_choose(const struct options *options, struct target *target);

/* Writes under its name, or the next free one: never over another run's; when called
 * again, over what it wrote. Returns an exit status, as above. */
int target_save(struct target *target, const json_t *result);

#endif
