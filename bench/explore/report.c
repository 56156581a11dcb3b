/* report.c - a finding for people: the verdict in a sentence, the interleaving as a table,
 * who waits for what, and the command that shows it again. */
#include <inttypes.h>
#include <string.h>

#include "bench/explore/command.h"
#include "bench/show/grid.h"
#include "bench/show/terminal.h"
#include "workloads/core/units.h"

enum { LANES_MAX = 4, STEPS_WIDTH = 140, FRAMES = 3 };

static const char *memory_text(const struct command_options *options)
{
    static const char *const names[] = {"sc and tso", "sc", "tso", "c11"};
    return names[options->memory];
}

void command_replay_text(const struct command_finding *finding, const struct command_options *options, char *text,
                         size_t size)
{
    static const char *const memories[] = {"", " --memory sc", " --memory tso", " --memory c11"};
    snprintf(text, size, "poolbench explore%s -p %s --replay %" PRIu64 ":%" PRIu64 ":%04x%s%s%s%s%s", options->loaded,
             finding->ops->name, options->seed, finding->k, command_build(), memories[options->memory],
             options->freeze ? " --freeze" : "", options->scenario ? " --scenario " : "",
             options->scenario ? options->scenario->name : "",
             options->strategy == EXPLORE_POS      ? " --strategy pos"
             : options->strategy == EXPLORE_PCT    ? " --strategy pct"
             : options->strategy == EXPLORE_RANDOM ? " --strategy random"
                                                   : "");
}

static const char *kind_text(const struct command_finding *finding)
{
    return finding->verdict.kind == EXPLORE_FAILED ? ledger_promise_name(finding->promise)
                                                   : explore_kind_name(finding->verdict.kind);
}

/* Where jobs wait while all threads do is the heart of a deadlock. */
static void add_waiting(const struct command_finding *finding, char *text, size_t size)
{
    int waiting = 0, running = 0;
    bool told = finding->verdict.address != NULL; /* by the words */
    if (finding->verdict.kind != EXPLORE_DEADLOCK && finding->verdict.kind != EXPLORE_LIVELOCK)
        return;
    for (const char *line = finding->jobs; *line; line += strcspn(line, "\n"), line += *line == '\n') {
        size_t length = strcspn(line, "\n");
        char copy[256];
        snprintf(copy, sizeof copy, "%.*s", (int)length, line);
        waiting += strstr(copy, "accepted, has not begun") != NULL;
        running += strstr(copy, "accepted, runs") != NULL;
    }
    if (waiting)
        snprintf(text + strlen(text), size - strlen(text), "; %d accepted job%s %s for a worker", waiting,
                 waiting == 1 ? "" : "s", waiting == 1 ? "waits" : "wait");
    else if (!running && !told && finding->verdict.kind == EXPLORE_DEADLOCK)
        snprintf(text + strlen(text), size - strlen(text), "; no job waits: somebody was not told of the end");
}

const char *command_sentence(const struct command_finding *finding, char *text, size_t size)
{
    char count[32];
    if (finding->found) {
        snprintf(text, size, "%s: %s", kind_text(finding), finding->verdict.words);
        add_waiting(finding, text, size);
    } else if (finding->cannot) {
        snprintf(text, size, "%s: %s", explore_kind_name(finding->verdict.kind), finding->verdict.words);
    } else {
        snprintf(text, size, "no failure in %s schedule%s%s",
                 units_count_text((double)command_judged(finding), count, sizeof count),
                 command_judged(finding) == 1 ? "" : "s", finding->interrupted ? "; interrupted" : "");
    }
    return text;
}

/* The table. */

static const char *thread_name(const struct command_finding *finding, int thread, char *text, size_t size)
{
    if (thread >= 0 && thread < EXPLORE_THREADS_MAX && *finding->names[thread])
        snprintf(text, size, "%s", finding->names[thread]);
    else
        snprintf(text, size, "thread %d", thread);
    return text;
}

static void place_text(const struct command_place *place, char *text, size_t size)
{
    *text = '\0';
    if (*place->function && *place->file)
        snprintf(text, size, "%s, %s:%d", place->function, place->file, place->line);
    else if (*place->function)
        snprintf(text, size, "%s", place->function);
}

