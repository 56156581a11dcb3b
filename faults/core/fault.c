/* fault.c - the table of faults, and what judges share. */
#include "faults/core/fault.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "pools/core/registry.h"

extern const void *const __start_fault_table[] __attribute__((weak));
extern const void *const __stop_fault_table[] __attribute__((weak));

static const char *name_of(const void *fault)
{
    return ((const struct fault *)fault)->name;
}

static int by_number(const void *one, const void *other)
{
    return ((const struct fault *)one)->number - ((const struct fault *)other)->number;
}

static const struct registry faults = {
    .begin = __start_fault_table,
    .end = __stop_fault_table,
    .name = name_of,
    .compare = by_number,
};

int fault_count(void)
{
    return registry_count(&faults);
}

const struct fault *fault_at(int index)
{
    return registry_at(&faults, index);
}

const struct fault *fault_find(const char *name)
{
    return registry_find(&faults, name);
}

bool fault_is_known(const struct fault *fault)
{
    return !strcmp(fault->group, FAULT_KNOWN);
}

bool fault_asks(const struct fault_cell *cell, const struct pool_ops *pool)
{
    if (pool_is_added(pool))
        return cell->kind != FAULT_ARMED && !cell->native;
    return !cell->foreign && !(cell->not_of && strstr(cell->not_of, pool->name));
}

unsigned fault_pool_can(const struct pool_ops *pool)
{
    return pool->declares & POOL_CALLER_MAY_RUN ? pool->can & ~(unsigned)POOL_CAN_RUN_APART : pool->can;
}

/* Judges count in the plural; of one that is another word. It becomes no longer. */
static void tell_one(char *text)
{
    static const char *const many[][2] = {
        {"1 jobs were", "1 job was"},      {"1 jobs have", "1 job has"}, {"1 jobs", "1 job"}, {"1 results", "1 result"},
        {"1 descriptors", "1 descriptor"}, {"1 mappings", "1 mapping"},  {"1 keys", "1 key"}, {"1 bytes", "1 byte"},
        {"1 children were", "1 child was"}};
    for (char *at = text; (at = strstr(at, "1 ")); at++)
        for (size_t i = 0; i < sizeof many / sizeof *many && (at == text || at[-1] == ' '); i++) {
            size_t length = strlen(many[i][0]), less = strlen(many[i][1]);
            if (strncmp(at, many[i][0], length))
                continue;
            memcpy(at, many[i][1], less);
            memmove(at + less, at + length, strlen(at + length) + 1);
            break;
        }
}

bool verdict_own(struct verdict *verdict, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    verdict->kind = VERDICT_FAILS;
    verdict->own = true;
    vsnprintf(verdict->finding, sizeof verdict->finding, format, arguments);
    va_end(arguments);
    tell_one(verdict->finding);
    return true;
}

bool verdict_named(struct verdict *verdict, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    verdict->kind = VERDICT_NAMED;
    vsnprintf(verdict->finding, sizeof verdict->finding, format, arguments);
    va_end(arguments);
    tell_one(verdict->finding);
    return true;
}

const char *verdict_answer(int answer)
{
    enum { KEPT = 4 };
    static char texts[KEPT][24];
    static int next;
    const char *name = answer == -ENOTSUP ? "ENOTSUP" /* the other of its two names is no pool's */
                       : answer < 0       ? strerrorname_np(-answer)
                                          : NULL;
    char *text = texts[next++ % KEPT];
    if (name)
        snprintf(text, sizeof *texts, "-%s", name);
    else
        snprintf(text, sizeof *texts, "%d", answer);
    return text;
}

bool outcome_hung_in(const struct outcome *outcome, const char *call)
{
    return outcome->end == OUTCOME_HUNG && (!call || (outcome->call && !strcmp(outcome->call, call)));
}

static int job_balance(const struct record_job *job)
{
    return (int)atomic_load(&job->accepted) - (int)atomic_load(&job->started) - (int)atomic_load(&job->cancelled) -
           (int)atomic_load(&job->dropped);
}

int ledger_unsettled(const struct record *record)
{
    int count = 0;
    for (int i = 0; i < RECORD_JOBS; i++)
        count += job_balance(&record->jobs[i]) > 0;
    return count;
}

int ledger_overrun(const struct record *record)
{
    int count = 0;
    for (int i = 0; i < RECORD_JOBS; i++)
        count += job_balance(&record->jobs[i]) < 0;
    return count;
}

#define LEDGER_SUM(what)                                                                                               \
    int ledger_##what(const struct record *record)                                                                     \
    {                                                                                                                  \
        int sum = 0;                                                                                                   \
        for (int i = 0; i < RECORD_JOBS; i++)                                                                          \
            sum += (int)atomic_load(&record->jobs[i].what);                                                            \
        return sum;                                                                                                    \
    }
LEDGER_SUM(accepted)
LEDGER_SUM(started)
LEDGER_SUM(finished)
LEDGER_SUM(received)

struct record *record_copy(const struct record *shared)
{
    struct record *copy = malloc(sizeof *copy);
    if (!copy)
        return NULL;
    memcpy(copy, shared, sizeof *copy);
    if (atomic_load(&copy->job_count) > RECORD_JOBS)
        atomic_store(&copy->job_count, RECORD_JOBS);
    for (int i = 0; i < RECORD_CALLS; i++)
        copy->calls[i].name[RECORD_NAME - 1] = '\0';
    if (atomic_load(&copy->full_instead) > POOL_DROP_OLDEST)
        atomic_store(&copy->full_instead, POOL_BLOCK);
    copy->explanation[RECORD_TEXT - 1] = '\0';
    copy->untold[RECORD_NAME - 1] = '\0';
    copy->not_asked[RECORD_WHY - 1] = copy->remark[RECORD_WHY - 1] = '\0';
    return copy;
}

const struct record_job *record_job_at(const struct record *record, int64_t id)
{
    return &record->jobs[id >= 0 && id < RECORD_JOBS ? id : 0];
}

bool record_says(const struct record *record, const char *text)
{
    return atomic_load(&record->explained) && strstr(record->explanation, text);
}
