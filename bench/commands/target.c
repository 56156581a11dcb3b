/* target.c - see target.h. */
#include "bench/commands/target.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "bench/commands/refuse.h"
#include "bench/results/result.h"
#include "bench/results/save.h"

enum { NAMES_MAX = 1000 }; /* runs of one second that get names of their own */

/* Figures lie in a folder that is called as the file, without its ending. */
static void set_figures(struct target *target)
{
    size_t length = strlen(target->path), ending = strlen(".json");
    if (length > ending && !strcmp(target->path + length - ending, ".json"))
        snprintf(target->figures, sizeof target->figures, "%.*s", (int)(length - ending), target->path);
    else
        snprintf(target->figures, sizeof target->figures, "%s-figures", target->path);
}

/* The name that the n-th run of one second gets. */
static void set_number(struct target *target, int n)
{
    char number[16] = "";
    if (n > 1)
        snprintf(number, sizeof number, "-%d", n);
    snprintf(target->path, sizeof target->path, "%s%s.json", target->stem, number);
    set_figures(target);
}

int target_choose(const struct options *options, struct target *target)
{
    char date[32], names[64] = "";
    time_t now = time(NULL);
    struct tm utc;
    *target = (struct target){.given = options->out != NULL};
    if (target->given) {
        snprintf(target->path, sizeof target->path, "%s", options->out);
        set_figures(target);
        return EXIT_GOOD;
    }
    if ((mkdir("results", 0755) && errno != EEXIST) || access("results", W_OK | X_OK))
        return refuse("cannot write to a folder results here: %s (choose a file with -o)", strerror(errno));
    strftime(date, sizeof date, "%Y-%m-%dT%H-%M-%SZ", gmtime_r(&now, &utc));
    if (!options->workload_count)
        strcpy(names, "-suite");
    for (int i = 0; i < options->workload_count; i++)
        if (!strstr(names, options->workloads[i].ops->name) && strlen(names) < 40)
            snprintf(names + strlen(names), sizeof names - strlen(names), "-%s", options->workloads[i].ops->name);
    snprintf(target->stem, sizeof target->stem, "results/%s%s", date, names);
    set_number(target, 1);
    return EXIT_GOOD;
}

int target_save(struct target *target, const json_t *result)
{
    int error = save_document(result, target->path, target->given || target->saved);
    for (int n = 2; error == -EEXIST && n <= NAMES_MAX; n++) {
        set_number(target, n);
        error = save_document(result, target->path, false);
    }
    target->saved = target->saved || !error;
    if (!error)
        return EXIT_GOOD;
    say_line("could not write %s: %s", target->path, strerror(-error));
    return EXIT_UNWRITTEN;
}
