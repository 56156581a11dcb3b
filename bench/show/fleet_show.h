/* fleet_show.h - what is expected of a fleet of machines (findings/fleet_forecast.h), for people. */
#ifndef FLEET_SHOW_H
#define FLEET_SHOW_H

#include <jansson.h>
#include <stdbool.h>
#include <stdio.h>

/* Its tables alone: each balancer, other sizes. */
void fleet_show_tables(const json_t *document, FILE *out, bool markdown);

/* The document's "fleet" and "from": what was measured, what is assumed, each balancer, other
 * sizes, and one sentence of answer. */
void fleet_show(const json_t *document, FILE *out, bool markdown);

#endif
