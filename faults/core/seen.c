/* seen.c - see seen.h. */
#include "faults/core/seen.h"

#include <stddef.h>

static const struct {
    const char *diagnosis, *remedy;
} words[] = {
    [SEEN_HANG] = {"The call that is named never returns: every thread of the process sleeps, no timer is armed, and "
                   "nothing can wake one. It was met on the way through this scenario, and is not the bug that the "
                   "scenario is about.",
                   "See which event was to wake the one that waits, by the threads and the pending calls above. Mostly "
                   "a wake-up came before its sleep and was lost, or a count never comes to its end."},
    [SEEN_CRASH] = {"The process ended in the middle of the scenario: by a signal, or because somebody called exit. "
                    "That is all that is known; it is not the bug that the scenario is about.",
                    "Run the replay below a debugger, or build the plug-in with -fsanitize=address and look again."},
    [SEEN_CLOSED] =
        {"A descriptor that the program had open before, and not the pool, is closed when the scenario ends. In "
         "a program that is a file, a socket or a log.",
         "Close what the pool has opened, by its number, once; not all from 3 on, and nothing twice: the "
         "number may be somebody else's by then."},
    [SEEN_THREADS] = {"Threads that this pool has started are still there after its pool_free has returned.",
                      "Join them in free. Where they are not one pool's, and stay for the next one, the pool says so: "
                      "POOL_THREADS_STAY."},
    [SEEN_LEDGER] = {"The account of jobs does not add up: one that was accepted has no outcome, or two, or one ran "
                     "that nobody submitted. It is not the bug that the scenario is about.",
                     "Follow the job that is named: each accepted one is run once, or given back through discard once. "
                     "Where a pool drops jobs without a word by design, it says so: POOL_NO_DISCARD."},
    [SEEN_UNOPENED] =
        {"pool_open failed, and so nothing was asked of this pool. None of its promises is known to hold, "
         "and none to be broken.",
         "Find out why it fails: a library, a device or a limit (ulimit -a), or a configuration that it "
         "does not take. Of one that it cannot keep, open says -ENOTSUP."},
    [SEEN_STALL] = {"The scenario did not come to its end, and it could not be proved that it never will: pools that "
                    "poll, wait with time-outs, or wait for the kernel look like this when they hang, and also when "
                    "they are merely slow.",
                    "Look at the call that is named with a longer --limit: if it still does not return, it hangs."},
    [SEEN_UNNAMED] = {"The pool survives the client's mistake, and its explanation does not say what the mistake is.",
                      "Say in pool_explain who waits for what, and what is missing."},
};

const char *seen_diagnosis(enum seen seen)
{
    return words[seen].diagnosis;
}

const char *seen_remedy(enum seen seen)
{
    return words[seen].remedy;
}
