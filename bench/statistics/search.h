/* search.h - the highest rate at which a promise is kept, found by asking.
 *
 * Doubles or goes down from a start until one rate keeps it and one does not, then
 * halves the factor between the two until they are near each other; where the caller has
 * a better idea of what to ask between them, or of how far to go, it takes that. The lowest rate
 * that did not keep it is asked a second time before it is believed: a bad moment of
 * the machine makes latencies longer, never shorter. Knows nothing of time or pools:
 *
 *     while ((rate = search_next(&search)) > 0)
 *         search_tell(&search, rate, ask(rate));
 */
#ifndef SEARCH_H
#define SEARCH_H

#include <stdbool.h>

enum { SEARCH_PROBES_MAX = 32 };

enum search_answer {
    SEARCH_KEPT,
    SEARCH_BROKEN,
    SEARCH_CANNOT,  /* this rate cannot be made: the generator is the limit */
    SEARCH_SHORT,   /* it cannot be watched for long enough to say that it is kept */
    SEARCH_UNKNOWN, /* nobody can tell, nor will at another rate: the search is over */
};

/* What keeps the answer from being higher. */
enum search_limit {
    SEARCH_BY_PROMISE,   /* a rate near above breaks it; or the lowest rate does */
    SEARCH_BY_GENERATOR, /* a rate near above cannot be made */
    SEARCH_BY_RANGE,     /* it is the highest rate that there is */
    SEARCH_BY_SHORT,     /* a rate near above would have to be watched for longer */
    SEARCH_BY_PROBES,    /* out of probes, or given up, before two rates were near each other */
    SEARCH_BY_UNKNOWN,
};

struct search_probe {
    double rate;
    enum search_answer answer; /* the latest */
    int times;
};

struct search {
    double start, lowest, highest; /* rates; the caller's */
    double fine;                   /* two rates are near below this factor, as in 1.04 */
    int probes_max;                /* at most SEARCH_PROBES_MAX */
    bool fractions;                /* rates below 100 need not be whole */
    double hint;                   /* where the caller believes the answer to be; 0, NaN: no idea */

    struct search_probe probes[SEARCH_PROBES_MAX]; /* the search's; each rate once */
    int count, asked;
    bool given_up;
};

/* The rate to ask for next, of three digits; 0: the search is over. */
double search_next(const struct search *search);

/* Takes the answer; of a rate that was asked before it replaces the earlier one. */
void search_tell(struct search *search, double rate, enum search_answer answer);

/* No further question: search_next is 0. */
void search_give_up(struct search *search);

/* The highest rate that keeps the promise, 0: none; and the lowest above it that does
 * not, or cannot be made, 0: none. */
double search_kept(const struct search *search);
double search_broken(const struct search *search);

/* Once it is over. */
enum search_limit search_limit(const struct search *search);

#endif
