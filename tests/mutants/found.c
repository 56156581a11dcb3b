/* found.c - that `poolbench explore` finds what it is for: each mutant, within a number of
 * schedules. The schedules are those of seed 1, so that this passes always or never.
 *
 *     found                     every mutant, the seed draws all: ends with 1 if one is not found, or its schedule
 *                               fails without it, too
 *     found --part K N          every N-th of them, from the K-th (1..N): for N that run at once
 *     found --table SECONDS     how soon each strategy finds it, as a table; SECONDS each
 *     found NAME                one, told as `poolbench explore` does */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench/commands/stack.h"
#include "bench/explore/command.h"
#include "bench/json/must.h"
#include "bench/machine/machine.h"
#include "pools/core/topology.h"
#include "tests/mutants/mutants.h"

enum { WITHIN = 20000 };

volatile sig_atomic_t command_stop;
bool command_moves;

/* The mutant that is switched on. No part of what each schedule begins with. */
static int on = -1;

int mutant_on(int number);
int mutant_on(int number)
{
    return number == on;
}

static void options_of(const struct mutant *mutant, struct command_options *options)
{
    *options = (struct command_options){.seed = 1, .pool_count = 1, .brief = true};
    options->pools[0] = pool_find(mutant->pool);
    options->memory = mutant->c11 ? COMMAND_C11 : COMMAND_DRAWN;
    options->freeze = mutant->freeze;
    options->scenario = mutant->scenario ? scenario_find(mutant->scenario) : NULL;
}

static int hunt(int number, const struct command_options *options, struct command_finding *finding)
{
    int error;
    on = number;
    error = command_hunt(finding, options, options->pools[0]);
    on = -1;
    if (error)
        fprintf(stderr, "found: %s: %s\n", number < 0 ? "without a bug" : mutants[number].name, strerror(-error));
    return error;
}

static const char *kind_of(const struct command_finding *finding)
{
    return !finding->found                           ? "nothing"
           : finding->verdict.kind == EXPLORE_FAILED ? ledger_promise_name(finding->promise)
                                                     : explore_kind_name(finding->verdict.kind);
}

/* The schedule in which a mutant was found, without the bug: where it fails, too, it says nothing of the mutant.
 * Returns 1 if so, after a line of it. */
static int fails_without(int number, const struct command_options *options, uint64_t k)
{
    static struct command_finding finding;
    struct command_options same = *options;
    int fails;
    same.replay = true;
    same.replay_k = k;
    if (hunt(-1, &same, &finding))
        return 1;
    fails = finding.found || finding.cannot;
    if (fails)
        printf("mutant %s: schedule %llu of %s fails without it, too: %s\n", mutants[number].name,
               (unsigned long long)k, mutants[number].pool, finding.verdict.words);
    command_finding_free(&finding);
    return fails;
}

/* Every `step`-th, each within its number of schedules. */
static int find_all(int first, int step)
{
    static struct command_finding finding;
    struct command_options options;
    int missed = 0, found = 0, wrong = 0;
    for (int i = first; i < mutant_count; i += step) {
        if (!*mutants[i].name)
            continue;
        options_of(&mutants[i], &options);
        options.schedules = (uint64_t)(mutants[i].within ? mutants[i].within : WITHIN);
        if (hunt(i, &options, &finding))
            return 1;
        found += finding.found;
        wrong += finding.found && fails_without(i, &options, finding.k);
        if (!finding.found) {
            missed++;
            printf("mutant %s (%s: %s) is not found within %llu schedules%s%s\n", mutants[i].name, mutants[i].pool,
                   mutants[i].what, (unsigned long long)options.schedules, finding.cannot ? ": " : "",
                   finding.cannot ? finding.verdict.words : "");
        } else if (getenv("V")) {
            printf("%-26s %-9s %7llu  %.2f s  %s: %s\n", mutants[i].name, mutants[i].pool,
                   (unsigned long long)finding.k, finding.seconds, finding.plan.scenario->name, kind_of(&finding));
        }
        fflush(stdout);
        command_finding_free(&finding);
    }
    printf("explore: %d mutants found, %d missed\n", found, missed);
    return missed || wrong ? 1 : 0;
}

static int find_part(int part, int parts)
{
    if (part < 1 || part > parts)
        return fprintf(stderr, "found: --part K N: K is from 1 to N\n"), 2;
    return find_all(part - 1, parts);
}

static void print_cell(const struct command_finding *finding)
{
    if (finding->found)
        printf(" %llu (%.2f s) |", (unsigned long long)finding->k, finding->seconds);
    else
        printf(" nothing in %llu |", (unsigned long long)finding->counts.schedules);
}

struct stress {
    unsigned long long runs;
    double seconds;
    char words[256]; /* of what was seen, or "nothing" */
};

