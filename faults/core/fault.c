/* fault.c - the table of faults, and what judges share. */
#include "faults/core/fault.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* The linker collects the entries; their order is that of the link. */
extern const struct fault *const __start_fault_table[] __attribute__((weak));
extern const struct fault *const __stop_fault_table[] __attribute__((weak));

int fault_count(void)
{
    return (int)(__stop_fault_table - __start_fault_table);
}

const struct fault *fault_at(int index)
{
    for (int i = 0; i < fault_count(); i++) {
        int rank = 0;
        for (int j = 0; j < fault_count(); j++)
            rank += __start_fault_table[j]->number < __start_fault_table[i]->number;
        if (rank == index)
            return __start_fault_table[i];
    }
    return NULL;
}

const struct fault *fault_find(const char *name)
{
    for (int i = 0; i < fault_count(); i++)
        if (!strcmp(__start_fault_table[i]->name, name))
            return __start_fault_table[i];
    return NULL;
}

bool fault_asks(const struct fault_cell *cell, const struct pool_ops *pool)
{
    return pool_is_added(pool) ? cell->kind != FAULT_ARMED : !cell->foreign;
}

unsigned fault_pool_can(const struct pool_ops *pool)
{
    return pool->declares & POOL_CALLER_MAY_RUN ? pool->can & ~(unsigned)POOL_CAN_RUN_APART : pool->can;
}

bool verdict_own(struct verdict *verdict, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    verdict->kind = VERDICT_FAILS;
    verdict->own = true;
    vsnprintf(verdict->finding, sizeof verdict->finding, format, arguments);
    va_end(arguments);
    return true;
}

bool verdict_named(struct verdict *verdict, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    verdict->kind = VERDICT_NAMED;
    vsnprintf(verdict->finding, sizeof verdict->finding, format, arguments);
    va_end(arguments);
    return true;
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

bool record_says(const struct record *record, const char *text)
{
    return atomic_load(&record->explained) && strstr(record->explanation, text);
}
