/* fleet_lines.h - what is said of a fleet around its tables, line by line: what was measured, how it scales, the
 * load; what is assumed, and one sentence of answer. */
#ifndef FLEET_LINES_H
#define FLEET_LINES_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

enum { FLEET_LINE = 1024 };

struct fleet_line {
    const char *word; /* what it is about; NULL: the end */
    void (*say)(const json_t *document, char *text, size_t size);
    bool foreign; /* names of elsewhere are in it: of a file, a workload, a host */
};

/* Before and after the tables. */
extern const struct fleet_line fleet_lines_before[], fleet_lines_after[];

/* The balancers of that verdict when all machines are well ("whole") or in another scene, by comma; "": none. */
void fleet_lines_names(const json_t *document, const char *scene, const char *verdict, char *text, size_t size);

/* "8 machines of 64 workers". */
const char *fleet_lines_size(const json_t *document, char *text, size_t size);

#endif
