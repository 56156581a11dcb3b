/* time-out-wraps.c - a long time-out is short.
 *
 * It is added to the clock, or turned into another unit, and wraps: a wait for
 * (almost) ever comes back at once. A job is held; waits of all sizes at which a
 * number may wrap must stand until it is let go. */
#include "faults/core/cell.h"
#include "faults/core/fault.h"
#include "pools/core/futex.h"

enum { GATE = 0 };
static const int64_t sizes_ns[] = {
    -1,                 /* no time-out */
    INT64_C(700000000), /* no whole second */
    INT64_C(1) << 31,   /* of ns */
    INT64_C(1) << 32,
    (INT64_C(1) << 31) * 1000, /* of us: 36 and 72 minutes */
    (INT64_C(1) << 32) * 1000,
    INT64_C(3600) * 1000000000,
    (INT64_C(1) << 31) * 1000000, /* of ms: 25 and 50 days */
    (INT64_C(1) << 32) * 1000000,
    (INT64_C(1) << 31) * 1000000000, /* of s: 68 years */
    (INT64_C(1) << 62),
    INT64_MAX - 1,
    INT64_MAX,
};
enum { SIZES = sizeof sizes_ns / sizeof *sizes_ns };
static const int64_t short_ns[] = {0, 1000, 1000000};
enum { SHORTS = sizeof short_ns / sizeof *short_ns };

/* Of a wait that came back: its time-out, how long it stood, and its answer. */
enum { SIZE, STOOD, ANSWER, SHORT };

static int held; /* the job that is held now */

/* Opens the gate of the held job once the wait stands. */
static void let_go(void)
{
    cell_settle();
    gate_open(held);
}

/* One long wait for one held job. Where others had the CPUs, a short one may be over; that is no
 * matter unless it was so too early. */
static bool stands(int size)
{
    int64_t began = pool_clock_ns(), stood;
    int answer = cell_wait(sizes_ns[size]);
    stood = pool_clock_ns() - began;
    if (answer == 0 || (sizes_ns[size] > 0 && stood >= sizes_ns[size] / 2))
        return true;
    cell_note(STOOD, stood);
    cell_note(ANSWER, answer);
    cell_note(SIZE, sizes_ns[size]);
    return false;
}

static void drive(int client)
{
    (void)client;
    if (cell_open((struct pool_config){.capacity = 64}))
        return;
    for (int size = 0, good = 1; good && size < SIZES; size++) {
        held = size;
        cell_role(size, (struct cell_role){.act = CELL_WAIT, .gate = held});
        cell_submit(size);
        gate_await(held, 1);
        for (int i = 0; i < SHORTS; i++)
            if (cell_wait(short_ns[i]) == 0)
                cell_note(SHORT, 1);
        helper_start(0, let_go);
        good = stands(size);
        helpers_join();
    }
    cell_wait(-1);
    cell_free();
}

static bool judge(const struct outcome *outcome, struct verdict *verdict)
{
    const _Atomic int64_t *notes = outcome->record->notes;
    int64_t size = atomic_load(&notes[SIZE]), stood = atomic_load(&notes[STOOD]);
    int answer = (int)atomic_load(&notes[ANSWER]);
    if (size < 0 && (answer == -ETIMEDOUT || answer == -EINVAL))
        return verdict_own(verdict, "a wait without a time-out came back after %.3g ms with %s", (double)stood / 1e6,
                           verdict_answer(answer));
    if (size && (answer == -ETIMEDOUT || answer == -EINVAL))
        return verdict_own(verdict, "a wait of %.4g s came back after %.3g ms with %s", (double)size / 1e9,
                           (double)stood / 1e6, verdict_answer(answer));
    if (atomic_load(&notes[SHORT]))
        return verdict_own(verdict, "a short wait returned 0 while a job was held");
    return false;
}

static const struct fault_cell cells[] = {
    {"", FAULT_CLEAN, 0, 0, POOL_CAN_RUN_APART},
    {"", FAULT_ARMED, 0, POOL_DEFECT_TIMES_WRAP, POOL_CAN_RUN_APART},
};

static const struct fault time_out_wraps = {
    .number = 80,
    .name = "time-out-wraps",
    .group = "timeouts",
    .source = "ClickHouse/ClickHouse#117898, llvm/llvm-project#59260, pytorch/gloo#256",
    .summary = "a long time-out is short: it wraps where it is added or turned into another unit",
    .bug =
        "Nanoseconds become micro- or milliseconds in 32 bits, or are added to the clock and pass the end; a part of "
        "a second is cut off; a negative number is taken for a time that is over.",
    .scenario =
        "A job is held; waits of 0.7 s, 2 s, 72 minutes, 50 days, 68 years, the longest of all, and one without "
        "a time-out must stand until it is let go.",
    .diagnosis = "The wait said that its time was over after a small part of it.",
    .remedy = "Clamp before adding: beyond a year is for ever. Keep 64 bits up to the call of the kernel.",
    FAULT_CELLS(cells),
    .drive = drive,
    .judge = judge,
};

FAULT_REGISTER(time_out_wraps);
