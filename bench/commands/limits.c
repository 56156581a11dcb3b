/* limits.c - see limits.h: the table, the matrix of pairs, and the file, whose heat map is
 * figures_limits.h's. */
#include "bench/commands/limits.h"
#include "bench/commands/before.h"

#include <errno.h>
#include <math.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include "bench/figures/figures.h"
#include "bench/json/must.h"
#include "bench/machine/interrupts.h"
#include "bench/machine/limits.h"
#include "bench/machine/machine.h"
#include "bench/results/result.h"
#include "bench/results/save.h"
#include "bench/show/grid.h"
#include "bench/show/progress.h"
#include "bench/show/terminal.h"
#include "pools/core/topology.h"
#include "workloads/core/units.h"

enum { ROUNDS = 25, PAIR_ROUNDS = 9, CPUS_MAX = TOPOLOGY_CPUS_MAX, PAIRS_SHOWN = 16, LIMITS_FORMAT = 1 };

struct found {
    int cpus[CPUS_MAX], count;
    double samples[LIMITS][ROUNDS];
    struct stats_median limits[LIMITS]; /* count 0: not measured */
    struct stats_median *pairs;         /* [count * count], of a < b */
    json_t *machine;                    /* from before: measuring leaves this thread on one CPU */
};

static volatile sig_atomic_t stopped;
static bool refused; /* threads, by the machine */

static void on_stop(int number)
{
    (void)number;
    stopped = 1;
}

static struct stats_median *pair(struct found *found, int a, int b)
{
    return &found->pairs[a < b ? a * found->count + b : b * found->count + a];
}

/* All limits in turn, again and again. */
static void measure_limits(struct found *found)
{
    int counts[LIMITS] = {0};
    for (int round = 0; round < ROUNDS && !stopped && !refused; round++) {
        progress_tell("limits", round, ROUNDS, NAN);
        for (int i = 0; i < LIMITS; i++) {
            double ns = limit_measure((enum limit)i, found->cpus, found->count);
            if (isfinite(ns))
                found->samples[i][counts[i]++] = ns;
            else if (found->count > 1)
                refused = true;
        }
    }
    for (int i = 0; i < LIMITS; i++)
        if (counts[i])
            found->limits[i] = stats_median(found->samples[i], counts[i]);
}

static void measure_pairs(struct found *found)
{
    int pairs = found->count * (found->count - 1) / 2, at = 0;
    for (int a = 0; a < found->count; a++) {
        for (int b = a + 1; b < found->count && !stopped && !refused; b++) {
            int two[] = {found->cpus[a], found->cpus[b]};
            double samples[PAIR_ROUNDS];
            progress_tell("pairs of CPUs", at++, pairs, NAN);
            for (int i = 0; i < PAIR_ROUNDS; i++) {
                samples[i] = limit_measure(LIMIT_LINE, two, 2);
                refused = refused || !isfinite(samples[i]);
            }
            *pair(found, a, b) = stats_median(samples, PAIR_ROUNDS);
        }
    }
}

/* Printing. */

static const char *spread(const struct stats_median *m, char *text, size_t size)
{
    char low[32], high[32];
    snprintf(text, size, "%s .. %s", units_time_text(m->low, low, sizeof low),
             units_time_text(m->high, high, sizeof high));
    return text;
}

static void print_limits(const struct found *found)
{
    struct grid grid;
    grid_begin(&grid);
    grid_column(&grid, "limit", "", GRID_LEFT, 0);
    grid_column(&grid, "median", "", GRID_RIGHT, 0);
    grid_column(&grid, "95% interval", "", GRID_RIGHT, 0);
    for (int i = 0; i < LIMITS; i++) {
        const struct stats_median *m = &found->limits[i];
        char time[32], interval[80];
        grid_row(&grid);
        grid_cell(&grid, "%s", limit_name((enum limit)i));
        grid_cell(&grid, "%s", m->count ? units_time_text(m->median, time, sizeof time) : "-");
        grid_cell(&grid, "%s", m->count ? spread(m, interval, sizeof interval) : "-");
        grid_note(&grid, "%s%s", limit_what((enum limit)i), m->count ? "" : " (needs two CPUs)");
    }
    grid_print(&grid, stdout, terminal_width(stdout), terminal_colour(stdout));
    grid_end(&grid);
}

