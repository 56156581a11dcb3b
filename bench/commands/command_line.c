/* command_line.c - see command_line.h. To add an option, add a row to `rows` and the
 * function that sets it (options_set.c); to add a command, a row to `commands`.
 * Nothing else knows how they look. */
#include "bench/commands/command_line.h"

#include <errno.h>
#include <math.h>
#include <string.h>

#include "bench/commands/history.h"
#include "bench/commands/options_set.h"
#include "bench/commands/options_trace.h"
#include "bench/commands/plan_check.h"
#include "bench/commands/sweep.h"
#include "bench/page/page.h"
#include "bench/results/policy.h"
#include "bench/show/help_text.h"
#include "bench/show/terminal.h"
#include "bench/statistics/rates.h"
#include "pools/core/topology.h"
#include "workloads/core/trace_part.h"
#include "workloads/core/units.h"

struct row {
    const char *name;  /* long name */
    char letter;       /* or 0 */
    const char *value; /* how the value is called; NULL: none */
    const char *help;
    unsigned commands; /* bits of enum options_command */
    bool repeats;
    options_set_fn *set;
};

struct command {
    const char *name, *arguments, *summary, *details;
    int words_min, words_max;
    const char *const *choices; /* what the first word may be, where there is one, NULL at the end; NULL: anything */
};

enum {
    RUN_ONLY = 1 << OPTIONS_RUN,
    RUN = 1 << OPTIONS_RUN | 1 << OPTIONS_SWEEP, /* a sweep is a run, with ranges asked for */
    LIST = 1 << OPTIONS_LIST,
    COMPARE = 1 << OPTIONS_COMPARE,
    LIMITS = 1 << OPTIONS_LIMITS,
    TOPOLOGY = 1 << OPTIONS_TOPOLOGY,
    HISTORY = 1 << OPTIONS_HISTORY,
    EXPORT = 1 << OPTIONS_EXPORT,
    REPORT = 1 << OPTIONS_REPORT,
    DUET = 1 << OPTIONS_DUET,
    PLAN = 1 << OPTIONS_PLAN,
    ALL = (1 << OPTIONS_COMMANDS) - 1
};

static const char *const listable[] = {"pools", "workloads", NULL};

