/* units.h - numbers as people write and say them: 10us, 64k, 1.96 M.
 *
 * Used by workload parameters and by the command line; pure functions. */
#ifndef UNITS_H
#define UNITS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Reads a count with an optional k, M or G (powers of 1000), as in 12, 64k,
 * 1.5M. Returns 0, -EINVAL (not a number, or trailing text), -ERANGE. */
int units_count(const char *text, int64_t *count);

/* Reads a time in ns, us, ms, s or min (also m), as in 500ns, 10us, 1.5ms; a unit is
 * required. Returns 0, -EINVAL, -ERANGE. */
int units_time(const char *text, int64_t *ns);

/* Writes three significant digits and a unit: 18 ns, 9.10 us, 1.96 M, 23 MiB.
 * Returns text. NaN becomes "-". */
const char *units_time_text(double ns, char *text, size_t size);
const char *units_count_text(double count, char *text, size_t size);
const char *units_bytes_text(double bytes, char *text, size_t size);

/* Two significant digits, and all those before the point: 0.4, 2.1, 137, never 1.4e+02. Returns text. NaN becomes "-".
 */
const char *units_rough_text(double value, char *text, size_t size);

/* A share in percent, three significant digits: 33%, 0.01%; ">99.9%" of what is nearly all, for "100%" is all.
 * Returns text. NaN becomes "-". */
const char *units_share_text(double share, char *text, size_t size);

/* A share as columns have it, two digits: 41%, 4.1%, "<0.1%" of next to nothing; what is nearly all as above. Returns
 * text. */
const char *units_share_rough(double share, char *text, size_t size);

/* The name among `names` that is closest to a mistyped one, or NULL when none
 * is close (more than a third of its letters would change). */
const char *units_nearest(const char *word, const char *const *names, int count);

#endif
