/* answers.h - sentences that the data of a document decides, the first thing on its page.
 *
 * Each is true by intervals: of pools whose intervals do not tell them apart none is called
 * first, and where nothing is told apart it says so. Where the numbers come from:
 * findings/answer.h, granularity.h, slo_judge.h, noise.h, and the summary's own intervals.
 *
 * Of which documents: answers_run.h and its neighbours. Pure, but for memory. */
#ifndef PAGE_ANSWERS_H
#define PAGE_ANSWERS_H

#include <stdbool.h>
#include <stddef.h>

enum { ANSWERS_MOST = 8, ANSWERS_ROOM = 32, ANSWERS_TEXT = 800, ANSWERS_PLACE = 300 };

struct answer {
    char text[ANSWERS_TEXT];
    char to[2][ANSWERS_PLACE]; /* where it is to be seen: how an id begins; the second where the first is not there */
    const char *state;         /* good, bad, open (nobody can tell) or plain */
    bool aside;                /* it stands at its figure only */
};

struct answers {
    struct answer all[ANSWERS_ROOM]; /* [count]; a page shows ANSWERS_MOST that are not aside */
    int count;
};

/* One more, unless there is no room. */
__attribute__((format(printf, 5, 6))) void answers_add(struct answers *answers, const char *state, const char *to,
                                                       const char *or_to, const char *format, ...);

/* What is said of a figure, by the beginning of its id without a prefix ("figure-efficiency"): sentence by sentence.
 * Returns text; "" where nothing is. */
const char *answers_at(const struct answers *answers, const char *id, char *text, size_t size);

#endif
