/* pairing.c - see pairing.h. */
#include "bench/findings/pairing.h"

#include "bench/results/result.h"

enum { ROUNDS_MAX = 10000 };

struct stats_ratio pairing_ratio(const char *metric, const json_t *a, const json_t *b)
{
    static double left[ROUNDS_MAX], right[ROUNDS_MAX], paired_left[ROUNDS_MAX], paired_right[ROUNDS_MAX];
    static int left_rounds[ROUNDS_MAX], right_rounds[ROUNDS_MAX];
    int left_count = result_values(a, metric, left, left_rounds, ROUNDS_MAX);
    int right_count = result_values(b, metric, right, right_rounds, ROUNDS_MAX), count = 0;
    /* Both are in the order of rounds. */
    for (int i = 0, j = 0; i < left_count && j < right_count;) {
        if (left_rounds[i] == right_rounds[j]) {
            if (!(left[i] > 0) || !(right[j] > 0))
                return stats_ratio(left, right, 0); /* the others alone would be too good, or too bad */
            paired_left[count] = left[i++];
            paired_right[count++] = right[j++];
        } else if (left_rounds[i] < right_rounds[j]) {
            i++;
        } else {
            j++;
        }
    }
    return stats_ratio(paired_left, paired_right, count);
}