static const struct command commands[OPTIONS_COMMANDS] = {
    [OPTIONS_RUN] =
        {"run", "[options]", "measure pools under workloads",
         "Without options: all pools under all workloads, the default suite (--dry-run prints it).\n"
         "Results go to stdout, to a JSON file and to figures; progress to stderr. The default suite has a page, too\n"
         "(index.html beside its figures; of other results poolbench report makes one).\n\n"
         "  poolbench run -p mutex,ring,steal -w cpu:size=1us -t 2\n"
         "  poolbench run -w empty:batch=32 -w cpu:size=10us,dist=exp --producers 2\n"
         "  poolbench run -p ring --capacity 8 --full reject --format csv\n"
         "  poolbench run -w io:op=socket,cpu=20us -t 1,2,4,8\n"
         "  poolbench run -w slow-consumer:take=500us --results block,drop --results-capacity 1,64\n"
         "  poolbench run --record day.csv -w burst:rate=2k,of=cpu:size=200us,dist=exp -t 2\n"
         "  poolbench run --trace day.csv --times 2 --slo p99=20ms -p ring -t 2,4 --budget 1min --rounds 6\n\n"
         "Exit status: 0 good; 1 work was lost, a pool failed, or a promise (--slo) was broken; 2 wrong usage, or the\n"
         "result or stdout could not be written; 3 this pool or this machine cannot do what was asked, or it\n"
         "was not quiet (--require quiet); 4 with --undecided fail: nothing of that, but of a promise nobody can "
         "tell;\n"
         "130 interrupted, and what was measured is kept.\n",
         0, 0, NULL},
    [OPTIONS_SWEEP] =
        {"sweep", "[options]", "how cost grows: run over ranges",
         "As run, with ranges for the dimensions; a figure for each. A range of at most 9 numbers is measured at\n"
         "each, a longer one in steps of one up to 8, then by doubling, and it is said at which; of a workload's\n"
         "parameter by doubling, or in at most 10 steps. Without a range: the number of\n"
         "workers, up to twice the CPUs, under cpu:size=10us.\n\n"
         "  poolbench sweep -t 1..8 -w cpu:size=1us\n"
         "  poolbench sweep --capacity 1..64k -w empty -p ring,mutex\n"
         "  poolbench sweep --producers 1..4 -t 2 -w empty\n"
         "  poolbench sweep -w cpu:size=100ns..100us -t 2\n"
         "  poolbench sweep -w depth:jobs=10..100k -p mutex,ring\n\n"
         "With --slo, and jobs that come at a rate which is not given: the highest rate that keeps the promises. It\n"
         "is bracketed, then narrowed down to 4%; --rounds is of each probe (default: 3; as many again where they\n"
         "decide nothing), --budget of each search (default: 10s). With a range of rates each of them is judged. Of a\n"
         "recording it is how many times as dense as it was recorded; each probe replays all of the stretch.\n\n"
         "  poolbench sweep --slo p99=5ms -w burst:of=cpu:size=5us -p ring,mutex -t 2\n"
         "  poolbench sweep --slo p99=5ms -w burst:rate=10k..160k,of=cpu:size=5us -t 2\n"
         "  poolbench sweep --slo p99=50ms -w trace:file=day.csv,from=4s,for=1s -t 4 --budget 30s\n\n"
         "Exit status: as run; of a search 1 too when the lowest rate breaks the promises, 3 when the generator is "
         "the\n"
         "limit there, 4 when no rate was found that keeps them for certain: nobody can tell.\n",
         0, 0, NULL},
    [OPTIONS_PLAN] =
        {"plan", "[options]", "how many workers, how long a queue, for this load",
         "Measures how long the jobs are served, asks a model where to look, and measures there, as `run --slo` does: "
         "an\n"
         "open loop in the steady state, latency from the planned start, over all jobs submitted. The answer is the\n"
         "fewest workers that keep the promises by their whole interval; one fewer is measured too. The queue is as\n"
         "long as the promise allows. Then: the rate that this holds, and 1.5 times that under each policy of a full\n"
         "queue. The last line is the command that checks the answer again. docs/plan.md explains.\n\n"
         "  poolbench plan --rate 20k --slo p99=5ms,loss=0.1% -w io:op=socket,cpu=20us\n"
         "  poolbench plan --rate 200 --slo p99=50ms -w io:op=sleep,wait=2ms -p mutex -t 1..8 --budget 1min\n"
         "  poolbench plan --max --slo p99=5ms -w cpu:size=100us -t 1..8     the highest rate of each number of "
         "workers\n"
         "  poolbench plan --rate 2k --slo p99=20ms -w cpu:size=200us --quota 0.5    in a container of half a CPU\n"
         "  poolbench plan --trace day.csv --slo p99=20ms,p99.9=100ms\n"
         "  poolbench plan -w trace:file=day.csv.gz,as=sleep,times=2 --slo p99=20ms\n"
         "\n"
         "With --from nothing is measured: the models take the services of a finished run, and how its throughput "
         "grew\n"
         "with the workers, and say what so many machines of so many workers do with one slow and with one lost, and\n"
         "how sure that is. Only -o writes a file.\n\n"
         "  poolbench plan --from results/x.json --workers 64 --machines 8 --rate 2M --slo p99=5ms\n"
         "\n"
         "Exit status: 0 what is recommended keeps the promises; 1 all sizes that were measured break them (the best "
         "is\n"
         "shown), with --max one of them at every rate;\n"
         "2 wrong usage, or a promise or a rate that is impossible (nothing is written then), or the result could\n"
         "not be written; 3 the generator or the machine is the limit, and it is said how that is known; 4 no size\n"
         "(with --max: no rate of one of them) was found that keeps them for certain: nobody can tell; 130\n"
         "interrupted, and what was measured is kept.\n",
         0, 0, NULL},
    /* The options of these are other programs' own (bench/check, bench/explore). */
    [OPTIONS_CHECK] = {"check", "[options]", "provoke the known bugs of worker pools", "", 0, 0, NULL},
    [OPTIONS_EXPLAIN] = {"explain", "[BUG] [options]", "the known bugs, to read and to run", "", 0, 0, NULL},
    [OPTIONS_EXPLORE] = {"explore", "[options]", "is there a schedule in which a pool breaks a promise?", "", 0, 0,
                         NULL},
    [OPTIONS_LIST] =
        {"list", "[pools|workloads]", "say what there is",
         "The first word of each line is the name. Without a word: the pools, an empty line, the workloads.\n\n"
         "  poolbench list\n"
         "  poolbench list pools\n"
         "  poolbench list workloads\n\n"
         "Exit status: 0 good; 2 wrong usage, a plug-in that cannot be loaded, or stdout could not be written.\n",
         0, 1, listable},
    [OPTIONS_PLOT] =
        {"plot", "RESULT.json", "draw a result's figures again",
         "Figures (SVG and PNG) and their data go to a folder beside the file.\n\n"
         "  poolbench plot results/mine.json\n\n"
         "Exit status: 0 good; 2 wrong usage, the file is no result, or the figures could not be written; 3\n"
         "gnuplot, or its scripts, are not here.\n",
         1, 1, NULL},
    [OPTIONS_COMPARE] =
        {"compare", "BASE.json NEW.json", "two results of different times: faster, slower, or the same?",
         "Rounds are not paired, so that what changed on the machine counts as change. The speed of NEW as\n"
         "a multiple of BASE's, with its interval (Hodges-Lehmann, Wilcoxon's rank sum). Intervals hold all together\n"
         "with 95%: of comparisons of what has not changed at most 5% accuse anything, however many benchmarks there\n"
         "are, as long as the machine has not changed either. CPU time, memory, latency and wake-ups of a job, and\n"
         "the share that was lost, are rows of their own, shown where they changed by more than ten times the\n"
         "threshold; of a search for a rate (sweep --slo) the rate is compared.\n\n"
         "  poolbench compare results/base.json results/new.json\n"
         "  poolbench compare base.json new.json --threshold 5% --format markdown >>$GITHUB_STEP_SUMMARY\n"
         "  poolbench compare base.json new.json --plot compared            and a figure, what is worse first\n\n"
         "A name with @ before it is a baseline of the history (poolbench history baseline NAME), a number with @ a "
         "run of it.\n\n"
         "  poolbench compare @main results/new.json\n\n"
         "Exit status: 0 no regression; 1 something is slower or costs more by more than its threshold, and\n"
         "its interval excludes 1, or it fails more often, or is missing, or has no figure; 2 stdout, or the\n"
         "figure, could not be written, or the files cannot be compared (another processor, number of CPUs or quota, "
         "other parameters,\n"
         "damaged), or wrong usage; 3 the machine was not quiet (--require quiet), or --plot has no gnuplot; 4 with "
         "--undecided fail: nothing\n"
         "of that, but of something nobody can tell; 5 something fails that did not, or always now, maybe by chance.\n",
         2, 2, NULL},
    [OPTIONS_DUET] =
        {"duet", "--base OLD.so --new NEW.so [options]", "two builds side by side: a verdict that a gate can trust",
         "Two plug-ins (docs/plugins.md; `make pools.so` builds our own pools as one) are loaded next to each other\n"
         "in every process, each with its own copy of everything, and run in short slices, in pairs, in random\n"
         "order, then mirrored. A process is one sample. What the first session of processes suspects is measured\n"
         "again by a second one, which decides alone, by a rule of which 1 of 100 runs of an unchanged build accuses\n"
         "anything at most, however many benchmarks there are (docs/duet.md says what was measured of that). A change\n"
         "counts beyond 1.5%, or beyond what two copies of OLD.so differ by here. CPU time, memory and\n"
         "wake-ups of a job stand beside; they are no verdict on time.\n"
         "Both sides have to be built alike: -falign-functions=64, -Wl,-Bsymbolic.\n\n"
         "  poolbench duet --base base/mypool.so --new head/mypool.so --budget 2m\n"
         "  poolbench duet --base old.so --new new.so -p ring -w empty -w cpu:size=1us -t 2 --undecided fail\n"
         "  poolbench duet --base old.so --new new.so --slo p99=1ms -w burst:of=cpu:size=20us,dist=exp -t 1\n"
         "                                             which of the two keeps the higher rate?\n"
         "  poolbench duet --base old.so --new new.so --format markdown >comment.md\n"
         "  poolbench duet --self-test                 slows one side by 5%: would you be told?\n"
         "  make compare BASE=main~3                   our own pools of that revision against this tree's\n\n"
         "Exit status: 0 no regression; 1 something is slower by --threshold at least, and confirmed, or fails more\n"
         "often than the base (--self-test: it was not found); 2 wrong usage, a plug-in that cannot be loaded, or the\n"
         "result or stdout could not be written; 3 the machine cannot, the base fails, or a plug-in was changed while\n"
         "it was measured; 4 with --undecided fail: nothing of that, but something is undecided; 5 the new side\n"
         "failed, maybe by chance; 130 interrupted, and what was measured is kept.\n",
         0, 0, NULL},
    [OPTIONS_LIMITS] =
        {"limits", "[options]", "what this machine allows: line, add, fence, wake, syscall, clock",
         "The steps that no pool can do without, each in short epochs on pinned threads, all in turn; the\n"
         "median over epochs with its exact 95% interval. A cache line between each two CPUs.\n\n"
         "  poolbench limits\n"
         "  poolbench limits -o limits.json          keeps it, and draws the heat map beside it\n\n"
         "Exit status: 0 good; 2 wrong usage, or the file, or stdout, could not be written; 3 hwloc cannot read\n"
         "this machine, or the clocks of its CPUs are out of step; 130 interrupted.\n",
         0, 0, NULL},
    [OPTIONS_TOPOLOGY] =
        {"topology", "[options]", "the machine, and where threads run under each placement",
         "  poolbench topology\n"
         "  poolbench topology -t 4 --producers 2 --pin compact,spread\n"
         "  poolbench topology --synthetic \"pack:2 l3:2 core:4 pu:2\"     a machine that is not there\n\n"
         "Exit status: 0 good; 2 wrong usage, or stdout could not be written; 3 hwloc cannot read this machine.\n",
         0, 0, NULL},
    [OPTIONS_HISTORY] =
        {"history", "[show|changes|baseline|import|export|prune ...]", "what was measured before",
         "Each run, sweep, duet and plan is appended to a database, results/history.db, or what POOLBENCH_HISTORY "
         "names (empty:\n"
         "none). It keeps a point for each benchmark, and the result without its histograms' buckets. What one\n"
         "machine measured is never mixed with another's: the host, the processor, the CPUs and the quota tell them\n"
         "apart; --machine NAME in the place of the host makes one machine of a fleet of the same kind. Without a\n"
         "word: the list of runs. `changes` names change points (docs/history.md says how often it errs): steps, and\n"
         "what creeps against its best level; of a series of fewer than 10 runs it says nothing.\n\n"
         "  poolbench history\n"
         "  poolbench history show ring/empty/t2             its course, run by run, and a figure (also 'ring/*')\n"
         "  poolbench history changes                        when what became faster or slower, and from which "
         "revision on\n"
         "  poolbench history changes 'ring/*' --threshold 5%\n"
         "  poolbench history baseline main                  the newest run, from now on @main; or a run: baseline "
         "main 17\n"
         "  poolbench compare @main new.json\n"
         "  poolbench history import results/*.json          results of before, or what export wrote; all or none\n"
         "  poolbench history export >history.jsonl          every run as a line of JSON\n"
         "  ssh ci poolbench history export | poolbench history import /dev/stdin\n"
         "  poolbench history prune --keep 200               of each machine the newest, and baselines\n"
         "  poolbench run --machine ci --revision $(git rev-parse --short HEAD) --plugin mine.so\n\n"
         "Exit status: 0 good, whatever changed; 2 the database could not be written or read, or is held by another "
         "for 30 s, or wrong\n"
         "usage, nothing to show, a file that is no result (none is then imported), a database that is damaged, of a\n"
         "newer version, or none.\n",
         0, OPTIONS_WORDS_MAX, history_words},
    [OPTIONS_EXPORT] =
        {"export", "RESULT.json", "a result in a format that other tools read",
         "On stdout: of each benchmark the wall time per job, of each round or as a median with its interval, and "
         "where\n"
         "the format can say them its CPU time and latencies; of a search the rate that is kept "
         "(github-action-bigger:\n"
         "more is better); of a duet the ratio of the times. docs/exports.md says which tool has read which. junit\n"
         "and markdown say what was found, also of a duet: a test case for each benchmark, of which a regression "
         "(what\n"
         "makes the exit status 1) is a failure, and what is undecided is skipped; a page for a pull request.\n\n"
         "  poolbench export results/mine.json --format benchstat >new.txt\n"
         "  poolbench export results/mine.json --format github-action >output.json\n"
         "  poolbench export duet.json --format junit >duet.xml\n\n"
         "Exit status: 0 good; 2 wrong usage, or the file is no result, or has nothing that this format can say, or\n"
         "stdout could not be written.\n",
         1, 1, NULL},
    [OPTIONS_REPORT] =
        {"report", "[RESULT...]", "results as one page to read and to send",
         "One HTML file, which needs nothing else: what came of it in a few sentences, each figure with its numbers, "
         "the\n"
         "command that repeats it and what it does not tell, how it was measured, and the numbers as files. It lies\n"
         "beside the first result unless -o says where. Of a run, a sweep, a search, a check, a duet, a plan, limits,\n"
         "an exploration, the history (its database), or of several; of two runs what changed. Without a name: the\n"
         "newest result of results/.\n\n"
         "  poolbench report results/mine.json\n"
         "  poolbench report before.json after.json -o both.html\n"
         "  poolbench report results/history.db\n\n"
         "Exit status: 0 good; 2 wrong usage, or a file is no result, or the file of that name is no page of ours\n"
         "(nothing is written then), or the page could not be written.\n",
         0, PAGE_DOCUMENTS_MAX, NULL},
    [OPTIONS_HELP] = {"help", "[COMMAND]", "explain a command",
                      "The same as COMMAND --help.\n\n"
                      "  poolbench help run\n\n"
                      "Exit status: 0 good; 2 there is no such command, or stdout could not be written.\n",
                      0, 1, NULL},
};