/* $STRESS: a program that runs the same scenarios on threads, explore_stress. number: of the mutant, or -1: the pool
 * as it is. Returns whether it has told. */
static bool ask_stress(const char *pool, int number, double seconds, struct stress *seen)
{
    char command[4096], line[512];
    bool told;
    FILE *pipe;
    snprintf(command, sizeof command, "MUTANT=%d timeout %d %s %s %g 2>/dev/null", number, (int)seconds + 5,
             getenv("STRESS"), pool, seconds);
    pipe = popen(command, "r");
    if (!pipe)
        return false;
    told = fgets(line, sizeof line, pipe) &&
           sscanf(line, "%llu %lf %255[^\n]", &seen->runs, &seen->seconds, seen->words) == 3;
    pclose(pipe);
    return told;
}

static void print_stress(const struct mutant *mutant, int number, double seconds)
{
    struct stress seen;
    if (!getenv("STRESS") || mutant->c11 || mutant->freeze || !ask_stress(mutant->pool, number, seconds, &seen))
        printf(" - |");
    else if (!strcmp(seen.words, "nothing"))
        printf(" nothing in %llu |", seen.runs);
    else
        printf(" %llu (%.2f s) |", seen.runs, seen.seconds);
}

/* A stress that accuses the pool as it is would find every mutant. Returns whether it accuses none. */
static bool stress_is_fair(double seconds)
{
    struct stress seen;
    for (int i = 0; getenv("STRESS") && i < pool_count(); i++) {
        const char *pool = pool_at(i)->name;
        if (!ask_stress(pool, -1, seconds, &seen))
            return fprintf(stderr, "%s tells nothing of %s\n", getenv("STRESS"), pool), false;
        if (strcmp(seen.words, "nothing"))
            return fprintf(stderr, "the stress accuses %s as it is, in run %llu: %s\n", pool, seen.runs, seen.words),
                   false;
    }
    return true;
}

static int print_table(double seconds)
{
    static const enum explore_strategy strategies[] = {EXPLORE_PCT, EXPLORE_POS, EXPLORE_RANDOM, EXPLORE_MIX};
    static struct command_finding finding;
    char machine[512];
    if (!stress_is_fair(seconds))
        return 1;
    printf("| mutant | pool | seen as | stress, %g s | pct | pos | random | mix |\n|---|---|---|---|---|---|---|---|\n",
           seconds);
    for (int i = 0; i < mutant_count; i++) {
        if (!*mutants[i].name)
            continue;
        printf("| %s: %s%s | %s |", mutants[i].name, mutants[i].what, mutants[i].c11 ? " (c11)" : "", mutants[i].pool);
        for (int s = -1; s < 4; s++) {
            struct command_options options;
            options_of(&mutants[i], &options);
            options.strategy = strategies[s < 0 ? 3 : s];
            options.seconds_ns = (int64_t)(seconds * 1e9);
            if (hunt(i, &options, &finding))
                return 1;
            if (s < 0) {
                printf(" %s |", kind_of(&finding));
                print_stress(&mutants[i], i, seconds);
            } else {
                print_cell(&finding);
            }
            command_finding_free(&finding);
        }
        printf("\n");
        fflush(stdout);
    }
    printf("\nMeasured on %s; poolbench %s, make prove-explore EXPLORE_SECONDS=%g\n",
           machine_text(machine, sizeof machine), machine_revision, seconds);
    return 0;
}

static int tell(const char *name)
{
    static struct command_finding finding;
    struct command_options options;
    for (int i = 0; i < mutant_count; i++) {
        if (strcmp(mutants[i].name, name))
            continue;
        options_of(&mutants[i], &options);
        options.brief = getenv("BRIEF") != NULL;
        options.schedules = 1000000;
        if (hunt(i, &options, &finding))
            return 1;
        on = i;
        command_report(&finding, &options, stdout);
        return finding.found ? 0 : 1;
    }
    fprintf(stderr, "found: no mutant \"%s\"\n", name);
    return 2;
}

static __attribute__((noinline)) int begin(int argc, char **argv)
{
    struct topology found;
    must_begin();
    topology_read(&found); /* once, and in no schedule: one of the scenarios binds workers to CPUs */
    if (explore_open(COMMAND_THREADS, NULL))
        return fprintf(stderr, "found: cannot explore here\n"), 3;
    if (argc > 2 && !strcmp(argv[1], "--table"))
        return print_table(atof(argv[2]));
    if (argc > 3 && !strcmp(argv[1], "--part"))
        return find_part(atoi(argv[2]), atoi(argv[3]));
    return argc > 1 ? tell(argv[1]) : find_all(0, 1);
}

int main(int argc, char **argv)
{
    explore_fix_addresses(argv);
    return stack_open() ? begin(argc, argv) : 3;
}
