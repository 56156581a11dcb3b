/* fisher.h - whether one side fails more often than another, from how often both did. */
#ifndef FISHER_H
#define FISHER_H

/* Fisher's exact test, one-sided: how likely it is that, of `base_failed` + `now_failed` failures among all trials, at
 * least `now_failed` fall on the second side by chance alone. Counts are >= 0, failures no more than trials. Pure.
 * Source: Fisher, "The Logic of Inductive Inference" (1935). */
double fisher_more(int base_failed, int base_all, int now_failed, int now_all);

#endif