static const struct row rows[] = {
    {"from", 0, "RESULT.json", "take the services that this run measured, and measure nothing", PLAN, false,
     options_set_from},
    {"machines", 0, "N", "with --from: machines of --workers each (default: as many as it takes)", PLAN, false,
     options_set_machines},
    {"rate", 0, "RATE", "jobs per second that come, at random (1 to 100M)", PLAN, false, options_set_rate},
    {"max", 0, NULL, "the highest rate that each number of workers holds, in the place of --rate", PLAN, false,
     options_set_max},
    {"quota", 0, "CPUS",
     "plan for a container of so many CPUs: measured in a cgroup where one can be made, else simulated (and said)",
     PLAN, false, options_set_quota},
    {"workload", 'w', "WORKLOAD", "whose jobs: a workload, name:key=value,...", PLAN, false, options_set_workload},
    {"slo", 0, "PROMISES", "what must be kept, as in p99=5ms,loss=0.1% (p50..p99.99, mean, max; of all jobs submitted)",
     PLAN, false, options_set_slo},
    {"pools", 'p', "POOL", "the pool (default: ring)", PLAN, false, options_set_pools},
    {"workers", 't', "WORKERS", "sizes to choose from, as in 1..8 or 2,4,8 (default: any)", PLAN, false,
     options_set_workers},
    {"capacity", 0, "N", "jobs that may wait (default: as many as the promises allow)", PLAN, false,
     options_set_capacity},
    {"full", 0, "POLICY",
     "block, reject, timeout, caller-runs or drop-oldest (default: reject where loss is allowed, else block)", PLAN,
     false, options_set_plan_full},
    {"producers", 0, "N", "threads that submit (default: 1)", PLAN, false, options_set_producers},
    {"budget", 0, "TIME", "wall time of it all, at most about (default: 2min)", PLAN, false, options_set_budget},
    {"format", 0, "FORMAT", "on stdout: table, markdown or json (default: table)", PLAN, false,
     options_set_compare_format},
    {"pools", 'p', "POOLS", "pools, by comma (default: all)", RUN, false, options_set_pools},
    {"base", 0, "OLD.so", "the plug-in that is compared with", DUET, false, options_set_base},
    {"new", 0, "NEW.so", "the plug-in that is judged", DUET, false, options_set_new},
    {"pools", 'p', "POOLS", "pools that both have, by comma (default: all)", DUET, false, options_set_duet_pools},
    {"workers", 't', "WORKERS", "worker threads; several numbers by comma (default: 2, and 1 for empty jobs)", DUET,
     false, options_set_workers},
    {"budget", 0, "TIME", "wall time of it all (default: 2min)", DUET, false, options_set_budget},
    {"threshold", 0, "PERCENT",
     "1 is the exit status when something is slower by this (default: 3%); no verdict changes", DUET, false,
     options_set_threshold},
    {"undecided", 0, "pass|fail", "fail: 4 is the exit status when something is undecided (default: pass)",
     DUET | COMPARE, false, options_set_undecided},
    {"undecided", 0, "pass|fail", "fail: 4 is the exit status when of a promise nobody can tell (default: pass)", RUN,
     false, options_set_undecided},
    {"slo", 0, "PROMISES",
     "judge the highest rate that keeps them, as in p99=5ms (p50..p99.99, mean), of jobs that come at a rate", DUET,
     false, options_set_slo},
    {"self-test", 0, NULL, "slow the jobs of the new side by 5%, which has to be found; say what is seen here", DUET,
     false, options_set_self_test},
    {"format", 0, "FORMAT", "on stdout: table, markdown, json or junit (default: table)", DUET, false,
     options_set_compare_format},
    {"workload", 'w', "WORKLOAD", "a workload, name:key=value,...; repeat for several (default: the suite)", RUN | DUET,
     true, options_set_workload},
    {"trace", 0, "FILE.csv[.gz]",
     "a recorded load, lines of arrival_s,service_s[,class]: each job when it came, and as long as it took; with -w "
     "its "
     "arrivals, and that workload's jobs",
     RUN | PLAN, false, options_set_trace},
    {"record", 0, "FILE.csv[.gz]",
     "record what is run as such a load: when each job was planned, how long it took; of one open loop (default then: "
     "-p ring, -t as many as CPUs, --rounds 1, --budget 10s)",
     RUN_ONLY, false, options_set_record},
    {"times", 0, "FACTOR", "with --trace: so many times the rate, as in 2 or 0.5 (default: 1)", RUN | PLAN, false,
     options_set_times},
    {"workers", 't', "WORKERS", "worker threads; several numbers by comma (default: 1,2; on one CPU: 1)", RUN, false,
     options_set_workers},
    {"producers", 0, "N", "threads that submit; several numbers by comma (default: 1)", RUN, false,
     options_set_producers},
    {"capacity", 0, "N", "jobs that may wait; several by comma (default: 1024; slow-consumer: 8)", RUN | DUET, false,
     options_set_capacity},
    {"full", 0, "POLICY", "block, reject, timeout, caller-runs or drop-oldest (default: block)", RUN, false,
     options_set_full},
    {"results", 0, "POLICIES", "slow-consumer: block, throttle, drop, by comma (default: all three)", RUN, false,
     options_set_results},
    {"results-capacity", 0, "N", "places for results; several numbers by comma (default: --capacity)", RUN, false,
     options_set_results_capacity},
    {"full-timeout", 0, "TIME", "how long --full timeout waits (default: 1ms)", RUN | PLAN, false,
     options_set_full_timeout},
    {"pin", 0, "PLACEMENT",
     "none, compact, spread, core, numa:N, several by comma, or CPUs as in 0,2,4-7 (default: core)",
     RUN | TOPOLOGY | DUET | PLAN, false, options_set_pin},
    {"synthetic", 0, "MACHINE", "pretend this machine, in hwloc's words, or that of a file by lstopo (FILE.xml)",
     TOPOLOGY, false, options_set_synthetic},
    {"workers", 't', "WORKERS", "worker threads; several numbers by comma (default: as many as CPUs)", TOPOLOGY, false,
     options_set_workers},
    {"producers", 0, "N", "threads that submit (default: 1)", TOPOLOGY, false, options_set_producers},
    {"rounds", 0, "N", "processes that each measure everything once (default: 12; of a probe 3)", RUN, false,
     options_set_rounds},
    {"budget", 0, "TIME", "wall time for each configuration; wins over --rounds (default: 1s; of a search 10s)", RUN,
     false, options_set_budget},
    {"until", 0, "PERCENT",
     "stop as soon as all 95% intervals are within this of their medians, as in 2%; or with the budget (then 10s by "
     "default, 12 rounds a second)",
     RUN, false, options_set_until},
    {"slo", 0, "PROMISES",
     "what must be kept, as in p99=5ms,loss=0.1% (p50..p99.99, mean, max; of all jobs submitted); 1 when one is broken",
     RUN, false, options_set_slo},
    {"seed", 0, "N", "of shuffles and job sizes (default: from the clock; it is in the result)", RUN | DUET | PLAN,
     false, options_set_seed},
    {"spin", 0, "TIME", "how long an idle worker spins before it parks; 0ns parks at once (default: 2us)",
     RUN | DUET | PLAN, false, options_set_spin},
    {"plugin", 0, "FILE.so", "pools and workloads of your own (docs/plugins.md); repeat for several",
     RUN | LIST | DUET | PLAN, true, options_set_plugin},
    {"peers", 0, NULL, "pools that others wrote, beside ours (make peers builds them)", RUN | LIST | PLAN, false,
     options_set_peers},
    {"output", 'o', "FILE", "keep the result there (JSON), and draw beside it", LIMITS, false, options_set_out},
    {"format", 0, "FORMAT", "on stdout: table or json (default: table)", LIMITS, false, options_set_format},
    {"no-figures", 0, NULL, "do not draw", LIMITS, false, options_set_no_figures},
    {"output", 'o', "FILE", "the result file (default: results/<time>-<workloads>.json)", RUN | DUET | PLAN, false,
     options_set_out},
    {"format", 0, "FORMAT", "on stdout: table, json or csv (default: table)", RUN, false, options_set_format},
    {"threshold", 0, "PERCENT", "slower by more than this is a regression, or costs by ten times this (default: 3%)",
     COMPARE, false, options_set_threshold},
    {"require", 0, "quiet", "3 where the machine was not quiet before, during and after the run(s)", RUN | COMPARE,
     false, options_set_require},
    {"plot", 0, "FOLDER", "draw the changes there, too: changes.svg, changes.png, and their data", COMPARE, false,
     options_set_plot},
    {"force", 0, NULL, "compare also what another machine measured, or with other parameters", COMPARE, false,
     options_set_force},
    {"format", 0, "FORMAT", "table, markdown, json or junit (default: table)", COMPARE, false,
     options_set_compare_format},
    {"dry-run", 0, NULL, "say what would run and how long, and stop", RUN, false, options_set_dry_run},
    {"no-floor", 0, NULL, "do not measure `inline`, the floor, beside what was asked for", RUN, false,
     options_set_no_floor},
    {"no-figures", 0, NULL, "do not draw", RUN | DUET | PLAN, false, options_set_no_figures},
    {"format", 0, "FORMAT",
     "gbench, benchstat, bencher, github-action, github-action-bigger, hyperfine, csv, openmetrics, junit, markdown",
     EXPORT, false, options_set_export_to},
    {"no-history", 0, NULL, "do not append to the history (poolbench history --help)", RUN | DUET | PLAN, false,
     options_set_no_history},
    {"machine", 0, "NAME", "call this machine so in the history, in the place of its host: one of a fleet",
     RUN | DUET | PLAN, false, options_set_machine},
    {"machine", 0, "NAME",
     "only of this machine, also prune, and baseline, whose run must be of it; of import: call it so", HISTORY, false,
     options_set_machine},
    {"revision", 0, "NAME", "of what is measured, for the history (default: this program's)",
     RUN | HISTORY | DUET | PLAN, false, options_set_revision},
    {"no-figures", 0, NULL, "show: do not draw", HISTORY, false, options_set_no_figures},
    {"threshold", 0, "PERCENT", "changes: of at least this much (default: 1.5%)", HISTORY, false, options_set_least},
    {"keep", 0, "N", "prune: keep so many runs of each machine", HISTORY, false, options_set_keep},
    {"before", 0, "DATE", "prune: remove what is older, as in 2026-11-24", HISTORY, false, options_set_before},
    {"format", 0, "FORMAT", "table or json (default: table)", HISTORY, false, options_set_format},
    {"output", 'o', "FILE.html", "the page (default: beside the first result, .html)", REPORT, false, options_set_page},
    {"help", 'h', NULL, "this help", ALL, false, options_set_help},
};
enum { ROWS = sizeof rows / sizeof *rows };

