/* report.h - a result as a table for people. */
#ifndef REPORT_H
#define REPORT_H

#include <jansson.h>
#include <stdbool.h>
#include <stdio.h>

/* Prints a table for each workload and number of workers, the fastest pool
 * first, the floor last, and which differences are certain. Reads a summarised
 * result. Colour only when `colour`. */
void report_table(const json_t *result, FILE *out, bool colour);

/* The tables of one workload alone, and what the columns mean. */
void report_table_of(const json_t *result, const char *spec, FILE *out);
void report_legend(const json_t *result, FILE *out);

#endif
