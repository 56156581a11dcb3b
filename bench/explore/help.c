/* help.c - what `poolbench explore --help` and --list print. */
#include "bench/explore/command.h"
#include "bench/show/help_text.h"

void command_help(FILE *out)
{
    help_text(out,
              "poolbench explore [options]: is there a schedule in which a pool breaks a promise?\n\n"
              "Threads of a small scenario (two or three workers, one to three jobs) run on one kernel thread, and at\n"
              "each atomic access, lock, futex and sleep the seed draws who goes on: thousands of schedules a\n"
              "second, each of which can be run again. A ledger judges what callers see by the contract; deadlocks,\n"
              "livelocks, memory used after it was freed, and what is left behind are seen beside it. Stops at the\n"
              "first failure of a pool, and tells it step by step. docs/explore.md explains.\n\n"
              "  poolbench explore                                every pool, 5 s each\n"
              "  poolbench explore -p ring --seconds 60           one pool, longer\n"
              "  poolbench explore --plugin ./mine.so             anybody's: built for it, or as it is\n"
              "  poolbench explore -p ring --replay 1:2672 -v     the same schedule again, step by step\n"
              "  poolbench explore -p ring --freeze               one thread stands still; the others must go on\n"
              "  poolbench explore -p ring --memory c11           as on processors that reorder more\n"
              "  poolbench explore --lines -t 1..64               cache lines that move, per job\n"
              "  poolbench explore --list                         the scenarios, a line each\n\n"
              "Exit status: 0 no schedule failed; 1 one did; 2 wrong usage, or the result could not be written; 3 a\n"
              "pool cannot be followed, or the machine refuses what it takes; 130 interrupted.\n\n"
              "  -p, --pools POOLS        pools, by comma (default: all; with a plug-in: its own)\n"
              "      --plugin FILE        a shared object with pools (docs/plugins.md); repeat for several\n"
              "      --peers              pools that others wrote (make peers builds the adapters)\n"
              "      --scenario NAME      only this one (default: drawn)\n"
              "      --seconds N          of each pool (default: 5; with --schedules: no limit)\n"
              "      --schedules N        of each pool, at most\n"
              "      --seed N             other schedules (default: 1: the same each time)\n"
              "      --replay SEED[:K]    the K-th schedule of a seed again; as it was printed, it also says of which\n"
              "                           build it is\n"
              "      --memory MODEL       sc, tso (x86-64) or c11 (arm64 and others); default: sc and tso, drawn\n"
              "      --strategy NAME      pos, pct or random (default: mix, drawn for each schedule)\n"
              "      --freeze             one thread stands still for ever at a step: what POOL_LOCK_FREE means\n"
              "      --go-on              do not stop at a failure: count\n"
              "      --lines              count transfers of cache lines per job, in place of looking for failures\n"
              "  -t, --workers LIST       with --lines: numbers of workers, as in 1,2,8 or 1..64 (default: 1..16)\n"
              "      --jobs N             with --lines: jobs that are counted, at most 65536 (default: 256)\n"
              "  -v, --verbose            tell all steps, and what was asked; with --lines: where\n"
              "      --list               say which scenarios there are\n"
              "      --format FORMAT      table, json or junit (default: table)\n"
              "  -o, --output FILE        write the result (JSON) there, and a figure of the first failure beside it\n"
              "  -h, --help               this help\n");
}

void command_list(FILE *out)
{
    for (int i = 0; scenario_table[i]; i++)
        fprintf(out, "%-15s %s\n", scenario_table[i]->name, scenario_table[i]->summary);
}
