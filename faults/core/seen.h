/* seen.h - what is said of a failure that is not the bug that a cell is about: a hang, a
 * crash, a thread that is left, met on the way. */
#ifndef SEEN_H
#define SEEN_H

enum seen {
    SEEN_NOTHING,
    SEEN_HANG,
    SEEN_CRASH,
    SEEN_CLOSED,
    SEEN_THREADS,
    SEEN_LEDGER,
    SEEN_UNOPENED,
    SEEN_STALL,
    SEEN_UNNAMED
};

/* A paragraph each, as of a fault; NULL: there is nothing to say. */
const char *seen_diagnosis(enum seen seen);
const char *seen_remedy(enum seen seen);

#endif