static void step_text(const struct command_step *step, char *text, size_t size)
{
    char place[160];
    place_text(&step->place, place, sizeof place);
    switch (step->act) {
    case EXPLORE_NOTE:
        snprintf(text, size, "%s", step->name);
        break;
    case EXPLORE_BEGIN:
    case EXPLORE_END:
        snprintf(text, size, "%s", step->act == EXPLORE_BEGIN ? "begins" : "ends");
        break;
    case EXPLORE_DRAINED:
        if (step->times)
            snprintf(text, size, "%d stores leave the buffer", step->times + 1);
        else
            snprintf(text, size, "a store leaves the buffer%s%s", *place ? ", of " : "", place);
        break;
    default:
        snprintf(text, size, "%s%s%s%s",
                 step->act == EXPLORE_BLOCK  ? "waits: "
                 : step->act == EXPLORE_WAKE ? "goes on: "
                                             : "",
                 step->name, *place ? " in " : "", place);
    }
}

/* Threads in the order in which they come; more than fit: -1. */
static int lanes_of(const struct command_finding *finding, int lanes[LANES_MAX])
{
    int count = 0;
    for (int i = 0; i < finding->step_count; i++) {
        int lane = 0;
        while (lane < count && lanes[lane] != finding->steps[i].thread)
            lane++;
        if (lane == LANES_MAX)
            return -1;
        if (lane == count)
            lanes[count++] = finding->steps[i].thread;
    }
    return count;
}

static void fill_row(struct grid *grid, const struct command_finding *finding, int at, const int *lanes, int lane_count)
{
    const struct command_step *step = &finding->steps[at];
    bool same = at && finding->steps[at - 1].thread == step->thread;
    char text[256], name[EXPLORE_NAME_SIZE + 16];
    step_text(step, text, sizeof text);
    grid_row(grid);
    grid_cell(grid, "%" PRIu32, step->number);
    if (lane_count < 0)
        grid_cell(grid, "%s", same ? "" : thread_name(finding, step->thread, name, sizeof name));
    for (int i = 0; i < lane_count; i++)
        grid_cell(grid, "%s", lanes[i] == step->thread ? text : "");
    if (lane_count < 0)
        grid_cell(grid, "%s", text);
}

/* Side by side where there is room for it, else one below the other. */
static void print_steps(const struct command_finding *finding, FILE *out)
{
    static char heads[LANES_MAX][EXPLORE_NAME_SIZE + 16];
    int lanes[LANES_MAX], lane_count = lanes_of(finding, lanes);
    for (int try = 0; try < 2; try++) {
        struct grid grid;
        int width;
        grid_begin(&grid);
        grid_column(&grid, "step", "", GRID_RIGHT, 0);
        for (int i = 0; i < lane_count; i++)
            grid_column(&grid, thread_name(finding, lanes[i], heads[i], sizeof heads[i]), "", GRID_LEFT, 0);
        if (lane_count < 0) {
            grid_column(&grid, "thread", "", GRID_LEFT, 0);
            grid_column(&grid, "does", "", GRID_LEFT, 0);
        }
        for (int i = 0; i < finding->step_count; i++)
            fill_row(&grid, finding, i, lanes, lane_count);
        width = terminal_width(out) < STEPS_WIDTH ? terminal_width(out) : STEPS_WIDTH;
        if (lane_count < 0 || grid_width(&grid) <= width) {
            grid_print(&grid, out, TERMINAL_UNBOUND, false);
            try = 2;
        }
        grid_end(&grid);
        lane_count = -1;
    }
}

/* Frames of the runtime's own say nothing. */
static bool is_shown(const struct command_place *place)
{
    return *place->function && strncmp(place->function, "explore_", 8) && strncmp(place->function, "choose_", 7) &&
           strncmp(place->function, "fiber_", 6) && strncmp(place->function, "calls_", 6) &&
           strncmp(place->function, "ledger_", 7) && strcmp(place->function, "broken");
}