enum options_command command_line_command(const char *name)
{
    int i = 0;
    while (i < OPTIONS_COMMANDS && strcmp(name, commands[i].name))
        i++;
    return (enum options_command)i;
}

void command_line_help(FILE *out, enum options_command command)
{
    if (command == OPTIONS_COMMANDS) {
        help_text(
            out,
            "poolbench measures, sizes and guards worker pools (thread pools).\n\nusage: poolbench COMMAND ...\n\n");
        for (int i = 0; i < OPTIONS_COMMANDS; i++)
            terminal_line(out, 31, "  %-8s %-19s %s", commands[i].name, commands[i].arguments, commands[i].summary);
        help_text(out, "\n  --version       revision, compiler, flags, libraries\n"
                       "  COMMAND --help  options and examples\n");
        return;
    }
    terminal_line(out, 2, "poolbench %s %s: %s\n", commands[command].name, commands[command].arguments,
                  commands[command].summary);
    help_text(out, commands[command].details);
    fputc('\n', out);
    for (int i = 0; i < ROWS; i++) {
        char left[64], letter[8] = "    ";
        if (!(rows[i].commands & 1u << command))
            continue;
        if (rows[i].letter)
            snprintf(letter, sizeof letter, "-%c, ", rows[i].letter);
        snprintf(left, sizeof left, "%s--%s%s%s", letter, rows[i].name, rows[i].value ? " " : "",
                 rows[i].value ? rows[i].value : "");
        terminal_line(out, 31, "  %-28s %s", left, rows[i].help);
    }
}

