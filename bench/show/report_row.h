/* report_row.h - the rows of a table: which columns there are, and what stands
 * in them. */
#ifndef REPORT_ROW_H
#define REPORT_ROW_H

#include <jansson.h>
#include <stdbool.h>
#include <stdio.h>

#include "workloads/core/workload.h"

struct report_row {
    const json_t *configuration;
    const char *pool;
    double merit; /* jobs/s, or less a time; more is better; NaN: none */
    bool floor;
    enum pool_results results;
    json_int_t places;     /* for results */
    char results_text[32]; /* "block-16" */
};

/* Pools under one workload with one number of workers. */
struct report_table {
    const struct workload_ops *ops;
    struct workload_spec spec;
    bool loses;            /* jobs or results can be lost: what came through is what counts */
    const char *judged_by; /* the metric by which rows are sorted and compared */
    const char *head;      /* and what it is called */
    bool less_is_better;   /* of it */
    struct report_row *rows;
    int count;
    bool colour;
};

/* A figure's median over the trials; NaN: none. */
double report_figure(const json_t *configuration, const struct workload_figure *figure);

void report_table_begin(struct report_table *table, const json_t *configuration);
void report_row_fill(const struct report_table *table, struct report_row *row, const json_t *configuration);

/* The header line, and all rows. */
void report_rows_print(const struct report_table *table, FILE *out);

#endif
