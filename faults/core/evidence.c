/* evidence.c - see evidence.h. */
#include "faults/core/evidence.h"

#include <gnu/libc-version.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "faults/core/confine.h"
#include "pools/core/futex.h"

struct text {
    char *at;
    size_t left;
};

__attribute__((format(printf, 2, 3))) static void add(struct text *text, const char *format, ...)
{
    va_list arguments;
    int length;
    va_start(arguments, format);
    length = vsnprintf(text->at, text->left, format, arguments);
    va_end(arguments);
    if (length < 0)
        return;
    if ((size_t)length >= text->left)
        length = (int)text->left - 1;
    text->at += length;
    text->left -= (size_t)length;
}

/* Indented. */
static void add_lines(struct text *text, const char *indent, const char *lines)
{
    while (*lines) {
        size_t length = strcspn(lines, "\n");
        add(text, "%s%.*s\n", indent, (int)length, lines);
        lines += length + (lines[length] == '\n');
    }
}

static void add_ledger(struct text *text, const struct record *record)
{
    static const struct {
        const char *name;
        size_t at;
    } columns[] = {
        {"accepted", offsetof(struct record_job, accepted)}, {"refused", offsetof(struct record_job, refused)},
        {"started", offsetof(struct record_job, started)},   {"finished", offsetof(struct record_job, finished)},
        {"received", offsetof(struct record_job, received)}, {"cancelled", offsetof(struct record_job, cancelled)},
        {"dropped", offsetof(struct record_job, dropped)},   {"lost", offsetof(struct record_job, lost)}};
    uint32_t jobs = atomic_load(&record->job_count);
    add(text, "  ledger of %u job%s:", jobs, jobs == 1 ? "" : "s");
    for (size_t c = 0; c < sizeof columns / sizeof *columns; c++) {
        unsigned sum = 0;
        for (uint32_t i = 0; i < jobs; i++)
            sum += atomic_load((const _Atomic uint32_t *)((const char *)&record->jobs[i] + columns[c].at));
        if (sum)
            add(text, " %u %s", sum, columns[c].name);
    }
    if (atomic_load(&record->phantoms))
        add(text, " %u that nobody submitted", atomic_load(&record->phantoms));
    add(text, "\n");
}

static void add_threads(struct text *text, const struct proof_look *look)
{
    enum { SHOWN = 16 };
    for (int i = 0; i < look->count && i < SHOWN; i++) {
        const struct proof_thread *thread = &look->threads[i];
        add(text, "  thread %-10s %s; ran %.1f us in %lu slices\n", thread->name,
            thread->asleep ? "asleep in a wait without a time-out" : "not asleep for ever",
            (double)thread->run_ns / 1e3, (unsigned long)thread->slices);
    }
    if (look->count > SHOWN)
        add(text, "  and %d threads more\n", look->count - SHOWN);
    add(text, "  glibc %s\n", gnu_get_libc_version());
}

static void add_calls(struct text *text, const struct record *record)
{
    for (int i = 0; i < RECORD_CALLS; i++) {
        const struct record_call *call = &record->calls[i];
        if (atomic_load(&call->turn) & 1)
            add(text, "  client %d waits in %s since %.1f ms\n", i, call->name,
                (double)(pool_clock_ns() - atomic_load(&call->since_ns)) / 1e6);
    }
}

void evidence_write(const struct outcome *outcome, const struct proof_look *look, int output, char *report, size_t size)
{
    struct text text = {report, size};
    char printed[1024];
    confine_text(output, printed, sizeof printed);
    report[0] = '\0';
    add_ledger(&text, outcome->record);
    if (outcome->end != OUTCOME_CRASHED)
        add_calls(&text, outcome->record);
    if (outcome->end == OUTCOME_HUNG || outcome->end == OUTCOME_STALLED || outcome->threads_left)
        add_threads(&text, look);
    if (atomic_load(&outcome->record->explained))
        add_lines(&text, "  ", outcome->record->explanation);
    if (*printed) {
        add(&text, "  it printed:\n");
        add_lines(&text, "    ", printed);
    }
}