static const struct row *find_row(enum options_command command, const char *name, size_t length, char letter)
{
    for (int i = 0; i < ROWS; i++)
        if (rows[i].commands & 1u << command &&
            (letter ? rows[i].letter == letter
                    : strlen(rows[i].name) == length && !strncmp(rows[i].name, name, length)))
            return &rows[i];
    return NULL;
}

static int wrong_option(struct options *options, const char *word, struct why why)
{
    const char *names[ROWS];
    int count = 0;
    char plain[64];
    snprintf(plain, sizeof plain, "%.*s", (int)strcspn(word, "="), word);
    for (int i = 0; i < ROWS; i++)
        if (rows[i].commands & 1u << options->command)
            names[count++] = rows[i].name;
    word = units_nearest(plain + strspn(plain, "-"), names, count);
    return why_wrong(why, "%s has no option \"%s\"%s%s%s (see: poolbench %s --help)", commands[options->command].name,
                     plain, word ? "; did you mean \"--" : "", word ? word : "", word ? "\"?" : "",
                     commands[options->command].name);
}

/* What says which names there are is read before the others, wherever it stands. */
static bool is_early(const struct row *row)
{
    return row->set == options_set_plugin || row->set == options_set_peers || row->set == options_set_synthetic;
}

/* One word of the line; *i moves on when the value is the next one. `early`: only
 * options that are read first are taken, else only the others. */
