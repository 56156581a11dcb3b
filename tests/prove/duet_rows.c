/* duet_rows.c - see duet_rows.h. */
#include "tests/prove/duet_rows.h"

#include <stdio.h>
#include <string.h>

const struct rows_state rows_states[ROWS_STATES] = {
    {"quiet", "quiet"}, {"bursts", "bursts on one CPU"}, {"spinner", "a spinner on one CPU"}};

const struct rows_change rows_changes[ROWS_CHANGES] = {
    {"same", "the same bytes", "pools.so", 0, 0, 0.01, true},
    {"24", "code moved by 24 bytes", "pools-24.so", 0, 0, 0.01, false},
    {"40", "code moved by 40 bytes", "pools-40.so", 0, 0, 0.01, false},
    {"3%", "jobs slowed by 3%", "pools.so", 0.03, 0.80, 1, false},
    {"5%", "jobs slowed by 5%", "pools.so", 0.05, 0.95, 1, false},
};

static bool is_word(const char *at, size_t length, const char *word)
{
    return length == strlen(word) && !strncmp(at, word, length);
}

/* One of the list, without its comma. */
static bool choose(const char *at, size_t length, bool chosen[ROWS_STATES][ROWS_CHANGES])
{
    const char *colon = memchr(at, ':', length);
    size_t first = colon ? (size_t)(colon - at) : length;
    bool found = false;
    for (int s = 0; s < ROWS_STATES; s++)
        for (int c = 0; c < ROWS_CHANGES; c++)
            if (is_word(at, first, rows_states[s].word) &&
                (!colon || is_word(colon + 1, length - first - 1, rows_changes[c].word)))
                found = chosen[s][c] = true;
    return found;
}

bool rows_choose(const char *list, bool chosen[ROWS_STATES][ROWS_CHANGES])
{
    bool all = !list || !*list;
    for (int s = 0; s < ROWS_STATES; s++)
        for (int c = 0; c < ROWS_CHANGES; c++)
            chosen[s][c] = all;
    for (const char *at = all ? "" : list; *at;) {
        size_t length = strcspn(at, ",");
        if (!choose(at, length, chosen)) {
            fprintf(
                stderr,
                "prove-duet: there is no row \"%.*s\" (STATE or STATE:CHANGE, of quiet, bursts, spinner and same, 24, "
                "40, 3%%, 5%%)\n",
                (int)length, at);
            return false;
        }
        at += length + (at[length] == ',');
    }
    return true;
}
