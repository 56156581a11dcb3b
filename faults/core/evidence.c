/* evidence.c - see evidence.h. */
#include "faults/core/evidence.h"

#include <gnu/libc-version.h>
#include <stdio.h>
#include <string.h>

#include "faults/core/confine.h"
#include "pools/core/futex.h"

/* Indented. */
static void add_lines(FILE *out, const char *indent, const char *lines)
{
    while (*lines) {
        size_t length = strcspn(lines, "\n");
        fprintf(out, "%s%.*s\n", indent, (int)length, lines);
        lines += length + (lines[length] == '\n');
    }
}

/* Of all jobs in the ledger, one of its counts. */
static unsigned sum_of(const struct record *record, size_t count_at)
{
    unsigned sum = 0;
    for (uint32_t i = 0; i < atomic_load(&record->job_count); i++)
        sum += atomic_load((const _Atomic uint32_t *)((const char *)&record->jobs[i] + count_at));
    return sum;
}

/* How many jobs there were is how often one was submitted: a scenario may leave out numbers, and submit one
 * again. One whose jobs are all its own has nothing to say here. */
static void add_ledger(FILE *out, const struct record *record)
{
    static const struct {
        const char *name;
        size_t at;
    } columns[] = {
        {"accepted", offsetof(struct record_job, accepted)}, {"refused", offsetof(struct record_job, refused)},
        {"started", offsetof(struct record_job, started)},   {"finished", offsetof(struct record_job, finished)},
        {"received", offsetof(struct record_job, received)}, {"cancelled", offsetof(struct record_job, cancelled)},
        {"dropped", offsetof(struct record_job, dropped)},   {"lost", offsetof(struct record_job, lost)}};
    unsigned jobs = sum_of(record, offsetof(struct record_job, submitted));
    if (!jobs && !atomic_load(&record->phantoms))
        return;
    fprintf(out, "  ledger of %u job%s:", jobs, jobs == 1 ? "" : "s");
    for (size_t c = 0; c < sizeof columns / sizeof *columns; c++) {
        unsigned sum = sum_of(record, columns[c].at);
        if (sum)
            fprintf(out, " %u %s", sum, columns[c].name);
    }
    if (atomic_load(&record->phantoms))
        fprintf(out, " %u that nobody submitted", atomic_load(&record->phantoms));
    fprintf(out, "\n");
}

static void add_threads(FILE *out, const struct proof_look *look)
{
    enum { SHOWN = 16 };
    for (int i = 0; i < look->count && i < SHOWN; i++) {
        const struct proof_thread *thread = &look->threads[i];
        fprintf(out, "  thread %-10s %s; ran %.1f us in %lu slice%s\n", thread->name,
                thread->asleep ? "asleep in a wait without a time-out" : "not asleep for ever",
                (double)thread->run_ns / 1e3, (unsigned long)thread->slices, thread->slices == 1 ? "" : "s");
    }
    if (look->count > SHOWN)
        fprintf(out, "  and %d threads more\n", look->count - SHOWN);
    fprintf(out, "  glibc %s\n", gnu_get_libc_version());
}

/* What a client waits in or for: a call has its name, a state is told in words. */
static bool is_call(const char *name)
{
    return !strncmp(name, "pool_", 5) || !strcmp(name, "exit");
}

static void add_calls(FILE *out, const struct record *record)
{
    for (int i = 0; i < RECORD_CALLS; i++) {
        const struct record_call *call = &record->calls[i];
        if (atomic_load(&call->turn) & 1)
            fprintf(out, "  client %d waits %s %s, for %.1f ms so far\n", i, is_call(call->name) ? "in" : "for",
                    call->name, (double)(pool_clock_ns() - atomic_load(&call->since_ns)) / 1e6);
    }
}

void evidence_write(const struct outcome *outcome, const struct proof_look *look, int output, char *report, size_t size)
{
    FILE *out = fmemopen(memset(report, 0, size), size - 1, "w");
    char printed[1024];
    if (!out)
        return;
    confine_text(output, printed, sizeof printed);
    add_ledger(out, outcome->record);
    if (outcome->end != OUTCOME_CRASHED)
        add_calls(out, outcome->record);
    if (outcome->end == OUTCOME_HUNG || outcome->end == OUTCOME_STALLED || outcome->threads_left)
        add_threads(out, look);
    if (atomic_load(&outcome->record->explained))
        add_lines(out, "  ", outcome->record->explanation);
    if (*printed) {
        fprintf(out, "  it printed:\n");
        add_lines(out, "    ", printed);
    }
    fclose(out);
}
