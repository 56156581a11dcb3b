/* side_by_side_rows.h - benchmarks that several runs have, and how far apart they are. */
#ifndef PAGE_SIDE_BY_SIDE_ROWS_H
#define PAGE_SIDE_BY_SIDE_ROWS_H

#include <stdbool.h>

#include "bench/page/documents.h"
#include "bench/results/benchmark.h"

enum { SIDE_BY_SIDE_MAX = 16 };

struct side_by_side_row {
    char name[BENCHMARK_NAME];
    struct benchmark_metric metric;
    struct side_by_side_value {
        double value, low, high; /* NaN: it has none */
        bool interval;           /* low and high are its 95% interval */
    } values[SIDE_BY_SIDE_MAX];
    int known;       /* how many have a value */
    double apart;    /* the largest gap between two intervals, as the logarithm of a ratio; 0: all overlap */
    int least, most; /* the two that are so far apart: indices; -1: none are */
};

struct side_by_side_rows {
    struct side_by_side_row *all; /* [count] */
    int count;
};

/* Fills rows with what two or more have, the farthest apart first. Documents that are no runs have no value. Owner of
 * rows->all: the caller (free). Ends the program when out of memory. */
void side_by_side_rows(const struct document *documents, int count, struct side_by_side_rows *rows);

#endif
