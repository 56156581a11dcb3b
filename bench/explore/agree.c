/* agree.c - whether the options of `poolbench explore` go together, and of which pools they are. */
#include <errno.h>

#include "bench/explore/command.h"
#include "workloads/core/why.h"

/* What cannot be asked for together, or of nobody here. */
static int agree(const struct command_options *options, struct why why)
{
    if (options->lines &&
        (options->replay || options->freeze || options->scenario || options->memory || options->go_on ||
         options->seconds_ns || options->schedules || options->strategy != EXPLORE_MIX || options->seed_given))
        return why_wrong(why, "--lines: goes with -p, --plugin, -t, --jobs, --format, -v and -o only");
    if (options->jobs && !options->lines)
        return why_wrong(why, "--jobs: is for --lines; scenarios draw their jobs, 1 to 4 for each producer");
    if (options->lines && options->format == COMMAND_JUNIT)
        return why_wrong(why, "--format \"junit\": goes without --lines, which judges nothing");
    if (options->worker_count && !options->lines)
        return why_wrong(why, "-t: is for --lines; scenarios draw their workers, 1 to 3");
    if (options->replay && options->pool_count != 1)
        return why_wrong(why, "--replay: wants the one pool that it is of (-p POOL, as it was printed)");
    if (options->replay && options->seed_given)
        return why_wrong(why, "--seed: goes without --replay, which names the seed (--replay SEED:K)");
    if (options->replay && (options->seconds_ns || options->schedules))
        return why_wrong(why, "--replay: is one schedule; it goes without --seconds and --schedules");
    if (options->replay && options->go_on)
        return why_wrong(why, "--replay: is one schedule; --go-on counts many");
    if (options->scenario && options->scenario->freezes != options->freeze)
        return why_wrong(why, "--scenario \"%s\": goes %s --freeze", options->scenario->name,
                         options->freeze ? "without" : "with");
    return 0;
}

/* Of all that there are, or of the plug-ins'; with --freeze those that promise it. */
static int take_pools(struct command_options *options, struct why why)
{
    bool named = options->pool_count > 0;
    for (int i = 0; !named && i < pool_count() && options->pool_count < COMMAND_POOLS_MAX; i++)
        if (!options->foreign || pool_is_added(pool_at(i)))
            options->pools[options->pool_count++] = pool_at(i);
    if (!options->pool_count)
        return why_wrong(why, "explore: the plug-in brings no pool (see: poolbench explore --help)");
    return 0;
}

static int choose_freezable(struct command_options *options, bool named, struct why why)
{
    int kept = 0;
    for (int i = 0; i < options->pool_count; i++) {
        if (options->pools[i]->can & POOL_LOCK_FREE)
            options->pools[kept++] = options->pools[i];
        else if (named)
            return why_wrong(why,
                             "--freeze: %s does not say that it is lock-free (POOL_LOCK_FREE): others may wait for a "
                             "thread that stands still",
                             options->pools[i]->name);
    }
    options->pool_count = kept;
    return kept ? 0 : why_wrong(why, "--freeze: none of these pools says that it is lock-free (POOL_LOCK_FREE)");
}

int command_agree(struct command_options *options, bool named, struct why why)
{
    if (take_pools(options, why) || agree(options, why))
        return -EINVAL;
    return options->freeze ? choose_freezable(options, named, why) : 0;
}
