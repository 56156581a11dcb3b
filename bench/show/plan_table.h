/* plan_table.h - lines and tables of a plan, printed as text or as Markdown from the same cells. */
#ifndef PLAN_TABLE_H
#define PLAN_TABLE_H

#include <jansson.h>
#include <stdbool.h>
#include <stdio.h>

enum { PLAN_TABLE_CELL = 96, PLAN_TABLE_COLUMNS = 8, PLAN_TABLE_ROWS = 32 };

/* A table before it is printed. */
struct plan_table {
    const char *heads[PLAN_TABLE_COLUMNS];
    int columns, rows;
    char cells[PLAN_TABLE_ROWS][PLAN_TABLE_COLUMNS][PLAN_TABLE_CELL];
    char notes[PLAN_TABLE_ROWS][256];
};

/* Prints it. Colour only when `colour`. */
void plan_table_print(const struct plan_table *table, FILE *out, bool markdown, bool colour);

/* A word and a line; nothing where the line is empty. */
void plan_table_line(FILE *out, bool markdown, const char *word, const char *line);

/* A number of an object; NaN: it has none. */
double plan_table_number(const json_t *object, const char *key);

/* What a document's plan promises: "p99 <= 5 ms, loss <= 0.1%". */
void plan_table_promises(const json_t *result, char *text, size_t size);

/* Of a size, or of a summary's judgement of a promise: "1.9 ms (1.7 ms .. 2.2 ms)", "overloaded", "-"; what its model
 * says. */
void plan_table_measured(const json_t *judged, char *text, size_t size);
void plan_table_model(const json_t *size_json, char *text, size_t size);

#endif