/* A row and a column for each of the first CPUs, as many as have room. */
static void print_pairs(struct found *found)
{
    enum { HEAD = 6, CELL = 9 };
    int room = (terminal_width(stdout) - HEAD) / CELL, most = room < PAIRS_SHOWN ? room : PAIRS_SHOWN;
    int shown = found->count < most ? found->count : most;
    printf("\ncache line, CPU to CPU and back");
    if (shown < found->count)
        printf(" (the first %d CPUs; all are in the file)", shown);
    printf("\n%*s", HEAD, "");
    for (int b = 0; b < shown; b++)
        printf("  %7d", found->cpus[b]);
    for (int a = 0; a < shown; a++) {
        printf("\n%*d", HEAD, found->cpus[a]);
        for (int b = 0; b < shown; b++) {
            char time[32];
            printf("  %7s", a == b ? "." : units_time_text(pair(found, a, b)->median, time, sizeof time));
        }
    }
    putchar('\n');
}

static void print_table(struct found *found)
{
    print_limits(found);
    if (found->count > 1)
        print_pairs(found);
    terminal_print(stdout, 2, "\nmedians of %d epochs (pairs: %d) of about a millisecond, all limits in turn", ROUNDS,
                   PAIR_ROUNDS);
}

static json_t *median_json(const struct stats_median *m)
{
    return must_pack("{s:f, s:f, s:f, s:i}", "median_ns", m->median, "low_ns", m->low, "high_ns", m->high, "epochs",
                     m->count);
}

static json_t *found_json(struct found *found)
{
    json_t *limits = json_object(), *pairs = json_array();
    for (int i = 0; i < LIMITS; i++)
        json_object_set_new(limits, limit_name((enum limit)i),
                            found->limits[i].count ? median_json(&found->limits[i]) : json_null());
    for (int a = 0; a < found->count; a++) {
        for (int b = a + 1; b < found->count; b++) {
            json_t *one = median_json(pair(found, a, b));
            json_object_set_new(one, "cpus", must_pack("[i, i]", found->cpus[a], found->cpus[b]));
            json_array_append_new(pairs, one);
        }
    }
    return must_pack("{s:s, s:i, s:o, s:o, s:o, s:o}", "program", "poolbench", "limits_format", LIMITS_FORMAT,
                     "machine", json_incref(found->machine), "build", machine_build_json(), "limits", limits, "lines",
                     pairs);
}

static int keep(struct found *found, const struct options *options)
{
    char folder[4096];
    size_t length = strlen(options->out);
    json_t *document = found_json(found);
    int error = save_document(document, options->out, true);
    if (error) {
        json_decref(document);
        return fprintf(stderr, "poolbench: could not write %s: %s\n", options->out, strerror(-error)), EXIT_UNWRITTEN;
    }
    fprintf(stderr, "saved    %s\n", options->out);
    snprintf(folder, sizeof folder, "%.*s",
             (int)(length > 5 && !strcmp(options->out + length - 5, ".json") ? length - 5 : length), options->out);
    if (!strcmp(folder, options->out))
        snprintf(folder, sizeof folder, "%s-figures", options->out);
    if (options->no_figures || found->count < 2)
        return json_decref(document), EXIT_GOOD;
    error = figures_give(document, folder, NULL, stderr);
    json_decref(document);
    if (!error)
        fprintf(stderr, "figure   %s/limits.svg, .png\n", folder);
    return !error || error == -ENOENT ? EXIT_GOOD : EXIT_UNWRITTEN; /* without gnuplot there is none to fail */
}

static void found_free(struct found *found)
{
    free(found->pairs);
    json_decref(found->machine);
}

int limits_command(const struct options *options)
{
    static struct found found;
    char why[256] = "";
    int error = topology_place("core", found.cpus, CPUS_MAX, &found.count, why, sizeof why), status = EXIT_GOOD;
    if (error || !found.count)
        return fprintf(stderr, "poolbench: cannot tell which CPUs there are: %s\n", *why ? why : strerror(-error)),
               EXIT_CANNOT;
    status = before_clocks();
    if (status != EXIT_GOOD)
        return status;
    found.pairs = calloc((size_t)found.count * (size_t)found.count, sizeof *found.pairs);
    if (!found.pairs)
        return fprintf(stderr, "poolbench: out of memory\n"), EXIT_CANNOT;
    found.machine = machine_json();
    interrupts_take(on_stop);
    progress_begin("step");
    measure_limits(&found);
    measure_pairs(&found);
    progress_end();
    interrupts_leave();
    if (stopped)
        return fprintf(stderr, "poolbench: interrupted: no limits\n"), found_free(&found), EXIT_INTERRUPTED;
    if (refused)
        return fprintf(stderr, "poolbench: cannot measure the limits: no more threads (ulimit -u, pids.max of a "
                               "container, or no memory for a stack)\n"),
               found_free(&found), EXIT_CANNOT;
    if (options->format == OPTIONS_JSON) {
        json_t *document = found_json(&found);
        save_print(document, stdout);
        json_decref(document);
    } else {
        print_table(&found);
    }
    if (options->out && status == EXIT_GOOD)
        status = keep(&found, options);
    found_free(&found);
    return status;
}