static int take_word(struct options *options, int argc, char **argv, int *i, bool *seen, bool early, struct why why)
{
    const char *word = argv[*i], *value = NULL;
    const struct row *row;
    if (word[1] == '-') {
        size_t length = strcspn(word + 2, "=");
        row = find_row(options->command, word + 2, length, 0);
        value = word[2 + length] ? word + 3 + length : NULL;
    } else {
        row = find_row(options->command, NULL, 0, word[1]);
        value = word[2] ? word + 2 : NULL;
    }
    if (!row)
        return wrong_option(options, word, why);
    if (!row->value && value)
        return why_wrong(why, "--%s takes no value", row->name);
    if (row->value && !value) {
        if (*i + 1 >= argc)
            return why_wrong(why, "%s wants a value: %s", word, row->value);
        value = argv[++*i];
    }
    if (is_early(row) != early)
        return 0;
    if (!row->repeats && seen[row - rows])
        return why_wrong(why, "--%s is given twice", row->name);
    seen[row - rows] = true;
    return row->set(options, value, why);
}

/* A place is reserved for a job that is queued by its submitter: with throttle
 * it can neither be dropped nor run elsewhere. */
static int check_throttle(const struct options *options, struct why why)
{
    if (options->full != POOL_CALLER_RUNS && options->full != POOL_DROP_OLDEST)
        return 0;
    for (int i = 0; i < options->results_count; i++)
        if (options->results[i] == POOL_RESULTS_THROTTLE)
            return why_wrong(why, "--results throttle goes with --full block, reject or timeout, not with %s",
                             policy_full_name(options->full));
    return 0;
}

/* --results means something only where there is a consumer. */
static int check_results(const struct options *options, struct why why)
{
    const char *option = options->results_count ? "--results" : "--results-capacity";
    if (!options->results_count && !options->results_capacity_count)
        return 0;
    for (int i = 0; i < options->workload_count; i++)
        if (options->workloads[i].ops->consume)
            return check_throttle(options, why);
    return why_wrong(why, "%s: no workload named with -w has a consumer of results (slow-consumer has)", option);
}

/* A time that nobody waits is no harm, and not what was meant. `plan` tries all policies. */
static int check_full_timeout(const struct options *options, struct why why)
{
    if (options->full_timeout_ns < 0 || options->full == POOL_TIMEOUT || options->command == OPTIONS_PLAN)
        return 0;
    return why_wrong(why, "--full-timeout: with --full %s nobody waits so long (it goes with --full timeout)",
                     policy_full_name(options->full));
}

