/* litmus.h - the small programs of litmus.c, which are compiled with hooks. */
#ifndef LITMUS_H
#define LITMUS_H

#include <stdbool.h>

/* The memory orders that a program uses, and whether a full fence stands between its two
 * accesses. */
struct litmus_orders {
    int store, load; /* of enum memory_order */
    bool fences;
};

struct litmus {
    const char *name;
    void (*run)(const struct litmus_orders *orders); /* a scenario */
    bool (*odd)(void); /* whether what was read last is what sequential consistency cannot give */
};

extern const struct litmus litmus_sb, litmus_mp, litmus_lb, litmus_iriw, litmus_corr, litmus_release_sequence;

/* A plain value is handed over by an atomic; the store's and the load's orders as said. */
void litmus_hand_over(const struct litmus_orders *orders);

#endif
