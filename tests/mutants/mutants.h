/* mutants.h - pools with a bug put in: what `poolbench explore` must find.
 *
 * Each is a piece of a pool's source and what stands there with the bug. All are put into
 * one copy of the pools (mutate.c), each behind MUTANT(name), and one is switched on at a
 * time; so the pools' own sources know nothing of them, and a piece that is not found, or
 * twice, ends the build. */
#ifndef MUTANTS_H
#define MUTANTS_H

struct mutant {
    const char *name;
    const char *what; /* the bug, in a line */
    const char *pool; /* of which it is asked */
    const char *file; /* below the root */
    const char *old_text, *new_text;
    int c11, freeze;      /* it shows only under that model of memory; only when one thread stands still */
    const char *scenario; /* NULL: drawn */
    int within;           /* schedules of seed 1 within which it must be found; 0: 20,000 */
};

extern const struct mutant mutants[];
extern const int mutant_count;

#endif