/* Jobs of a search for a rate: they come at one. `given` counts those that say it themselves. */
static int check_rates(const struct options *options, const char *command, int *given, struct why why)
{
    enum { RATE_DIGITS = 12 }; /* of a rate, and of how long it is counted, beyond a small one's */
    *given = 0;
    if (!options->workload_count)
        return why_wrong(why, "%s --slo: whose rate? Name jobs that come at one, as in -w burst:of=cpu:size=5us",
                         command);
    for (int i = 0; i < options->workload_count; i++) {
        const struct workload_spec *spec = &options->workloads[i];
        struct workload_spec longest;
        if (!rates_has(spec->ops))
            return why_wrong(why, "%s --slo: %s comes at no rate; burst:of=%s does (run --slo judges any workload)",
                             command, spec->text, spec->text);
        if (rates_put(spec, trace_is(spec) ? rates_per_s(spec) : 1, 1e9, &longest) ||
            strlen(longest.text) + RATE_DIGITS >= sizeof longest.text)
            return why_wrong(why, "%s --slo: workload \"%.40s...\" is too long", command, spec->text);
        *given += rates_given(spec->text, trace_is(spec) ? "times" : "rate");
    }
    return 0;
}

/* Each probe replays all of the stretch of a recording, several times. */
static int check_stretch(const struct workload_spec *spec, int64_t budget_ns, struct why why)
{
    static const double share = 0.08; /* of a search's time, for one slice */
    struct trace_part part = trace_is(spec) ? trace_part_of(spec) : (struct trace_part){0};
    double length_ns = part.warm_ns + part.counted_ns;
    char length[32], has[32];
    if (length_ns <= share * (double)budget_ns)
        return 0;
    return why_wrong(why,
                     "sweep --slo: each probe replays the recording, or the stretch that from= and for= name, three "
                     "times: it takes %s, and --budget has room for %s (%.0fs would do)",
                     units_time_text(length_ns, length, sizeof length),
                     units_time_text(share * (double)budget_ns, has, sizeof has), ceil(length_ns / share / 1e9));
}

/* A sweep with promises over jobs that come at a rate, and none is given: it is to be
 * found. */
static int check_search(struct options *options, struct why why)
{
    int given;
    if (check_rates(options, "sweep", &given, why))
        return -EINVAL;
    if (given && given < options->workload_count)
        return why_wrong(why, "sweep --slo: rate= (of a recording times=) is given for one workload and not for "
                              "another (for all or none)");
    options->search = !given;
    for (int i = 0; i < options->workload_count && options->search; i++)
        if (check_stretch(&options->workloads[i], options->budget_ns ? options->budget_ns : SEARCH_BUDGET_NS, why))
            return -EINVAL;
    return 0;
}

/* What sweep does when nothing is said. */
static int default_sweep(struct options *options, struct why why)
{
    char range[32];
    bool some = options->worker_count > 1 || options->producer_count > 1 || options->capacity_count > 1 ||
                options->workload_count > 1 || options->results_capacity_count > 1;
    if (options->command != OPTIONS_SWEEP)
        return 0;
    if (options->slo.count && check_search(options, why))
        return -EINVAL;
    if (options->search)
        return 0;
    if (!options->workload_count && options_set_workload(options, "cpu:size=10us", why))
        return -EINVAL;
    if (some || options->worker_count)
        return some ? 0
                    : why_wrong(why, "sweep: nothing to sweep over: give a range, as in -t 1..8 or --capacity 1..64k");
    snprintf(range, sizeof range, "1..%d", 2 * topology_cpus_worth());
    return options_set_workers(options, range, why);
}

#define BUDGET_NS INT64_C(1000000000)
#define DUET_BUDGET_NS INT64_C(120000000000)
#define PLAN_BUDGET_NS INT64_C(120000000000)
#define UNTIL_BUDGET_NS INT64_C(10000000000)

/* 12; until the intervals are narrow as many of that length as the budget holds. */
static int default_rounds(const struct options *options)
{
    double rounds = options->until > 0 ? 12.0 * (double)options->budget_ns / BUDGET_NS : 12;
    return rounds < 12 ? 12 : rounds > OPTIONS_ROUNDS_MAX ? OPTIONS_ROUNDS_MAX : (int)rounds;
}

/* What a duet finds the rate of: in short slices, of pools that block when they are full. */
static int check_duet_search(const struct options *options, struct why why)
{
    int given;
    if (check_rates(options, "duet", &given, why))
        return -EINVAL;
    for (int i = 0; i < options->workload_count; i++)
        if (trace_is(&options->workloads[i]))
            return why_wrong(why, "duet --slo: a recording has a rate of its own (sweep --slo looks for times)");
    for (int i = 0; i < options->workload_count; i++)
        if (rates_given(options->workloads[i].text, "rate") || rates_given(options->workloads[i].text, "for") ||
            rates_given(options->workloads[i].text, "warm"))
            return why_wrong(why,
                             "duet --slo finds the rate and how long a slice is: %.100s without rate, for and warm",
                             options->workloads[i].text);
    for (int i = 0; i < options->slo.count; i++)
        if (!(options->slo.items[i].kind->quantile > 0) && strcmp(options->slo.items[i].kind->name, "mean"))
            return why_wrong(why, "duet --slo: %s: %s (it takes p50 to p99.99, mean)", options->slo.items[i].kind->name,
                             options->slo.items[i].kind->is_loss
                                 ? "pools of a duet block when they are full, and lose nothing"
                                 : "a maximum is one job, which says nothing of a pool");
    return 0;
}

static int check_duet(const struct options *options, struct why why)
{
    if (options->self_test && options->slo.count)
        return why_wrong(why, "duet --self-test: has jobs of its own, which come at no rate (without --slo)");
    if (options->slo.count && check_duet_search(options, why))
        return -EINVAL;
    if (options->self_test && (options->workload_count || options->worker_count))
        return why_wrong(
            why, "duet --self-test: has jobs of its own, of which it knows how they are slowed (without -w and -t)");
    if (options->capacity_count > 1 || options->pin_count > 1)
        return why_wrong(why, "duet: one %s for all benchmarks (several runs for several)",
                         options->pin_count > 1 ? "--pin" : "--capacity");
    return 0;
}

