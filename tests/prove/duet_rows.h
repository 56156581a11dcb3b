/* duet_rows.h - the rows of the table of `make prove-duet`: states of the machine, and what
 * is different about the new side. */
#ifndef DUET_ROWS_H
#define DUET_ROWS_H

#include <stdbool.h>

enum { ROWS_STATES = 3, ROWS_CHANGES = 5 };

struct rows_state {
    const char *word, *name;
};
struct rows_change {
    const char *word, *name, *file; /* file: of the new side */
    double slowed, accused_least, accused_most;
    bool swaps; /* both sides are alike: whatever centre was recorded is chance */
};
extern const struct rows_state rows_states[ROWS_STATES];
extern const struct rows_change rows_changes[ROWS_CHANGES];

/* "quiet:same,quiet:3%,spinner" (a state alone: all its rows; NULL or "": all) as
 * chosen[state][change]. Returns true, or prints a line that says what is wrong. */
bool rows_choose(const char *list, bool chosen[ROWS_STATES][ROWS_CHANGES]);

#endif
