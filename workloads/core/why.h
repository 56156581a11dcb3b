/* why.h - the one line that says what was wrong with an input, and what is allowed.
 *
 * Who reads an input writes the line; only the commands print it. */
#ifndef WHY_H
#define WHY_H

#include <stddef.h>

/* Where the line goes. */
struct why {
    char *text;
    size_t size;
};

/* Writes the line; cut where it does not fit. Returns -EINVAL. */
__attribute__((format(printf, 2, 3))) int why_wrong(struct why why, const char *format, ...);

/* Writes `no pool "stael"; did you mean "steal"? (pools: mutex, steal)`: `lead` is
 * "no pool", `head` what stands before the names. Returns -EINVAL. */
int why_wrong_name(struct why why, const char *lead, const char *word, const char *head, const char *const *names,
                   int count);

#endif