static void print_thread(const struct command_finding *finding, int number, FILE *out)
{
    const struct explore_thread *thread = &finding->verdict.threads[number];
    char name[EXPLORE_NAME_SIZE + 16], text[512] = "";
    int shown = 0;
    /* Of a promise that was broken here and now it matters little where the others are. */
    if (thread->state == EXPLORE_ENDED || (thread->state == EXPLORE_READY && finding->verdict.kind == EXPLORE_FAILED &&
                                           number != finding->verdict.thread))
        return;
    for (int i = 0; i < thread->depth && shown < FRAMES; i++) {
        char place[160];
        if (!is_shown(&finding->places[number][i]))
            continue;
        place_text(&finding->places[number][i], place, sizeof place);
        snprintf(text + strlen(text), sizeof text - strlen(text), "%s%s", shown++ ? " < " : "", place);
    }
    terminal_print(out, 18, "  %-14s  %s%s%s%s%s", thread_name(finding, number, name, sizeof name),
                   thread->state == EXPLORE_WAITS    ? "waits in "
                   : thread->state == EXPLORE_STANDS ? "stands still"
                                                     : "could go on",
                   thread->state == EXPLORE_WAITS && thread->waits_in ? thread->waits_in : "",
                   thread->timed ? ", with a time-out" : "", *text ? ": " : "", text);
}

static void print_where(const struct command_finding *finding, FILE *out)
{
    char text[160];
    place_text(&finding->place, text, sizeof text);
    if (*text && finding->verdict.kind != EXPLORE_FAILED && finding->verdict.kind != EXPLORE_DEADLOCK)
        terminal_print(out, 2, "  at        %s", text);
    place_text(&finding->other_place, text, sizeof text);
    if (*text)
        terminal_print(out, 2, "  and at    %s", text);
}

static void print_failure(const struct command_finding *finding, const struct command_options *options, FILE *out)
{
    char text[512];
    terminal_print(out, 2, "  scenario  %s", scenario_plan_text(&finding->plan, text, sizeof text));
    terminal_print(out, 2, "  schedule  %" PRIu64 " of seed %" PRIu64 ", %s%s%s%s", finding->k, options->seed,
                   explore_memory_name(finding->memory), finding->found ? ", " : "",
                   finding->found ? explore_strategy_name(finding->strategy) : "",
                   finding->hooked ? "" : "; the plug-in is not built for this: only its calls are points");
    if (finding->shrunk && finding->verdict.switches < finding->switches_first)
        terminal_print(out, 2, "  shrunk    from %" PRIu32 " switches between threads to %" PRIu32 "%s",
                       finding->switches_first, finding->verdict.switches,
                       finding->told != finding->memory ? "; it fails under sc, too, and so is told" : "");
    print_where(finding, out);
    if (finding->differs)
        terminal_print(out, 2,
                       "  again     it came to something else when it was run again: the pool asks something that no "
                       "seed knows (docs/explore.md), and the replay may do so, too");
    if (command_moves)
        terminal_print(out, 12,
                       "  again     this machine gives each process other addresses: a replay may be another schedule "
                       "(docs/explore.md)");
    fputc('\n', out);
    if (finding->step_count)
        print_steps(finding, out);
    fputs("\nat the end\n", out);
    for (int i = 0; i < finding->verdict.thread_count; i++)
        print_thread(finding, i, out);
    for (const char *line = finding->jobs; *line; line += strcspn(line, "\n"), line += *line == '\n')
        fprintf(out, "  %.*s\n", (int)strcspn(line, "\n"), line);
}

/* Which scenarios were in none of the schedules; and how often each of the others was. */
static void print_scenarios(const struct command_finding *finding, const struct command_options *options, FILE *out)
{
    char missed[1024] = "", reached[2048] = "", count[32];
    int some = 0, all = 0;
    for (int i = 0; scenario_table[i]; i++) {
        const char *name = scenario_table[i]->name;
        bool is_missed = command_is_missed(finding, options, i);
        all += is_missed || finding->reached[i];
        some += is_missed;
        if (is_missed)
            snprintf(missed + strlen(missed), sizeof missed - strlen(missed), "%s%s", *missed ? ", " : "", name);
        else if (finding->reached[i])
            snprintf(reached + strlen(reached), sizeof reached - strlen(reached), "%s%s %s", *reached ? ", " : "", name,
                     units_count_text((double)finding->reached[i], count, sizeof count));
    }
    if (some)
        terminal_print(out, 4, "  not reached: %d of %d scenarios that can be asked of it: %s", some, all, missed);
    if (options->verbose && *reached)
        terminal_print(out, 4, "  asked: %s", reached);
}

