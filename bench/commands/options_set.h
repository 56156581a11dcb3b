/* options_set.h - what each option of `run` does with its value.
 *
 * A setter checks the value whole, against this machine too, and stores it, or
 * says in one line what was wrong and what is allowed. Pure but for reading the
 * machine; nothing is written anywhere. */
#ifndef OPTIONS_SET_H
#define OPTIONS_SET_H

#include "bench/commands/options.h"
#include "workloads/core/why.h"

/* Returns 0, or -EINVAL with the line in `why`. */
typedef int options_set_fn(struct options *options, const char *value, struct why why);

options_set_fn options_set_pools, options_set_workload, options_set_workers, options_set_producers,
    options_set_capacity, options_set_results, options_set_results_capacity, options_set_full, options_set_full_timeout,
    options_set_pin, options_set_rounds, options_set_until, options_set_budget, options_set_slo, options_set_seed,
    options_set_spin, options_set_out, options_set_plugin, options_set_synthetic, options_set_threshold,
    options_set_require, options_set_force, options_set_compare_format, options_set_peers, options_set_format,
    options_set_dry_run, options_set_no_history, options_set_machine, options_set_revision, options_set_keep,
    options_set_before, options_set_least, options_set_export_to, options_set_base, options_set_new,
    options_set_duet_pools, options_set_self_test, options_set_undecided, options_set_plot, options_set_no_floor,
    options_set_no_figures, options_set_rate, options_set_max, options_set_quota, options_set_from,
    options_set_machines, options_set_plan_full, options_set_page, options_set_help;

/* Whether a file of that name could be written later: 0, or -EINVAL and why not. */
int options_check_out(const char *value, struct why why);

/* The same of a page. */
int options_check_page(const char *value, struct why why);

#endif
