/* answers.h - sentences that the data of a document decides, the first thing on its page.
 *
 * Each is true by intervals: of pools whose intervals do not tell them apart none is called
 * first, and where nothing is told apart it says so. Where the numbers come from:
 * findings/answer.h, granularity.h, slo_judge.h, noise.h, and the summary's own intervals.
 *
 * Of which documents: answers_run.h and its neighbours. Pure, but for memory. */
#ifndef PAGE_ANSWERS_H
#define PAGE_ANSWERS_H

enum { ANSWERS_MOST = 8, ANSWERS_TEXT = 800, ANSWERS_PLACE = 300 };

struct answer {
    char text[ANSWERS_TEXT];
    char to[2][ANSWERS_PLACE]; /* where it is to be seen: how an id begins; the second where the first is not there */
    const char *state;         /* good, bad, open (nobody can tell) or plain */
};

struct answers {
    struct answer all[ANSWERS_MOST]; /* [count] */
    int count;
};

/* One more, unless there are ANSWERS_MOST already. */
__attribute__((format(printf, 5, 6))) void answers_add(struct answers *answers, const char *state, const char *to,
                                                       const char *or_to, const char *format, ...);

#endif
