#!/bin/sh
# fifo.sh PROGRAM - single tests of the contract by real-time threads (SCHED_FIFO), which the
# kernel takes from a CPU for nobody of their own priority: who waits for another by looking
# again and again keeps it from running. On all CPUs, and on one.
#
# One test at a time, each a process; a thread that does not sleep for SECONDS_EACH is killed
# (RLIMIT_RTTIME), the test after LIMIT. Not here: tests whose own jobs or submitters go
# round without end, since who is to stop them would get no CPU.
# Where the kernel does not allow it, or leaves nothing to others, it says so and is done.
program=$1 SECONDS_EACH=2 LIMIT=30
tests='cancel/several_at_once_settle_each_job_once cancel/keeps_three_times cancel/wakes_blocked_submitters
close/wakes_blocked_submitters close/keeps_workers_for_children_to_come
submit/a_blocked_submitter_gets_in_when_one_slot_is_free submit/brings_all_workers_to_work
submit/drop_oldest_reaches_what_a_worker_claimed submit/strands_no_job_behind_a_running_one
free/who_returns_from_wait_may_free_at_once free/wakes_and_awaits_a_blocked_submitter
results/throttle_makes_the_submitter_wait_and_no_worker results/close_then_cancel_frees_workers_that_wait_for_a_place
room/one_free_slot_is_enough_whatever_signals_come fail/a_worker_that_leaves_is_replaced
forks/run_on_an_idle_worker wait/all_waiters_see_quiet'

chrt -f 11 true 2>/dev/null || { echo "fifo: not tested: no right to SCHED_FIFO"; exit 0; }
runtime=$(cat /proc/sys/kernel/sched_rt_runtime_us 2>/dev/null)
[ "${runtime:--1}" -gt 0 ] || { echo "fifo: not tested: the kernel bounds no real-time threads (sched_rt_runtime_us)"; exit 0; }
said=$(mktemp) || exit 1
trap 'rm -f "$said"' EXIT
one=$(taskset -cp $$ | sed 's/.*[:,-] *//') # the last CPU that is allowed
count=0
for test in $tests; do
    for where in "" "taskset -c $one"; do
        $where chrt -f 11 timeout -s KILL $LIMIT prlimit --rttime=${SECONDS_EACH}000000 chrt -f 10 \
            "$program" -j1 --filter "$test" >"$said" 2>&1 && grep -q 'Passing: [1-9]' "$said" || {
            grep -v SKIP "$said" | tail -n 20
            echo "fifo: $test${where:+, on one CPU}: fails, or does not sleep"
            exit 1
        }
        count=$((count + 1))
    done
done
echo "fifo: $count runs of $(echo $tests | wc -w) tests of the contract by real-time threads, clean"
