/* metg_show.h - METG as a table. */
#ifndef METG_SHOW_H
#define METG_SHOW_H

#include <jansson.h>
#include <stdbool.h>
#include <stdio.h>

/* The pools of a result's "metg", and the plain loop; nothing unless one half lies
 * between the sizes of at least one of them. */
void metg_show(const json_t *result, FILE *out, bool colour);

#endif
