/* names.c - linked to the manual's pool: functions and data under names that the programs have inside,
 * and the address of each function of poolbench.h. `declared.h` is made of that header. */
#include <poolbench.h>
#include <stdlib.h>

#define CALL(name) (void (*)(void)) name,
__attribute__((used)) static void (*const declared[])(void) = {
#include "declared.h"
};
_Static_assert(sizeof declared / sizeof *declared > 40, "the header has more than these");

/* Of the programs' rooms one each. */
#define NAMES(X)                                                                                                       \
    X(births_hold)                                                                                                     \
    X(explore_open)                                                                                                    \
    X(gate_job)                                                                                                        \
    X(hist_record)                                                                                                     \
    X(hold_workers)                                                                                                    \
    X(kit_stats)                                                                                                       \
    X(must_memory)                                                                                                     \
    X(plan_settle)                                                                                                     \
    X(pool_quiet_look)                                                                                                 \
    X(refuse)                                                                                                          \
    X(registry_find)                                                                                                   \
    X(settle)                                                                                                          \
    X(stack_open)                                                                                                      \
    X(why_wrong)
#define FUNCTION(name)                                                                                                 \
    int name(void);                                                                                                    \
    int name(void)                                                                                                     \
    {                                                                                                                  \
        return 1;                                                                                                      \
    }
NAMES(FUNCTION)
int runtime = 1, heap = 1, ledger = 1;

#define TERM(name) +name()
#define COUNTED(name) +1

/* A name of the program's in place of one of these says something else, if it comes back at all. */
__attribute__((constructor)) static void use_names(void)
{
    if (NAMES(TERM) != 0 NAMES(COUNTED) || runtime + heap + ledger != 3)
        abort();
}