static void print_counts(const struct command_finding *finding, const struct command_options *options, FILE *out)
{
    const struct explore_counts *counts = &finding->counts;
    char text[32], per_s[32];
    double seconds = finding->seconds > 0 ? finding->seconds : 1;
    terminal_line(out, 2,
                  "  %s schedule%s in %.1f s (%s/s), %s%s; only a timer helped a waiting job in %" PRIu64
                  ", unfair ends %" PRIu64,
                  units_count_text((double)counts->schedules, text, sizeof text), counts->schedules == 1 ? "" : "s",
                  finding->seconds, units_count_text((double)counts->schedules / seconds, per_s, sizeof per_s),
                  memory_text(options), options->freeze ? ", one thread frozen" : "", counts->user[COMMAND_ONLY_TIMER],
                  counts->unfair);
    if (counts->kinds[EXPLORE_OVER_LIMITS])
        terminal_line(out, 2, "  %" PRIu64 " had more threads or memory than can be followed, and say nothing",
                      counts->kinds[EXPLORE_OVER_LIMITS]);
    if (options->verbose && counts->user[COMMAND_CHILD])
        terminal_line(
            out, 2, "  in %" PRIu64 " a job waited for its child: in %" PRIu64 " of these (%.1f%%) only a timer helped",
            counts->user[COMMAND_CHILD], counts->user[COMMAND_CHILD_TIMER],
            100.0 * (double)counts->user[COMMAND_CHILD_TIMER] / (double)counts->user[COMMAND_CHILD]);
    if (counts->user[COMMAND_NOT_OPENED])
        terminal_line(out, 2, "  in %" PRIu64 " pool_open failed (%d, %s): they say nothing",
                      counts->user[COMMAND_NOT_OPENED], finding->open_error, strerror(-finding->open_error));
}

/* With what the pool was not asked. */
static void print_refused(const struct command_finding *finding, FILE *out)
{
    char text[512];
    if (finding->refused.any)
        terminal_print(out, 4, "  pool_open refuses, and so nothing is drawn of it: %s",
                       scenario_refused_text(&finding->refused, finding->ops, text, sizeof text));
}

void command_report_left(const struct command_options *options, int from, FILE *out)
{
    fputs("\nnot reached:", out);
    for (int i = from; i < options->pool_count; i++)
        fprintf(out, "%s %s", i > from ? "," : "", options->pools[i]->name);
    fputc('\n', out);
}

static void print_kinds(const struct command_finding *finding, FILE *out)
{
    for (int kind = EXPLORE_FAILED; kind <= EXPLORE_CANNOT; kind++)
        if (finding->counts.kinds[kind])
            fprintf(out, "  %s: %" PRIu64 "\n", explore_kind_name((enum explore_kind)kind),
                    finding->counts.kinds[kind]);
}

void command_report(const struct command_finding *finding, const struct command_options *options, FILE *out)
{
    char text[COMMAND_REPLAY_SIZE];
    terminal_print(out, 2, "%s%s%s: %s%s", finding->ops->name, finding->ops->version ? ", " : "",
                   finding->ops->version ? finding->ops->version : "",
                   finding->found    ? "FAILS: "
                   : finding->cannot ? "cannot be followed: "
                                     : "",
                   command_sentence(finding, text, sizeof text));
    if (finding->counts.schedules)
        print_counts(finding, options, out);
    print_refused(finding, out);
    print_scenarios(finding, options, out);
    if (options->go_on)
        print_kinds(finding, out);
    if (finding->found || (options->replay && finding->counts.schedules))
        print_failure(finding, options, out);
    else if (!finding->hooked)
        terminal_print(out, 2, "  the plug-in is not built for this: only its calls are points");
    if (finding->found || (finding->cannot && finding->counts.schedules)) {
        command_replay_text(finding, options, text, sizeof text);
        fprintf(out, "\nreplay    %s -v\n", text); /* one line, to be copied */
    }
}