static int defaults(struct options *options, struct why why)
{
    if (options_trace_apply(options, why) || default_sweep(options, why) ||
        (options->command == OPTIONS_PLAN && plan_check(options, why.text, why.size)))
        return -EINVAL;
    if (!options->pool_count && !options->from)
        for (int i = 0; i < pool_count() && i < OPTIONS_POOLS_MAX; i++)
            options->pools[options->pool_count++] = pool_at(i);
    if (!options->producer_count)
        options->producers[options->producer_count++] = 1;
    if (check_full_timeout(options, why))
        return -EINVAL;
    options->full_timeout_ns = options->full_timeout_ns >= 0 ? options->full_timeout_ns : 1000000;
    options->threshold = options->threshold > 0 ? options->threshold : 0.03;
    if (options->until > 0 && options->search)
        return why_wrong(why, "--until: a search ends when its rate is found (take --until or the search for a rate)");
    if (options->command == OPTIONS_DUET && check_duet(options, why))
        return -EINVAL;
    if (!options->budget_ns && options->command == OPTIONS_DUET)
        options->budget_ns = DUET_BUDGET_NS;
    if (!options->budget_ns && options->command == OPTIONS_PLAN)
        options->budget_ns = PLAN_BUDGET_NS;
    if (!options->budget_ns)
        options->budget_ns = options->search ? SEARCH_BUDGET_NS : options->until > 0 ? UNTIL_BUDGET_NS : BUDGET_NS;
    options->rounds = options->rounds ? options->rounds : options->search ? SEARCH_ROUNDS : default_rounds(options);
    if (!options->pin_count)
        strcpy(options->pins[options->pin_count++], "core");
    if (!options->seed_given)
        options->seed = workload_now_ns() & 0xffffffff;
    return check_results(options, why);
}

/* Names of the commands, for messages. */
static void command_names(const char **names)
{
    for (int i = 0; i < OPTIONS_COMMANDS; i++)
        names[i] = commands[i].name;
}

static int wrong_command(struct why why, const char *word)
{
    static const char *const global[] = {"--help", "--version"};
    const char *names[OPTIONS_COMMANDS];
    command_names(names);
    if (word[0] == '-')
        return why_wrong_name(why, "no option", word, "without a command: ", global, 2);
    return why_wrong_name(why, "no command", word, "commands: ", names, OPTIONS_COMMANDS);
}

/* The first plain word of a command that takes one of a few. */
static int check_word(const struct options *options, struct why why)
{
    const struct command *command = &commands[options->command];
    const char *word = options->words[0];
    int count = 0;
    if (options->command == OPTIONS_HELP && word && command_line_command(word) == OPTIONS_COMMANDS)
        return wrong_command(why, word);
    if (options->command == OPTIONS_HISTORY && !word)
        return history_check(options, why.text, why.size);
    if (!command->choices || !word)
        return 0;
    for (; command->choices[count]; count++)
        if (!strcmp(word, command->choices[count]))
            return options->command == OPTIONS_HISTORY ? history_check(options, why.text, why.size) : 0;
    if (options->command == OPTIONS_HISTORY)
        return why_wrong_name(why, "history cannot", word, "it can: ", command->choices, count);
    return why_wrong_name(why, "no list of", word, "lists: ", command->choices, count);
}

/* All words after the command; plain ones are kept in the second of two passes. */
static int take_words(struct options *options, int argc, char **argv, bool early, struct why why)
{
    enum { FEW = 2 }; /* the usage names them one by one */
    const struct command *command = &commands[options->command];
    bool seen[ROWS] = {0}, plain = false;
    int error = 0;
    for (int i = 2; i < argc && !error; i++) {
        if (!plain && !strcmp(argv[i], "--"))
            plain = true;
        else if (!plain && argv[i][0] == '-' && argv[i][1])
            error = take_word(options, argc, argv, &i, seen, early, why);
        else if (early)
            continue;
        else if (options->word_count >= command->words_max && command->words_max > FEW)
            error = why_wrong(why, "%s: \"%.60s\" is one too many: at most %d are taken", argv[1], argv[i],
                              command->words_max);
        else if (options->word_count >= command->words_max)
            error = why_wrong(why, "%s: what is \"%.60s\"? (usage: poolbench %s %s)", argv[1], argv[i], argv[1],
                              command->arguments);
        else
            options->words[options->word_count++] = argv[i];
    }
    return error;
}

static int take_command(struct options *options, int argc, char **argv, struct why why)
{
    if (argc < 2)
        return why_wrong(why, "no command; try: poolbench run, or: poolbench help");
    if (!strcmp(argv[1], "--help") || !strcmp(argv[1], "-h"))
        options->help = true;
    else if (!strcmp(argv[1], "--version"))
        options->version = true;
    else
        options->command = command_line_command(argv[1]);
    if ((options->help || options->version) && argc > 2)
        return why_wrong(why, "%s stands alone; what is \"%.60s\"? (help of a command: poolbench COMMAND --help)",
                         argv[1], argv[2]);
    if (!options->help && !options->version && options->command == OPTIONS_COMMANDS)
        return wrong_command(why, argv[1]);
    return 0;
}

int command_line_parse(struct options *options, int argc, char **argv, char *text, size_t size)
{
    struct why why = {text, size};
    int error;
    memset(options, 0, sizeof *options);
    *text = '\0';
    options->full_timeout_ns = options->keep = -1;
    options->command = OPTIONS_COMMANDS;
    error = take_command(options, argc, argv, why);
    for (int early = 1; early >= 0 && !error && options->command != OPTIONS_COMMANDS; early--)
        error = take_words(options, argc, argv, early, why);
    if (error || options->help || options->version)
        return error;
    if (options->word_count < commands[options->command].words_min)
        return why_wrong(why, "%s wants %s", argv[1], commands[options->command].arguments);
    error = check_word(options, why);
    return error ? error : defaults(options, why);
}
