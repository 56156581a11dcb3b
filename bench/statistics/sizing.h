/* sizing.h - the fewest workers that keep a promise, found by asking.
 *
 * Begins where the caller believes the answer to be. What keeps the promise is followed
 * downwards, what does not upwards, each by growing steps, until one size is kept and the
 * next smaller one is not; between two that are further apart it halves. More workers are
 * taken to be no worse. The largest size that did not keep it is asked a second time before
 * it is believed, where a larger one was asked after it: a bad moment of the machine makes
 * latencies longer, never shorter. Knows nothing of time or pools:
 *
 *     while ((workers = sizing_next(&sizing)) > 0)
 *         sizing_tell(&sizing, workers, ask(workers));
 */
#ifndef SIZING_H
#define SIZING_H

#include <stdbool.h>
#include <stdint.h>

enum { SIZING_SIZES_MAX = 1024, SIZING_ASKED_MAX = 24 };

enum sizing_answer {
    SIZING_KEPT,
    SIZING_BROKEN,
    SIZING_STRADDLES, /* the interval holds the limit: not kept for certain */
    SIZING_OPEN,      /* nobody can tell, and the size is not why: the generator, too short a time, too few samples */
    SIZING_CANNOT,    /* nor will at another size: the search is over */
};

struct sizing_asked {
    int at; /* an index of sizes */
    enum sizing_answer answer;
    int times;
};

struct sizing {
    int sizes[SIZING_SIZES_MAX]; /* workers, the caller's, upwards */
    int count;
    int guess; /* workers: where to begin; the nearest size is taken */

    struct sizing_asked asked[SIZING_ASKED_MAX]; /* the search's; each size once */
    int asked_count;
    bool over;
};

/* The size to ask for next; 0: the search is over. */
int sizing_next(const struct sizing *sizing);

/* Takes the answer; of a size that was asked before it replaces the earlier one. */
void sizing_tell(struct sizing *sizing, int workers, enum sizing_answer answer);

/* No further question: sizing_next is 0. */
void sizing_give_up(struct sizing *sizing);

/* The fewest workers that keep the promise, all larger ones that were asked keeping it, too;
 * 0: none. */
int sizing_kept(const struct sizing *sizing);

/* The next smaller size, where it was asked and did not keep it; 0: it was not asked. */
int sizing_not_kept(const struct sizing *sizing);

/* Whether fewer workers are known not to do: it is one worker, or one worker fewer was asked and broke the
 * promise or straddled it. Else it is "at most so many", also where no size between was allowed. */
bool sizing_is_fewest(const struct sizing *sizing);

/* How many places a queue is to have in the place of so many, when what is accepted takes accepted_ns and may take
 * limit_ns; one for each worker at least. 0: there are none fewer, or none are needed. */
int64_t sizing_fewer_places(int64_t places, int workers, double accepted_ns, double limit_ns);

#endif
